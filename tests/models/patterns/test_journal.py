"""A journal gives back every record that was durable, and cuts what a crash has torn."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.patterns import Journal
from sim import Actor, Event, Message, System
from sim.model import Model, UnknownModel, find_model, model_names
from tests.models.patterns.files import Files


class Note(Message):
    number: int
    text: bytes


def notes(count: int) -> list[Note]:
    return [Note(number, b"x" * number) for number in range(count)]


def journal(files: Files) -> Journal[Note]:
    return Journal(files, "notes", Note)


def test_an_empty_disk_holds_no_records() -> None:
    assert journal(Files()).read() == []


def test_records_come_back_in_order() -> None:
    files = Files()
    first = journal(files)
    for note in notes(5):
        first.append(note)
    assert journal(files).read() == notes(5)


def test_every_record_is_synced_and_a_new_file_gets_its_name_synced() -> None:
    files = Files()
    first = journal(files)
    for note in notes(3):
        first.append(note)
    assert (files.syncs, files.name_syncs) == (3, 1)


def test_reading_syncs_what_a_killed_process_left_behind() -> None:
    files = Files()
    journal(files).append(Note(1, b""))
    before = files.syncs
    journal(files).read()
    assert files.syncs == before + 1


@given(st.integers(1, 6), st.data())
def test_a_torn_tail_costs_only_the_records_it_tore(count: int, data: st.DataObject) -> None:
    files = Files()
    first = journal(files)
    ends = []
    for note in notes(count):
        first.append(note)
        ends.append(len(files.files["notes"]))
    cut = data.draw(st.integers(0, ends[-1]))
    written = files.files["notes"]
    files.files["notes"] = torn = written[:cut] + b"\0" * data.draw(st.integers(0, 20))
    second = journal(files)
    whole = sum(torn[:end] == written[:end] for end in ends)  # zeros may be what was cut
    assert second.read() == notes(whole)
    second.append(Note(99, b"behind the cut"))
    assert journal(files).read() == [*notes(whole), Note(99, b"behind the cut")]


@given(st.integers(0, 200))
def test_a_flipped_bit_is_never_read_as_a_record(place: int) -> None:
    files = Files()
    first = journal(files)
    for note in notes(4):
        first.append(note)
    data = bytearray(files.files["notes"])
    data[place % len(data)] ^= 1
    files.files["notes"] = bytes(data)
    read = journal(files).read()
    assert read == notes(4)[: len(read)]
    assert len(read) < 4


def test_a_package_without_a_model_is_no_model() -> None:
    assert "patterns" not in model_names()
    with pytest.raises(UnknownModel, match="has no such name"):
        find_model("patterns")


class Told(Event):
    number: int


class Writer(Actor):
    """Writes a note every millisecond and tells of it, which the disk holds back until it is durable."""

    def on_start(self) -> None:
        self.journal: Journal[Note] = Journal(self.disk, "notes", Note)
        self.number = len(self.journal.read())
        self.emit(Told(-self.number))
        self.write()

    def write(self) -> None:
        self.number += 1
        self.journal.append(Note(self.number, b"n" * 700))
        self.emit(Told(self.number))
        self.timer(self.write).reset(1_000_000)


def test_what_was_told_survives_every_crash() -> None:
    from sim.running import Running
    from sim.scenario.loader import load_text

    text = """
version: 1
name: writer
duration: 4s
systems:
  w: {model: "tests.models.patterns.test_journal:WRITER", nodes: 1}
faults:
  - {every: 97ms, for: 10ms, crash: {nodes: n1, disk: reordered}}
  - {every: 89ms, for: 10ms, crash: {nodes: n1, disk: torn}}
"""
    running = Running(load_text(text, "writer.yaml"), 3, keep_trace=False)
    told: list[int] = []
    running.world.subscribe((Told,), lambda emitted: told.append(emitted.event.number))  # type: ignore[attr-defined]
    running.finish()
    highest, starts = 0, 0
    for number in told:
        if number <= 0:
            starts += 1
            assert -number >= highest, "a note that was told is gone"
        highest = max(highest, abs(number))
    assert starts > 50


def _build(system: System) -> None:
    system.server("n1", Writer)


WRITER = Model(name="writer", about="writes notes", build=_build)
