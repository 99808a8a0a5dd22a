"""Snapshots: what is restored is what was taken, to the digest; what is damaged is refused and changes nothing."""

from collections.abc import Sequence

import msgspec
import pytest

from models.veristore.engine.damage import BadSnapshot, NotEmpty
from models.veristore.engine.snapshot import Title
from models.veristore.events import Recovered, Restored, SnapshotRead
from tests.models.veristore.engine.stage import SMALL, Stage, numbered


def source() -> Stage:
    """A store with runs and a memtable, and keys that no text format survives."""
    stage = Stage(SMALL)
    stage.open()
    stage.story(stage.write(*numbered(60, keys=30)))
    stage.put(**{"a\tb": b"\n", "\n": b"\t", "": b"", "long": bytes(3000)})
    return stage


def restored(chunks: Sequence[bytes]) -> Stage:
    stage = Stage(SMALL)
    stage.story(stage.engine.restore("n1", chunks))
    stage.fresh()
    stage.story(stage.engine.open())
    return stage


def test_a_restored_store_is_the_one_that_the_snapshot_was_taken_of() -> None:
    first = source()
    copy = restored(first.engine.snapshot())
    assert copy.shown() == first.shown()
    assert copy.engine.applied == first.engine.applied
    digest = first.engine.tree.digest()
    assert copy.said(SnapshotRead) == [SnapshotRead("n1", first.engine.applied, digest)]
    assert copy.said(Restored) == [Restored("n1", first.engine.applied)]
    assert [event.digest for event in copy.said(Recovered)] == [digest]


def test_a_snapshot_and_what_comes_after_it_is_the_whole_replay() -> None:
    first = source()
    copy = restored(first.engine.snapshot())
    copy.states, copy.acked = [dict(state) for state in first.states], first.acked
    for stage in (first, copy):
        stage.story(stage.write(*numbered(25, keys=30)))
        stage.crash().open()
    assert copy.engine.tree.digest() == first.engine.tree.digest()
    assert copy.shown() == first.shown()


def test_an_empty_store_has_a_snapshot_too() -> None:
    first = Stage(SMALL)
    first.open()
    copy = restored(first.engine.snapshot())
    assert copy.shown() == {}
    assert copy.engine.ready


def bad_snapshots() -> list[tuple[str, list[bytes]]]:
    good = source().engine.snapshot()
    flipped = [good[0], good[1][:-1] + bytes([good[1][-1] ^ 1]), *good[2:]]
    return [
        ("the snapshot is empty", []),
        (f"chunk {len(good) - 1} is cut short", [*good[:-1], good[-1][:5]]),
        ("chunk 1 does not match its CRC", flipped),
        (f"has {len(good) - 1} chunks, and {len(good) - 2} are there", good[:-1]),
        ("chunk 0 stands where chunk 1 should", [good[0], *good[:-1]]),
    ]


@pytest.mark.parametrize("number", range(5))
def test_a_damaged_snapshot_is_refused_and_changes_nothing(number: int) -> None:
    said, chunks = bad_snapshots()[number]
    stage = Stage(SMALL)
    with pytest.raises(BadSnapshot, match=said):
        stage.story(stage.engine.restore("n1", chunks))
    assert stage.bench.files() == {}


def test_a_snapshot_of_another_version_is_refused() -> None:
    from models.veristore.engine.snapshot import _seal

    title = Title(2, 1, bytes(8), 0, 0)
    stage = Stage(SMALL)
    with pytest.raises(BadSnapshot, match="of version 2, and this is version 1"):
        stage.story(stage.engine.restore("n1", [_seal(0, msgspec.msgpack.encode(title))]))


def test_a_title_with_another_digest_is_refused() -> None:
    from models.veristore.engine.snapshot import _seal

    stage = Stage(SMALL)
    with pytest.raises(BadSnapshot, match="do not have the digest"):
        stage.story(stage.engine.restore("n1", [_seal(0, msgspec.msgpack.encode(Title(1, 1, bytes(8), 7, 0)))]))
    assert stage.bench.files() == {}


def test_a_store_is_not_overwritten_by_a_snapshot() -> None:
    chunks, other = source().engine.snapshot(), source()
    before = other.bench.files()
    with pytest.raises(NotEmpty):
        other.story(other.engine.restore("n1", chunks))
    assert other.bench.files() == before


@pytest.mark.parametrize("mode", ["lose-unsynced", "torn", "reordered", "keep"])
def test_a_restore_that_is_cut_leaves_nothing_or_everything(mode: str) -> None:
    first = source()
    chunks, shown = first.engine.snapshot(), first.shown()
    outcomes = set()
    for step in range(12):
        for within in (False, True):
            stage = Stage(SMALL)
            stage.until_step(stage.engine.restore("n1", chunks), step, within=within)
            stage.crash(mode, step).fresh()
            if not stage.engine.exists:
                stage.story(stage.engine.restore("n1", chunks))
                stage.fresh()
                outcomes.add("nothing")
            else:
                outcomes.add("everything")
            stage.story(stage.engine.open())
            assert stage.engine.ready, str(stage.engine.damage)
            assert stage.shown() == shown
    assert outcomes == {"nothing", "everything"}
