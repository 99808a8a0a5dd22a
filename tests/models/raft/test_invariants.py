"""Every invariant accepts a short legal story, and rejects the same story with one event that contradicts it."""

from collections.abc import Callable
from typing import cast

import pytest

from models.raft.events import (
    Appended,
    Applied,
    BecameLeader,
    Committed,
    ConfigAppended,
    Granted,
    Progressed,
    ReadBegan,
    ReadServed,
    Recovered,
    SnapshotInstalled,
    StateDigest,
    Truncated,
    VowSaved,
)
from models.raft.invariants.clients import ExactlyOnce, ReadFresh
from models.raft.invariants.commits import (
    CommittedDurable,
    CommittedStable,
    LeaderCompleteness,
    OwnTermCommit,
    QuorumLog,
)
from models.raft.invariants.elections import ElectionSafety, UpToDate, VoteOnce, VowKept
from models.raft.invariants.log_promises import AppendOnly, LogMatching, MatchTrue
from models.raft.invariants.logs import Logs
from models.raft.invariants.machines import SameState, StateMachineSafety
from sim import Check, Emitted, Event, RunRecord

A, B, C, X = b"aaaaaaaa", b"bbbbbbbb", b"cccccccc", b"xxxxxxxx"
VOTERS = ("n1", "n2", "n3")
Story = list[tuple[str, Event]]


def chain(index: int) -> bytes:
    return (A, B, C)[index - 1]


def added(node: str, *indices: int, term: int = 1, chains: dict[int, bytes] | None = None) -> Story:
    digests = chains or {}
    return [(node, Appended(term, index, term, digests.get(index, chain(index)), "no-op")) for index in indices]


def leader(
    term: int, last: int = 0, digest: bytes = bytes(8), voted_by: tuple[str, ...] = ("n1", "n2")
) -> BecameLeader:
    return BecameLeader(term, last, digest, VOTERS, voted_by)


def committed(term: int, index: int, *, entry_term: int | None = None, leading: bool = True) -> Committed:
    return Committed(term, index, entry_term or term, chain(index), leading)


def recovered(term: int, voted: str | None, *chains: bytes) -> Recovered:
    last = len(chains)
    return Recovered(
        term, voted, 1, last, chains[-1] if chains else bytes(8), b"".join(chains), ((1, 1),) if last else ()
    )


COPIED = [*added("n1", 1, 2), *added("n2", 1, 2)]

