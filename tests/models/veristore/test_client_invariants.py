"""Every promise about values and objects accepts a legal story, and rejects it with one event that contradicts it."""

from collections.abc import Callable
from typing import cast

import pytest

from models.veristore.client_events import (
    ObjectStored,
    PageAsked,
    PageSeen,
    PairSeen,
    ReadBegan,
    ReadEnded,
    ReadFailed,
)
from models.veristore.invariants.chunks import ReachableKept
from models.veristore.invariants.lists import ListCommitted
from models.veristore.invariants.objects import ObjectWhole, OneWinner
from models.veristore.invariants.told import Told
from models.veristore.invariants.uploads import TerminalUpload, UploadsCollected
from models.veristore.invariants.values import BatchWhole, DeletedUnseen
from models.veristore.object_events import (
    ChunkCollected,
    ChunkWritten,
    Extent,
    ObjectCommitted,
    ObjectDeleted,
    PartChanged,
    Ticked,
    UploadChanged,
)
from sim import Check, Emitted, Event, RunRecord
from sim.checks.history import History, Op

Story = list[tuple[str, Event]]
B = "bucket"


def committed(
    seq: int, key: str = "k", etag: str = "", upload: int = 1, *, absent: bool = False, match: str | None = None
) -> tuple[str, Event]:
    """Committed as number `seq`, with the ETag e<seq> if no other is said."""
    event = ObjectCommitted(seq, B, key, seq, etag or f"e{seq}", 4, (Extent(upload, 2),), absent, match)
    return "n1", event


def deleted(seq: int, key: str = "k") -> tuple[str, Event]:
    return "n1", ObjectDeleted(seq, B, key)


def upload(seq: int, state: str, number: int = 1, kind: str = "put", ended: int = 0) -> tuple[str, Event]:
    return "n1", UploadChanged(seq, number, kind, state, 0, ended, False)


def page(
    *keys: tuple[str, int],
    prefixes: tuple[str, ...] = (),
    more: bool = False,
    delimiter: str = "",
    after: str = "",
    max_keys: int = 9,
) -> tuple[str, Event]:
    return "c1", PageSeen(1, B, "", delimiter, after, max_keys, keys, prefixes, more)


ASKED = ("c1", PageAsked(1, B))
BEGAN = ("c1", ReadBegan(1, B, "k", 3, "e3", 4, (Extent(1, 2),), 100))
ENDED = ("c1", ReadEnded(1, B, "k", 3, "e3", 4))
COLLECTED = ("n1", ChunkCollected(9, 1, 0))
OBJECT: Story = [upload(1, "open"), ("n1", ChunkWritten(2, 1, 0)), committed(3), upload(3, "completed")]


def tick(seq: int, now: int) -> tuple[str, Event]:
    return "n1", Ticked(seq, now)


def new(kind: Callable[[Told], Check]) -> Callable[[], Check]:
    return lambda: kind(Told())


CASES: dict[str, tuple[Callable[[], Check], Story, tuple[str, Event]]] = {
    "half a batch": (
        BatchWhole,
        [("c1", PairSeen("p", None, None)), ("c1", PairSeen("p", ("a", 1), ("a", 1)))],
        ("c1", PairSeen("p", ("a", 1), ("b", 2))),
    ),
    "a batch of which one key is missing": (BatchWhole, [], ("c1", PairSeen("p", ("a", 1), None))),
    "other bytes": (
        new(ObjectWhole),
        [*OBJECT, ("c1", ReadEnded(1, B, "k", 3, "e3", 4))],
        ("c1", ReadEnded(2, B, "k", 3, "e4", 4)),
    ),
    "too few bytes": (new(ObjectWhole), OBJECT, ("c1", ReadEnded(1, B, "k", 3, "e3", 3))),
    "a version of nobody": (new(ObjectWhole), OBJECT, ("c1", ReadEnded(1, B, "k", 4, "e3", 4))),
    "an ETag of other bytes": (
        new(ObjectWhole),
        [*OBJECT, ("c1", ObjectStored(B, "k", 3, "e3", "e3"))],
        ("c1", ObjectStored(B, "k", 3, "e3", "e4")),
    ),
    "a chunk that was promised": (
        new(ObjectWhole),
        [*OBJECT, tick(4, 100), ("c1", ReadFailed(1, B, "k", 3, "NoSuchChunk", 100))],
        ("c1", ReadFailed(1, B, "k", 3, "NoSuchChunk", 101)),
    ),
    "a damaged chunk": (
        new(ObjectWhole),
        [*OBJECT, tick(4, 100)],
        ("c1", ReadFailed(1, B, "k", 3, "InternalError", 100)),
    ),
    "two that expected none": (
        new(OneWinner),
        [committed(1, absent=True), deleted(2), committed(3, absent=True)],
        committed(4, absent=True),
    ),
    "two that expected the same": (
        new(OneWinner),
        [committed(1), committed(2, match="e1"), committed(3, match="e2")],
        committed(4, match="e2"),
    ),
    "one that expected what was deleted": (new(OneWinner), [committed(1), deleted(2)], committed(3, match="e1")),
    "a key that was there all the time": (
        new(ListCommitted),
        [committed(1), ASKED, committed(2, "j"), page(("k", 1)), ASKED],
        page(("j", 2)),
    ),
    "two keys that never were there together": (
        new(ListCommitted),
        [committed(1), ASKED, deleted(2), committed(3, "j")],
        page(("j", 3), ("k", 1)),
    ),
    "a key deleted before": (new(ListCommitted), [committed(1), deleted(2), ASKED], page(("k", 1))),
    "an old version": (new(ListCommitted), [committed(1), committed(2), ASKED], page(("k", 1))),
    "a page that hides that there is more": (
        new(ListCommitted),
        [committed(1), committed(2, "j"), ASKED, page(("j", 2), max_keys=1, more=True), ASKED],
        page(("j", 2), max_keys=1),
    ),
    "a common prefix of nothing": (
        new(ListCommitted),
        [committed(1, "a/b"), ASKED, page(delimiter="/", prefixes=("a/",)), ASKED],
        page(delimiter="/", prefixes=("a/", "b/")),
    ),
    "a chunk of an open upload": (
        new(ReachableKept),
        [upload(1, "open"), upload(2, "aborted"), COLLECTED, upload(10, "open")],
        ("n1", ChunkCollected(11, 1, 1)),
    ),
    "a chunk of an object": (
        new(ReachableKept),
        [*OBJECT, committed(4, upload=2), COLLECTED],
        ("n1", ChunkCollected(10, 2, 0)),
    ),
    "a chunk of a part": (
        new(ReachableKept),
        [
            upload(1, "open", 8, "multipart"),
            ("n1", PartChanged(2, 8, 1, Extent(1, 1))),
            ("n1", PartChanged(3, 8, 1, Extent(2, 1))),
            COLLECTED,
        ],
        ("n1", ChunkCollected(10, 2, 0)),
    ),
    "a chunk of a read": (
        new(ReachableKept),
        [*OBJECT, BEGAN, committed(4, upload=2), tick(5, 100), COLLECTED, ENDED],
        ("n1", ChunkCollected(10, 2, 0)),
    ),
    "a chunk of a read before its time": (
        new(ReachableKept),
        [*OBJECT, BEGAN, committed(4, upload=2), tick(5, 99)],
        COLLECTED,
    ),
    "an upload that is completed and aborted": (
        new(TerminalUpload),
        [upload(1, "open"), upload(2, "completed"), upload(3, "forgotten")],
        upload(4, "aborted"),
    ),
    "an id that is used again": (
        new(TerminalUpload),
        [upload(1, "open"), upload(2, "aborted"), upload(3, "open", 3)],
        upload(4, "open"),
    ),
    "an upload that stays open": (
        lambda: UploadsCollected(Told(), 10, 5, 2, 1),
        [upload(1, "open"), tick(2, 16), upload(3, "open", 3), upload(4, "aborted", 3, ended=16)],
        tick(5, 17),
    ),
    "a chunk that stays": (
        lambda: UploadsCollected(Told(), 10, 5, 2, 1),
        [*OBJECT, upload(5, "open", 5), ("n1", ChunkWritten(6, 5, 0)), upload(7, "aborted", 5), tick(8, 11)],
        tick(9, 12),
    ),
}  # fmt: skip


