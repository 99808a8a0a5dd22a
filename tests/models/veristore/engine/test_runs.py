"""Runs, compaction and views: the newest entry of a key wins, and what was deleted stays so."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from models.veristore.engine.memtable import Entry, Memtable
from models.veristore.engine.run import open_run, write_run
from models.veristore.events import Compacted, Flushed, SegmentDropped
from models.veristore.machine.view import Change
from models.veristore.settings import Settings
from tests.models.veristore.engine.stage import ALL, SMALL, Stage, numbered

QUICK = settings(max_examples=60, deadline=None, database=None)
MAPS = st.dictionaries(
    st.binary(max_size=6), st.tuples(st.integers(1, 99), st.none() | st.binary(max_size=300)), min_size=1, max_size=30
)


@QUICK
@given(MAPS, st.sampled_from([64, 128, 1024]), st.binary(max_size=6))
def test_a_run_comes_back_as_it_was(said: dict[bytes, tuple[int, bytes | None]], block: int, begin: bytes) -> None:
    stage = Stage(Settings(block=block))
    entries = [Entry(key, *said[key]) for key in sorted(said)]
    for run in (
        write_run(1, stage.engine.storage, stage.engine.blocks, entries),
        open_run(1, stage.engine.storage, stage.engine.blocks),
    ):
        assert run.all() == entries
        assert list(run.entries(begin)) == [entry for entry in entries if entry.key >= begin]
        assert [run.get(entry.key) for entry in entries] == entries
        assert run.get(begin) == next((entry for entry in entries if entry.key == begin), None)


def test_a_memtable_keeps_the_newest_entry_of_a_key() -> None:
    table = Memtable()
    for entry in (Entry(b"b", 1, b"old"), Entry(b"a", 2, b"x"), Entry(b"b", 3, None)):
        table.put(entry)
    assert list(table.entries()) == [Entry(b"a", 2, b"x"), Entry(b"b", 3, None)]
    assert table.size == sum(entry.size for entry in table.entries())


def runs_of(*batches: list[Change], fan_in: int = 9) -> Stage:
    """A store with one run for each batch."""
    stage = Stage(Settings(reserve=0, fan_in=fan_in))
    stage.open()
    for changes in batches:
        stage.story(stage.write(changes))
        stage.story(stage.flush())
    return stage


OLD, GONE, NEW = ([Change(b"k", value)] for value in (b"old", None, b"new"))
OTHER = [Change(b"other", b"x")]


def test_a_tombstone_stays_while_an_older_run_is_left() -> None:
    stage = runs_of(OLD, OTHER, GONE)
    stage.story(stage.engine.compaction.merge(stage.engine.tree.runs[1:]))
    assert stage.said(Compacted) == [Compacted((2, 3), 4, 0)]
    assert stage.engine.view().get(b"k") is None
    stage.crash().open()


def test_a_tombstone_goes_with_the_oldest_run() -> None:
    stage = runs_of(OLD, GONE, OTHER)
    stage.story(stage.engine.compaction.merge(stage.engine.tree.runs[:2]))
    assert stage.said(Compacted) == [Compacted((1, 2), 0, 1)], "nothing is left of these two"
    assert [run.number for run in stage.engine.tree.runs] == [3]
    stage.crash().open()


def test_the_newest_entry_wins_in_a_merge() -> None:
    stage = runs_of(OLD, GONE, NEW, OTHER)
    stage.story(stage.engine.compact_all())
    assert [entry.value for run in stage.engine.tree.runs for entry in run.all()] == [b"new", b"x"]
    stage.crash().open()


def test_an_output_takes_the_place_of_its_inputs() -> None:
    stage = runs_of(OLD, OTHER, GONE, NEW)
    stage.story(stage.engine.compaction.merge(stage.engine.tree.runs[1:3]))
    assert [run.number for run in stage.engine.tree.runs] == [1, 5, 4]
    assert [run.number for run in stage.engine.manifest.runs] == [1, 5, 4]
    stage.crash().open()
    assert [run.number for run in stage.engine.tree.runs] == [1, 5, 4]


def test_runs_of_one_size_are_merged_when_there_are_enough() -> None:
    stage = runs_of(OLD, OTHER, NEW, fan_in=3)
    stage.story(stage.engine.compact())
    assert [event.inputs for event in stage.said(Compacted)] == [(1, 2, 3)]
    stage = runs_of(OLD, OTHER, fan_in=3)
    stage.story(stage.engine.compact())
    assert stage.said(Compacted) == []


def test_a_checkpoint_drops_the_log_below_its_floor() -> None:
    stage = Stage(Settings(reserve=0, segment_records=4))
    stage.open()
    stage.story(stage.write(*numbered(10)))
    stage.story(stage.flush())
    assert stage.said(Flushed) == [Flushed(1, 10)]
    assert stage.said(SegmentDropped) == [SegmentDropped(1, 4), SegmentDropped(5, 8), SegmentDropped(9, 10)]
    assert len(stage.disk.names("wal-")) == 1


def test_the_manifest_is_written_anew_when_it_is_long() -> None:
    stage = Stage(SMALL)
    stage.open()
    sizes = []
    for changes in numbered(120):
        stage.story(stage.write(changes))
        sizes.append(stage.disk.size("manifest"))
    assert max(sizes) < 2_000
    assert any(later < earlier for earlier, later in pairwise(sizes))


@QUICK
@given(st.lists(st.tuples(st.sampled_from("abcd"), st.none() | st.binary(max_size=3)), max_size=30), st.data())
def test_scans_show_each_key_once_from_whatever_layer(
    writes: list[tuple[str, bytes | None]], data: st.DataObject
) -> None:
    stage = Stage(Settings(memtable_max=60, reserve=0, fan_in=3, block=64))
    stage.open()
    for key, value in writes:
        stage.story(stage.write([Change(key.encode(), value)]))
    state = stage.states[-1]
    after = data.draw(st.sampled_from([b"", b"a", b"b", b"bb", b"d"]))
    limit = data.draw(st.integers(0, 5))
    wanted = [(key, *state[key]) for key in sorted(state) if not after or key > after]
    assert stage.engine.view().scan(b"", after, limit) == wanted[:limit]
    assert stage.engine.view().scan(b"", after, ALL) == wanted
