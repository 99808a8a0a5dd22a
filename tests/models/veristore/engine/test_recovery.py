"""Recovery, case by case: what is a torn tail, what is corruption, and what each mode makes of it."""

from zlib import crc32

import pytest

from models.veristore.engine.damage import Damage
from models.veristore.engine.marks import MARKS_SIZE
from models.veristore.engine.record import BATCH, OVERHEAD, Framing
from models.veristore.engine.segment import parse, segments
from models.veristore.events import CorruptionFound, GaveUp, Recovered, TornTail
from models.veristore.machine.view import Change
from models.veristore.settings import Settings
from sim import MS, SECOND, Stream
from sim.world.disk_profile import DiskProfile
from sim.world.distributions import LogNormal
from tests.models.veristore.engine.stage import SMALL, Stage, numbered

PLAIN = Settings(reserve=0)
MANY_EDITS = SMALL.model_copy(update={"manifest_edits": 100})


def filled(settings: Settings = PLAIN, batches: int = 9) -> Stage:
    """A store with some batches in its log, all marked."""
    stage = Stage(settings)
    stage.open()
    for changes in numbered(batches):
        stage.story(stage.write(changes))
    stage.story(stage.engine.wal.mark_now())
    return stage.wait()


def log_of(stage: Stage) -> str:
    return segments(stage.engine.storage)[-1].name


def offset_of(stage: Stage, seq: int) -> int:
    """Where a record of the newest segment stands."""
    name = log_of(stage)
    data = stage.disk.read(name)
    framing, at = Framing(1 << 20), MARKS_SIZE
    for _ in range(seq - parse(name).first + 1):
        found = framing.read(data, at)
        at += len(found.raw)  # type: ignore[union-attr] # the log is whole
    return at


