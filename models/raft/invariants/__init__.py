"""The promises of a Raft group, by the names that verdicts use. Each factory makes the check of one run."""

from collections.abc import Callable, Mapping
from typing import cast

from models.raft.invariants.clients import ExactlyOnce, ReadFresh
from models.raft.invariants.commits import (
    CommittedDurable,
    CommittedStable,
    LeaderCompleteness,
    OwnTermCommit,
    QuorumLog,
)
from models.raft.invariants.elections import ElectionSafety, UpToDate, VoteOnce, VowKept
from models.raft.invariants.liveness import Liveness
from models.raft.invariants.log_promises import AppendOnly, LogMatching, MatchTrue
from models.raft.invariants.logs import Logs, Members
from models.raft.invariants.machines import SameState, StateMachineSafety
from models.raft.invariants.members import ConfigOneByOne, OneLease
from models.raft.invariants.repairs import RepairedInTime, RepairedRight
from models.raft.membership import bootstrap
from models.raft.settings import Settings
from sim import SECOND, Check, System

CHECKS: Mapping[str, Callable[[System], Check]] = {
    "election-safety": lambda _: ElectionSafety(),
    "vote-once": lambda _: VoteOnce(),
    "vow-kept": lambda _: VowKept(),
    "up-to-date": lambda system: UpToDate(system.shared(Logs)),
    "append-only": lambda _: AppendOnly(),
    "log-matching": lambda _: LogMatching(),
    "match-true": lambda system: MatchTrue(system.shared(Logs), _beginning(system)),
    "leader-completeness": lambda system: LeaderCompleteness(system.shared(Logs)),
    "own-term-commit": lambda _: OwnTermCommit(),
    "committed-stable": lambda system: CommittedStable(system.shared(Logs)),
    "committed-durable": lambda system: CommittedDurable(system.shared(Logs)),
    "quorum-log": lambda system: QuorumLog(system.shared(Logs), _beginning(system)),
    "config-one-by-one": lambda system: ConfigOneByOne(system.shared(Logs), _beginning(system)),
    "state-machine-safety": lambda _: StateMachineSafety(),
    "same-state": lambda _: SameState(),
    "read-fresh": lambda _: ReadFresh(),
    "one-lease": lambda _: OneLease(),
    "exactly-once": lambda _: ExactlyOnce(),
    "repaired-right": lambda system: RepairedRight(system.shared(Logs)),
    "repaired-in-time": lambda system: RepairedInTime(system.shared(Logs), _beginning(system), 3 * SECOND),
    "liveness": lambda system: Liveness(
        cast("Settings", system.parameters), system.shared(Logs), _beginning(system), _patience(system)
    ),
}


def _beginning(system: System) -> Members:
    settings = cast("Settings", system.parameters)
    first = bootstrap(system.servers, settings.voters, settings.learners)
    return first.voters, first.learners


def _patience(system: System) -> int:
    """How long the most patient client keeps trying one operation, in ns."""
    return max((script.timeout_ns for script in system.scripts), default=0)
