"""The machine as a replicated log drives it."""

import pytest

from models.veristore.machine import commands as c
from models.veristore.machine import questions as q
from models.veristore.machine import replies as r
from models.veristore.machine.replica import StoreMachine
from tests.models.machine_shape import check_shape

from .oracle import hexdigest
from .store import SMALL, B, K, Store

COMMANDS = [
    c.encode_command(c.OpenSession()),
    c.encode_command(c.Put(b"k", b"1"), 1, 1),
    c.encode_command(c.Put(b"k", b"1"), 1, 1),
    c.encode_command(c.Tick(10**9)),
    c.encode_command(c.OpenPut(B, K, 2, 2, hexdigest(b"ab"))),
    c.encode_command(c.WriteChunk(5, 0, 0x9E83486D, b"ab")),
    c.encode_command(c.CommitPut(5, c.IfAbsent())),
    c.encode_command(c.DeleteObject(B, K), 1, 2),
    c.encode_command(c.Tick(9 * 10**9)),
    c.encode_command(c.Reap(1, 5)),
    c.encode_command(c.Collect(1, 5)),
    b"no command",
]
QUESTIONS = [
    q.encode_question(q.Get(b"k")),
    q.encode_question(q.Scan(b"", b"", 5)),
    q.encode_question(q.ListObjects(B)),
    b"no question",
]


def test_it_has_the_shape_that_a_log_drives() -> None:
    check_shape(lambda: StoreMachine(SMALL), COMMANDS, QUESTIONS)


def test_it_keeps_versions_and_sessions_over_a_snapshot() -> None:
    one, other = StoreMachine(SMALL), StoreMachine(SMALL)
    for index, command in enumerate(COMMANDS[:2], 1):
        one.apply(index, command)
    other.restore(one.snapshot())
    assert r.decode_reply(other.apply(9, COMMANDS[1])) == r.Written(2)
    assert r.decode_reply(other.query(QUESTIONS[0])) == r.Value(b"1", 2)


@pytest.mark.parametrize("at", [0, 5, 9, -1])
def test_a_damaged_snapshot_is_refused_and_changes_nothing(at: int) -> None:
    machine = StoreMachine()
    machine.apply(1, COMMANDS[0])
    data = bytearray(machine.snapshot())
    data[at] ^= 1
    before = machine.digest()
    with pytest.raises(ValueError, match="no snapshot of the store"):
        machine.restore(bytes(data))
    assert machine.digest() == before


def test_a_snapshot_that_was_cut_is_refused() -> None:
    data = StoreMachine().snapshot()
    for size in range(len(data)):
        with pytest.raises(ValueError, match="no snapshot of the store"):
            StoreMachine().restore(data[:size])


def test_commands_come_in_order() -> None:
    machine = StoreMachine()
    machine.apply(2, COMMANDS[0])
    with pytest.raises(AssertionError, match="after"):
        machine.apply(2, COMMANDS[0])


def test_a_machine_reads_no_clock_and_draws_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same log at another time gives the same state: ids come from indices, time from ticks."""
    digests = []
    for shift in (0, 10**9):
        monkeypatch.setattr("time.time", lambda shift=shift: shift)
        monkeypatch.setattr("time.time_ns", lambda shift=shift: shift)
        machine = StoreMachine(SMALL)
        for index, command in enumerate(COMMANDS, 1):
            machine.apply(index, command)
        digests.append(machine.digest())
    assert digests[0] == digests[1]


def test_what_is_told_of_changes_is_what_was_done() -> None:
    from models.veristore.object_events import (
        ChunkCollected,
        ChunkWritten,
        Extent,
        ObjectCommitted,
        ObjectDeleted,
        Ticked,
        UploadChanged,
    )

    store = Store()
    store.do(c.CommitPut(store.open(b"ab"), c.IfAbsent(), True))
    store.do(c.DeleteObject(B, K))
    store.do(c.Tick(SMALL.grace))
    store.do(c.Collect(1, 9))
    committed = ObjectCommitted(3, B, K, 3, hexdigest(b"ab"), 2, (Extent(1, 1),), True, None)
    assert store.events == [
        UploadChanged(1, 1, "put", "open", 0, 0, False),
        ChunkWritten(2, 1, 0),
        committed,
        UploadChanged(3, 1, "put", "completed", 0, 0, True),
        ObjectDeleted(4, B, K),
        Ticked(5, SMALL.grace),
        ChunkCollected(6, 1, 0),
    ]


def test_who_listens_is_shown_the_changes_of_every_command() -> None:
    told: list[int] = []
    machine = StoreMachine(SMALL, tell=lambda index, changes: told.append(index + 100 * len(changes)))
    for index, command in enumerate(COMMANDS[:4], 1):
        machine.apply(index, command)
    assert told == [101, 202, 104]