CASES: dict[str, tuple[Callable[[], Check], Story, tuple[str, Event]]] = {
    "two leaders at different times": (
        ElectionSafety,
        [("n1", leader(1)), ("n2", leader(2)), ("n1", leader(3))],
        ("n1", leader(2)),
    ),
    "two votes": (
        VoteOnce,
        [("n1", Granted(1, "n2", 1, False)), ("n1", Granted(1, "n3", 2, True)), ("n1", Granted(2, "n3", 2, False))],
        ("n1", Granted(2, "n2", 2, False)),
    ),
    "a vote in memory only": (
        VoteOnce,
        [("n1", VowSaved(1, "n2")), ("n1", Granted(1, "n2", 1, False))],
        ("n1", VowSaved(1, "n3")),
    ),
    "a term forgotten": (
        VowKept,
        [("n1", VowSaved(3, None)), ("n1", recovered(3, None)), ("n1", VowSaved(4, "n2")), ("n1", recovered(5, None))],
        ("n1", recovered(4, None)),
    ),
    "a vote forgotten": (VowKept, [("n1", VowSaved(3, "n2")), ("n1", recovered(3, "n2"))], ("n1", recovered(3, None))),
    "a leader behind its voter": (
        lambda: UpToDate(Logs()),
        [
            *added("n2", 1),
            *added("n1", 1),
            ("n2", Granted(2, "n1", 2, False)),
            ("n1", leader(2, 1, A)),
            *added("n2", 2),
            ("n2", Granted(3, "n1", 3, False)),
        ],
        ("n1", leader(3, 1, A)),
    ),
    "a leader that cuts": (
        AppendOnly,
        [("n1", leader(1)), ("n2", Truncated(1, 2)), ("n1", Truncated(2, 2)), ("n1", leader(3))],
        ("n1", Truncated(3, 5)),
    ),
    "one place, two prefixes": (
        LogMatching,
        [*COPIED, *added("n3", 2, term=2, chains={2: X})],
        added("n3", 2, chains={2: X})[0],
    ),
    "a belief that fell": (
        lambda: MatchTrue(Logs(), (("n1", "n2", "n3"), ())),
        [*COPIED, ("n1", Progressed(1, "n2", 2, 3)), ("n1", Progressed(2, "n2", 1, 2))],
        ("n1", Progressed(1, "n2", 1, 3)),
    ),
    "a belief that is wrong": (
        lambda: MatchTrue(Logs(), (("n1", "n2", "n3"), ())),
        [*COPIED, *added("n1", 3), ("n1", Progressed(1, "n2", 2, 3))],
        ("n1", Progressed(1, "n2", 3, 4)),
    ),
    "a leader without what was committed": (
        lambda: LeaderCompleteness(Logs()),
        [*COPIED, ("n1", leader(1)), ("n1", committed(1, 2)), ("n2", leader(2, 2, B))],
        ("n3", leader(3)),
    ),
    "a late commit of an old leader": (
        lambda: LeaderCompleteness(Logs()),
        [*COPIED, ("n1", leader(1)), ("n3", leader(2)), ("n2", committed(3, 2))],
        ("n1", committed(1, 2)),
    ),
    "two entries at one applied index": (
        StateMachineSafety,
        [("n1", Applied(1, 1, 1, A, 0, 0, True)), ("n2", Applied(1, 1, 1, A, 0, 0, True))],
        ("n3", Applied(1, 1, 1, X, 0, 0, True)),
    ),
    "an index that was skipped": (
        StateMachineSafety,
        [("n1", Applied(1, 1, 1, A, 0, 0, True))],
        ("n1", Applied(1, 3, 1, C, 0, 0, True)),
    ),
    "a commit that changed": (
        lambda: CommittedStable(Logs()),
        [
            *COPIED,
            ("n1", committed(1, 2)),
            *added("n3", 1, 2, 3, chains={2: X}),
            ("n2", committed(1, 1, leading=False)),
        ],
        ("n3", committed(1, 3, leading=False)),
    ),
    "a cut below the commit": (
        lambda: CommittedStable(Logs()),
        [*COPIED, ("n2", committed(1, 1, leading=False)), ("n2", Truncated(2, 2))],
        ("n2", Truncated(2, 1)),
    ),
    "a commit beyond the disk": (
        lambda: CommittedDurable(Logs()),
        [*COPIED, ("n1", committed(1, 2))],
        ("n1", committed(1, 3)),
    ),
    "a commit that the disk lost": (
        lambda: CommittedDurable(Logs()),
        [*COPIED, ("n1", committed(1, 2)), ("n2", recovered(1, None, A)), ("n1", recovered(1, None, A, B))],
        ("n1", recovered(1, None, A)),
    ),
    "a commit with too few copies": (
        lambda: QuorumLog(Logs(), (VOTERS, ())),
        [*COPIED, ("n1", committed(1, 2)), *added("n1", 3)],
        ("n1", committed(1, 3)),
    ),
    "a copy that was lost": (
        lambda: QuorumLog(Logs(), (VOTERS, ())),
        [*COPIED, ("n1", committed(1, 2)), ("n2", recovered(1, None, A, B))],
        ("n2", recovered(1, None, A)),
    ),
    "an old entry counted": (
        OwnTermCommit,
        [("n1", committed(1, 1)), ("n2", committed(2, 1, entry_term=1, leading=False))],
        ("n1", committed(2, 2, entry_term=1)),
    ),
    "states that part": (
        SameState,
        [("n1", StateDigest(1, 50, A)), ("n2", StateDigest(1, 100, B))],
        ("n2", StateDigest(1, 50, B)),
    ),
    "a stale read": (
        ReadFresh,
        [
            ("n1", committed(1, 1)),
            ("n1", ReadBegan(1, 1, "read-index")),
            ("n2", committed(2, 2)),
            ("n1", ReadServed(1, 1, 1, 1, "read-index")),
            ("n1", ReadBegan(1, 2, "read-index")),
        ],
        ("n1", ReadServed(1, 2, 1, 1, "read-index")),
    ),
    "a read ahead of the machine": (
        ReadFresh,
        [("n1", committed(1, 1)), ("n1", ReadBegan(1, 1, "read-index"))],
        ("n1", ReadServed(1, 1, 2, 1, "read-index")),
    ),
    "an operation that acted twice": (
        ExactlyOnce,
        [("n1", Applied(1, 2, 1, A, 9, 1, True)), ("n1", Applied(1, 3, 1, B, 9, 1, False))],
        ("n2", Applied(1, 3, 1, B, 9, 1, True)),
    ),
}


