"""Every invariant of the engine accepts a legal story, and rejects the same story with what contradicts it."""

from collections.abc import Callable
from typing import cast

import pytest

from models.veristore.engine.batch import effects, mark_of_entry, mark_of_key
from models.veristore.events import (
    Acked,
    Appended,
    CorruptionFound,
    Digest,
    Durable,
    Flushed,
    Proposed,
    ReadServed,
    Recovered,
    RecoveryBegan,
    Restored,
    SegmentDropped,
    SnapshotRead,
)
from models.veristore.invariants.answers import AckedDurable, DeletedStays, ReadsCurrent, SeqRises
from models.veristore.invariants.durability import BatchAtomic, DurablePrefix, NoCorruptApply, ReplayDeterministic
from models.veristore.invariants.files import LogFloor, RecoveryEnds, SnapshotEqual
from models.veristore.invariants.lineage import Lineage, Lineages
from models.veristore.machine.view import Change
from sim import SECOND, Check, Emitted, Event, RunRecord
from sim.checks.history import History
from sim.checks.timeline import FaultSpan

A, B, C, X = b"aaaaaaaa", b"bbbbbbbb", b"cccccccc", b"xxxxxxxx"
Story = list[tuple[str, Event]]
K = b"k"


def appended(seq: int, chain: bytes, value: bytes | None, node: str = "n1") -> tuple[str, Event]:
    return node, Appended(seq, 1, chain, effects([Change(K, value)], seq))


def digest(seq: int, value: bytes = b"v") -> int:
    return mark_of_entry(K, value, seq)


def said(*events: Event) -> Story:
    return [("n1", event) for event in events]


def shown(seq: int, version: int) -> Event:
    return ReadServed(seq, mark_of_key(K) + version.to_bytes(8, "little"))


def acked(seq: int) -> Event:
    return Acked(seq, "c1", seq)


LOG: Story = [appended(1, A, b"v"), appended(2, B, None), appended(3, C, b"w")]
"""k is put, deleted and put again."""


def record(*faults: str) -> RunRecord:
    spans = tuple(FaultSpan(text, 0, None) for text in faults)
    return RunRecord(History([]), 2 * SECOND, 5 * SECOND, 1, ("n1", "n2"), ("c1",), spans)


def status(check: Check, story: Story, run: RunRecord | None = None) -> str:
    for place, (node, event) in enumerate(story, 1):
        if isinstance(event, check.watches):
            check.observe(Emitted(place, node, 1, place, event))
    return check.conclude(run or record()).status


def with_lineages(make: Callable[[Lineages], Check]) -> Callable[[], Check]:
    return lambda: make(Lineages())