def conclude(check: Check, story: Story, ops: tuple[Op, ...] = ()) -> str:
    for number, (node, event) in enumerate(story):
        if type(event) in check.watches:
            check.observe(Emitted(number, node, 1, number, event))
    record = RunRecord(History(ops), 0, 100, 0, ("n1",), ("c1",))
    return check.conclude(record).status


@pytest.mark.parametrize("name", CASES)
def test_a_legal_story_passes(name: str) -> None:
    make, story, _ = CASES[name]
    assert conclude(make(), story) == "pass"


@pytest.mark.parametrize("name", CASES)
def test_one_event_that_contradicts_it_is_found(name: str) -> None:
    make, story, wrong = CASES[name]
    assert conclude(make(), [*story, wrong]) == "fail"


def op(number: int, f: str, result: object, key: object = "k") -> Op:
    return Op(number, 0, "c1", f, key, None, result, "ok", 2 * number, 2 * number + 1, number, number)


OLD: dict[str, tuple[object, str, object]] = {
    "a value": ("k", "get", ("a", 3)),
    "a value in a scan": (None, "list", (("k", 3),)),
    "an object": ("bucket/k", "get", ("a", "e3")),
    "an ETag": ("bucket/k", "head", "e3"),
    "an object in a list": (None, "list", (("bucket/k", "e3"),)),
}


@pytest.mark.parametrize("name", OLD)
def test_an_older_version_after_an_acknowledged_delete_is_found(name: str) -> None:
    key, verb, result = OLD[name]
    deleted_key = "bucket/k" if "bucket" in str((key, result)) else "k"
    read = op(1, verb, result, key)
    late, early = op(0, "delete", 5, deleted_key), op(0, "delete", 2, deleted_key)
    assert conclude(DeletedUnseen(), [committed(3)], (late, read)) == "fail"
    assert conclude(DeletedUnseen(), [committed(3)], (early, read)) == "pass"
    after = (op(0, verb, result, key), op(1, "delete", 5, deleted_key))
    assert conclude(DeletedUnseen(), [committed(3)], after) == "pass"


def test_what_is_told_again_is_no_news() -> None:
    told = Told()
    one = Emitted(0, "n1", 1, 0, cast("Event", None))
    again = one._replace(incarnation=2)
    assert [told.is_new(one, 1), told.is_new(one, 1), told.is_new(again, 1), told.is_new(again, 2)] == [
        True, True, False, True,
    ]  # fmt: skip


def test_replicas_of_one_store_tell_the_same_news() -> None:
    one, other = Emitted(0, "n1", 1, 0, cast("Event", None)), Emitted(0, "n2", 1, 0, cast("Event", None))
    apart, together = Told(), Told(replicated=True)
    assert [apart.is_new(one, 1), apart.is_new(other, 1)] == [True, True]
    assert [together.is_new(one, 1), together.is_new(other, 1), together.is_new(other, 2)] == [True, False, True]