def play(check: Check, story: Story) -> None:
    for record, (node, event) in enumerate(story, 1):
        if isinstance(event, check.watches):
            check.observe(Emitted(record * 1_000_000, node, 1, record, event))


@pytest.mark.parametrize("name", CASES)
def test_invariant_accepts_the_story_and_rejects_the_contradiction(name: str) -> None:
    make, story, contradiction = CASES[name]
    record = cast("RunRecord", None)  # folds over events do not look at it
    fair = make()
    play(fair, story)
    assert fair.conclude(record).status == "pass", fair.conclude(record).detail
    broken = make()
    play(broken, [*story, contradiction])
    verdict = broken.conclude(record)
    assert verdict.status == "fail"
    assert verdict.check == broken.name
    assert verdict.at_ns == (len(story) + 1) * 1_000_000
    assert contradiction[0] in verdict.detail


def fold(*story: tuple[str, Event]) -> Logs:
    logs = Logs()
    for number, (node, event) in enumerate(story, 1):
        logs.see(Emitted(number, node, 1, number, event))
    return logs


def test_log_fold_takes_up_what_a_crash_had_hidden() -> None:
    lost = ("n1", Appended(1, 2, 1, X, "no-op"))
    back = ("n1", Recovered(2, None, 1, 3, C, A + B + C, ((1, 1), (3, 2))))
    log = fold(*added("n1", 1), lost, back).of("n1")
    assert (log.chains[1:], log.terms[1:]) == ([A, B, C], [1, 1, 2])
    log = fold(*added("n1", 1), lost, back, ("n1", recovered(2, None, A))).of("n1")
    assert (log.last, log.chain_at(1), log.chain_at(2)) == (1, A, None)
    assert {A, B, C, X} <= log.ever


def test_log_fold_knows_what_a_snapshot_stands_for() -> None:
    logs = fold(*added("n1", 1, 2), *added("n1", 3, term=2), ("n2", SnapshotInstalled(2, 3, 2, C)))
    assert logs.of("n2").chains == [bytes(8), A, B, C]
    assert logs.of("n2").terms == [0, 1, 1, 2]


def test_log_fold_knows_the_group_that_a_log_names() -> None:
    config = ConfigAppended(1, 2, B, ("n1", "n2", "n3", "n4"), ())
    logs = fold(*added("n1", 1, 2), ("n1", config), *added("n2", 1), ("n3", SnapshotInstalled(1, 2, 1, B)))
    assert [len(logs.members(name, (VOTERS, ()))[0]) for name in VOTERS] == [4, 3, 4]
    logs.see(Emitted(9, "n1", 1, 9, Truncated(2, 2)))
    assert logs.members("n1", (VOTERS, ())) == (VOTERS, ())