PREFIX = with_lineages(lambda lineages: DurablePrefix(lineages, stops=False))
CASES: list[tuple[str, Callable[[], Check], Story, Story]] = [
    ("all that was acknowledged", PREFIX, LOG + said(acked(1), Recovered(0, 1, A, digest(1))),
     LOG + said(acked(2), Recovered(0, 1, A, digest(1)))),
    ("other batches", PREFIX, LOG + said(Recovered(0, 2, B, 0)), LOG + said(Recovered(0, 2, X, 0))),
    ("another map", PREFIX, LOG + said(Recovered(0, 3, C, digest(3, b"w"))), LOG + said(Recovered(0, 3, C, 7))),
    ("what was cut stays cut", PREFIX,
     [*LOG, *said(Recovered(0, 1, A, digest(1))), appended(2, X, b"x"), *said(Recovered(0, 2, X, digest(2, b"x")))],
     [*LOG, *said(Recovered(0, 1, A, digest(1))), appended(2, X, b"x"), *said(Recovered(0, 2, B, 0))]),
    ("replay", with_lineages(ReplayDeterministic), LOG + said(Recovered(0, 2, B, 0), Recovered(0, 2, B, 0)),
     LOG + said(Recovered(0, 2, B, 0), Recovered(0, 2, B, 1))),
    ("digest while it runs", with_lineages(NoCorruptApply), LOG + said(Digest(1, digest(1))),
     LOG + said(Digest(2, digest(1)))),
    ("bytes once appended", with_lineages(NoCorruptApply), LOG + said(Recovered(0, 1, A, digest(1))),
     LOG + said(Recovered(0, 1, X, digest(1)))),
    ("numbers rise", SeqRises, said(acked(1), acked(3)), said(acked(3), acked(3))),
    ("acks are durable", AckedDurable, said(Durable(2, 2), acked(1), acked(2)), said(Durable(1, 1), acked(2))),
    ("reads are durable", AckedDurable, said(Durable(2, 1), shown(2, 2)), said(Durable(1, 1), shown(1, 2))),
    ("deleted", with_lineages(DeletedStays), LOG + said(shown(1, 1), shown(2, 0), shown(3, 3)),
     LOG + said(shown(2, 1))),
    ("newest", with_lineages(ReadsCurrent), LOG + said(shown(1, 1), shown(2, 0)), LOG + said(shown(3, 0))),
    ("whole batches", BatchAtomic, said(Proposed(1, 2), Recovered(0, 2, B, 0)),
     said(Proposed(1, 2), Recovered(0, 1, A, 0))),
    ("floor", LogFloor, said(Flushed(1, 8), SegmentDropped(1, 8), SegmentDropped(9, 8)),
     said(SegmentDropped(1, 8), Flushed(1, 8))),
    ("snapshot", with_lineages(SnapshotEqual), [*LOG, ("n2", SnapshotRead("n1", 1, digest(1)))],
     [*LOG, ("n2", SnapshotRead("n1", 1, 5))]),
    ("suffix", with_lineages(SnapshotEqual),
     [*LOG, ("n2", Restored("n1", 1)), appended(2, X, None, "n2"), ("n2", Digest(2, 0))],
     [*LOG, ("n2", Restored("n1", 1)), appended(2, X, None, "n2"), ("n2", Digest(2, 9))]),
    ("recovery ends", RecoveryEnds, said(RecoveryBegan(0), Recovered(0, 0, A, 0)), said(RecoveryBegan(0))),
]  # fmt: skip


@pytest.mark.parametrize(("make", "legal", "illegal"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_legal_stories_pass_and_contradictions_fail(make: Callable[[], Check], legal: Story, illegal: Story) -> None:
    assert status(make(), legal) == "pass"
    assert status(make(), illegal) == "fail"


FAULTY: Story = said(RecoveryBegan(0), CorruptionFound("a record", "is bad"))


def test_a_store_that_ends_faulty_without_a_bad_disk_has_lost_what_it_acknowledged() -> None:
    assert status(PREFIX(), FAULTY) == "fail"
    assert status(PREFIX(), FAULTY, record("crash n1 (crash-1)", "disk n2 (disk-1)")) == "fail"


def test_a_store_that_ends_faulty_on_a_bad_disk_is_unavailable_and_has_lost_nothing() -> None:
    assert status(PREFIX(), FAULTY, record("disk n2, n1 (disk-1)")) == "pass"
    assert status(PREFIX(), [*FAULTY, *said(Recovered(0, 0, bytes(8), 0))]) == "pass"
    stops = DurablePrefix(Lineages(), stops=True)
    assert status(stops, FAULTY) == "pass"


def test_a_recovery_that_began_a_moment_ago_is_not_late() -> None:
    check = RecoveryEnds()
    check.observe(Emitted(4_500_000_000, "n1", 1, 1, RecoveryBegan(0)))
    assert check.conclude(record()).status == "pass"


def test_a_lineage_forgets_what_is_cut_and_knows_what_was() -> None:
    lineage = Lineage()
    for _, event in LOG:
        one = cast("Appended", event)
        lineage.append(one.seq, one.chain, one.effects)
    key = mark_of_key(K)
    assert [lineage.version_at(key, seq) for seq in range(4)] == [0, 1, 0, 3]
    assert [lineage.deleted_at(key, seq) for seq in range(4)] == [0, 0, 2, 0]
    twin = lineage.copy(2)
    lineage.cut(1)
    assert (lineage.last, lineage.chain_at(2), lineage.digest_at(1)) == (1, None, digest(1))
    assert [lineage.version_at(key, seq) for seq in (1, 2)] == [1, 1]
    assert (twin.last, twin.digest_at(2), twin.version_at(key, 2)) == (2, 0, 0)