def rot(stage: Stage, name: str, at: int) -> None:
    """Flip a bit on the platter, under the cache."""
    inode = stage.disk.volume.directory.live[name]
    inode.platter[at] ^= 0x10
    stage.disk.volume.evict(inode, at // 512)


def reopen(stage: Stage, mode: str = "lose-unsynced") -> str:
    """Crash and recover; what the engine says of its damage, empty if it serves."""
    stage.crash(mode)
    engine = stage.fresh()
    stage.story(engine.open())
    return "" if engine.damage is None else str(engine.damage)


def overwrite(stage: Stage, name: str, data: bytes) -> None:
    """Overwrite the beginning of a file, durably."""
    stage.disk.write(name, 0, data)
    stage.disk.fsync(name)
    stage.wait()


def torn_write(stage: Stage, length: int) -> None:
    """Leave the first bytes of a record behind the log, durably, as a power failure may."""
    raw = Framing(1 << 20).seal(BATCH, 1, stage.engine.appended + 1, stage.engine.wal.place.crc, bytes(100)).raw
    stage.disk.append(log_of(stage), raw[:length])
    stage.disk.fsync(log_of(stage))
    stage.wait()


def test_an_empty_directory_becomes_an_empty_store() -> None:
    stage = Stage()
    assert stage.open().state == "READY"
    assert stage.said(Recovered) == [Recovered(0, 0, bytes(8), 0)]


@pytest.mark.parametrize("length", [1, 31, 32, 33, OVERHEAD + 99])
def test_a_torn_tail_is_cut_and_what_is_written_next_survives(length: int) -> None:
    stage = filled()
    torn_write(stage, length)
    stage.crash().open()
    assert stage.said(TornTail) == [TornTail(10, length)]
    stage.put(after=b"the tail")
    stage.crash().open()
    assert stage.said(TornTail) == [TornTail(10, length)], "it was cut once, for good"
    assert stage.engine.applied == 10


def test_a_bad_record_that_is_marked_is_corruption() -> None:
    stage = filled()
    rot(stage, log_of(stage), offset_of(stage, 9) + 40)
    assert "payload does not match its CRC; record 9 is marked as durable" in reopen(stage)
    assert stage.engine.state == "FAULTY"
    assert [event.item for event in stage.said(CorruptionFound)] == [
        f"record 9 at byte {offset_of_said(stage)} of {log_of(stage)}"
    ]


def offset_of_said(stage: Stage) -> str:
    return stage.said(CorruptionFound)[0].item.split(" byte ")[1].split(" of ")[0]


def test_a_bad_record_with_a_marked_one_behind_it_is_corruption() -> None:
    stage = filled()
    stage.disk.write(log_of(stage), 3 * 32, bytes(32))  # the mark of record 4 is lost, those behind it are not
    rot(stage, log_of(stage), offset_of(stage, 4))
    assert "record 9 is marked as durable" in reopen(stage)


def test_a_bad_record_that_nothing_shows_to_be_durable_is_a_tail() -> None:
    stage = filled()
    stage.put(unmarked=b"yet")
    rot(stage, log_of(stage), offset_of(stage, 10))
    assert reopen(stage) == ""
    assert stage.engine.applied == 9


def test_valid_records_behind_a_bad_unmarked_one_were_never_acknowledged() -> None:
    stage = filled()
    bad = offset_of(stage, 9) + 0
    for value in (b"one", b"two", b"three"):
        stage.append(Change(b"k", value))
    stage.story(stage.engine.wal._storage.sync(log_of(stage)))
    stage.wait()
    first = bad + len(Framing(1 << 20).read(stage.disk.read(log_of(stage)), bad).raw)  # type: ignore[union-attr]
    rot(stage, log_of(stage), first + 2)
    assert reopen(stage) == ""
    assert stage.engine.applied == 9
    assert stage.shown() == stage.states[9]


def test_a_later_segment_proves_that_those_before_it_were_durable() -> None:
    stage = filled(Settings(reserve=0, segment_records=4))
    first = segments(stage.engine.storage)[0].name
    overwrite(stage, first, bytes(MARKS_SIZE))
    rot(stage, first, MARKS_SIZE + 100)
    assert "was begun behind it" in reopen(stage)


def test_the_manifest_proves_what_an_earlier_recovery_served() -> None:
    stage = filled()
    stage.put(unmarked=b"yet")
    stage.crash("keep").open()
    old = segments(stage.engine.storage)[0].name
    overwrite(stage, old, bytes(MARKS_SIZE))
    stage.disk.unlink(segments(stage.engine.storage)[1].name)
    stage.disk.fsync_dir()
    rot(stage, old, MARKS_SIZE + 40 + 32)
    assert "the manifest knows that record 10 was durable" in reopen(stage.wait())


def test_a_log_that_lost_its_end_without_a_trace_is_found() -> None:
    stage = filled()
    stage.disk.truncate(log_of(stage), offset_of(stage, 8))
    stage.disk.fsync(log_of(stage))
    assert "the log ends before it, and record 9 was durable" in reopen(stage.wait())


def test_a_sector_that_cannot_be_read_is_no_torn_tail() -> None:
    stage = filled()
    stage.put(unmarked=b"yet")
    inode = stage.disk.volume.directory.live[log_of(stage)]
    inode.unreadable.add(offset_of(stage, 10) // 512)
    assert "cannot be read" in reopen(stage)
    inode.unreadable.clear()
    assert reopen(stage) == ""


def test_marks_that_cannot_be_read_matter_only_if_a_record_is_bad() -> None:
    stage = filled()
    stage.disk.volume.directory.live[log_of(stage)].unreadable.add(0)
    assert reopen(stage) == ""
    stage = filled()
    name, at = log_of(stage), offset_of(stage, 9)
    stage.disk.volume.directory.live[name].unreadable.add(0)
    rot(stage, name, at)
    assert "the marks of its segment cannot be read" in reopen(stage)


def test_a_whole_record_that_is_not_the_marked_one_is_corruption() -> None:
    stage = filled()
    name = log_of(stage)
    marks = stage.disk.read(name, 0, 9 * 32)
    said = bytearray(marks[8 * 32 :])
    said[16] ^= 1
    said[20:24] = crc32(bytes(said[:20])).to_bytes(4, "little")
    overwrite(stage, name, marks[: 8 * 32] + bytes(said))
    assert "another record is marked as durable here" in reopen(stage)


def test_a_run_of_another_size_than_listed_is_damage() -> None:
    stage = filled(SMALL, 20)
    run = stage.engine.tree.runs[0].name
    size = stage.disk.size(run)
    stage.disk.append(run, bytes(64))
    stage.disk.fsync(run)
    assert reopen(stage.wait()) == f"{run}: the manifest says that it has {size:,} bytes"


def test_marks_written_early_turn_a_torn_write_into_a_fault() -> None:
    """A replicated log asks its peers then; one node cannot know that the record was not acknowledged."""
    stage = filled(Settings(reserve=0, marks="early"))
    stage.append(Change(b"k", bytes(600)))
    stage.disk.truncate(log_of(stage), offset_of(stage, 9) + 300)
    stage.story(stage.engine.storage.sync(log_of(stage)))
    assert "record 10 is marked as durable" in reopen(stage)


# Modes


def rotten(mode: str) -> Stage:
    """A store of nine batches with a bad record 5, opened in a mode."""
    stage = filled(Settings.model_validate({"reserve": 0, "recovery": mode}))
    rot(stage, log_of(stage), offset_of(stage, 5) + 40)
    return stage


def test_mode_torn_tail_refuses_corruption() -> None:
    assert "record 5" in reopen(rotten("torn-tail"))


def test_mode_absolute_refuses_a_torn_tail_too() -> None:
    stage = filled(Settings(reserve=0, recovery="absolute"))
    torn_write(stage, 50)
    assert "the file ends within a record" in reopen(stage)


def test_mode_point_in_time_keeps_a_prefix_and_says_what_it_gave_up() -> None:
    stage = rotten("point-in-time")
    assert reopen(stage) == ""
    assert stage.shown() == stage.states[4]
    assert stage.said(GaveUp) == [GaveUp(5, 9, False)]
    assert len(stage.said(CorruptionFound)) == 1


def test_mode_skip_any_leaves_out_what_is_bad() -> None:
    stage = rotten("skip-any")
    assert reopen(stage) == ""
    assert stage.said(GaveUp) == [GaveUp(5, 9, True)]
    keys = {key for state in stage.states for key in state}
    bad = {key for key in keys if stage.states[5].get(key) != stage.states[4].get(key)}
    shown = stage.shown()
    assert all(shown.get(key) == stage.states[9].get(key) for key in keys - bad)


@pytest.mark.parametrize("mode", ["point-in-time", "skip-any"])
def test_after_a_salvage_no_number_is_used_twice(mode: str) -> None:
    stage = rotten(mode)
    reopen(stage)
    assert stage.engine.applied == 9
    assert stage.engine.append([Change(b"k", b"new")]) == 10
    stage.story(stage.engine.commit())
    shown = stage.shown()
    assert reopen(stage) == "", "a salvage leaves a store that opens in every mode"
    assert stage.shown() == shown


# What else may be wrong


def test_a_record_of_another_version_is_refused_in_every_mode_and_left_alone() -> None:
    for mode in ("torn-tail", "absolute", "point-in-time", "skip-any"):
        stage = filled(Settings.model_validate({"reserve": 0, "recovery": mode}))
        raw = bytearray(Framing(1 << 20).seal(BATCH, 1, 10, stage.engine.wal.place.crc, b"").raw)
        raw[4] = 2
        raw[28:32] = Framing(0).crc(bytes(raw[:28]), b"").to_bytes(4, "little")
        stage.disk.append(log_of(stage), bytes(raw))
        stage.disk.fsync(log_of(stage))
        before = stage.wait().bench.files()
        assert "written by version 2, and this is version 1" in reopen(stage)
        assert stage.bench.files() == before


def test_a_missing_manifest_beside_a_log_is_damage_and_not_an_empty_store() -> None:
    stage = filled()
    stage.disk.unlink("manifest")
    stage.disk.fsync_dir()
    assert reopen(stage.wait()) == "manifest: it is missing, and a log is there"


def test_a_missing_run_is_damage() -> None:
    stage = filled(SMALL, 20)
    run = stage.engine.tree.runs[0].name
    stage.disk.unlink(run)
    stage.disk.fsync_dir()
    assert reopen(stage.wait()) == f"{run}: the manifest lists it and it is not there"


def test_a_missing_segment_is_damage() -> None:
    stage = filled(Settings(reserve=0, segment_records=4), 12)
    first = segments(stage.engine.storage)[0].name
    stage.disk.unlink(first)
    stage.disk.fsync_dir()
    assert "the log begins with it, and the runs end at record 0" in reopen(stage.wait())


def test_a_missing_log_is_damage() -> None:
    stage = filled()
    reopen(stage)
    for segment in segments(stage.engine.storage):
        stage.disk.unlink(segment.name)
    stage.disk.fsync_dir()
    assert reopen(stage.wait()) == "the log: it is missing, and record 9 was durable"


def block_at(stage: Stage, offset: int) -> bytes:
    run, form = stage.engine.tree.runs[0], stage.engine.blocks
    return form.open(run.number, offset, stage.disk.read(run.name), offset, "").body


@pytest.mark.parametrize("at", range(0, 600, 37))
def test_rot_anywhere_in_a_run_is_found(at: int) -> None:
    stage = filled(SMALL, 20)
    run = stage.engine.tree.runs[0]
    size = stage.disk.size(run.name)
    offsets = range(0, size, stage.engine.blocks.unit)  # in this run every block has one unit
    used = [place for offset in offsets for place in range(offset, offset + 16 + len(block_at(stage, offset)))]
    place = used[at % len(used)]
    rot(stage, run.name, place)
    assert run.name in reopen(stage)


def test_rot_in_the_manifest_is_found() -> None:
    stage = filled(MANY_EDITS, 40)
    first = len(Framing(1 << 20).read(stage.disk.read("manifest"), 0).raw)  # type: ignore[union-attr] # it is whole
    rot(stage, "manifest", first + 10)
    assert "does not match its CRC, and a later edit is whole" in reopen(stage)


def test_a_torn_last_edit_of_the_manifest_is_cut() -> None:
    stage = filled(MANY_EDITS, 40)
    size = stage.disk.size("manifest")
    stage.disk.append("manifest", b"half an edit")
    stage.disk.fsync("manifest")
    stage.wait().crash().open()
    assert stage.disk.read("manifest")[size : size + 4] == stage.disk.read("manifest")[:4]


def test_every_recovery_begins_an_epoch_and_a_segment() -> None:
    stage = filled()
    seen = []
    for _ in range(4):
        seen.append(segments(stage.engine.storage)[-1])
        stage.crash().open()
    assert [one.epoch for one in seen] == [1, 2, 3, 4]
    assert [one.first for one in seen] == [1, 10, 10, 10]
    assert len(segments(stage.engine.storage)) == 2, "segments that hold nothing do not pile up"


def test_an_empty_log_does_not_lower_the_number() -> None:
    stage = filled()
    stage.story(stage.flush())
    stage.crash().open()
    stage.crash().open()
    assert stage.engine.append([Change(b"k", b"v")]) == 10


def test_what_only_the_cache_held_is_durable_before_it_is_served() -> None:
    stage = filled()
    stage.append(Change(b"k", b"not synced"))
    stage.wait().crash("keep").open()
    assert stage.engine.applied == 10
    stage.crash("lose-unsynced").open()
    assert stage.engine.applied == 10


def test_leavings_of_unfinished_work_are_removed() -> None:
    stage = filled(SMALL, 20)
    for name in ("run-00000999", "manifest.tmp"):
        stage.disk.append(name, b"half")
    stage.crash("keep").open()
    assert not stage.disk.exists("run-00000999")
    assert not stage.disk.exists("manifest.tmp")


def test_recovery_takes_time_in_proportion_to_the_log() -> None:
    slow = DiskProfile("slow", LogNormal(1 * MS, 1 * MS), 2 * MS, read=0, bandwidth=1_000_000)
    times = []
    for batches in (100, 200, 400):
        stage = Stage(Settings(reserve=0, memtable_max=1 << 30), profile=slow)
        stage.story(stage.engine.open())
        stage.story(stage.write(*[[Change(b"k%d" % number, bytes(1000))] for number in range(batches)]))
        stage.crash()
        began = stage.bench.kernel.now
        stage.open()
        times.append(stage.bench.kernel.now - began)
    first, second = times[1] - times[0], times[2] - times[1]
    assert SECOND // 10 <= first < second
    assert abs(second - 2 * first) < first // 5, f"{times}"


def test_random_rot_in_the_log_is_never_silent() -> None:
    """Any bit of any marked record, head or mark: the store refuses, or serves everything."""
    stream = Stream(5, "rot")
    for _ in range(60):
        stage = filled()
        name = log_of(stage)
        rot(stage, name, stream.below(stage.disk.size(name)))
        if reopen(stage) == "":
            assert stage.shown() == stage.states[9]


def test_a_run_that_went_astray_is_found_before_the_log_is_dropped() -> None:
    stage = filled(batches=60)
    stage.disk.levers.misdirect_writes(Stream(1, "astray"), files="run-*")
    with pytest.raises(Damage, match="run-00000001"):
        stage.story(stage.flush())
    stage.crash().open()
    assert stage.engine.applied == 60, "the log is still there"
