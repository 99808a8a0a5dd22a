"""What must happen once everything is healed: one leader that stays, progress for every client, no server left behind.

With PreVote and CheckQuorum, and a majority M up and connected with delays well below the base election timeout E,
within T = 10 election timeouts a leader stays, each client completes a write, and every server of M commits what the
group has committed. The check waits T, then demands that nobody new leads for 5 E, unless by an operator's order.
"""

from dataclasses import dataclass
from typing import Literal

from models.raft.changes import REMOVED
from models.raft.events import (
    BecameLeader,
    Committed,
    Denied,
    SnapshotInstalled,
    SteppedDown,
    TransferStarted,
)
from models.raft.invariants.logs import LOG_EVENTS, Logs, Members
from models.raft.invariants.service import refusal
from models.raft.settings import Settings
from sim import Check, Emitted, RunRecord, Verdict, show_ns
from sim.invariants import when

ROUNDS = 10
CALM = 5


@dataclass(frozen=True)
class Deadline:
    """World times in ns: everything is healed, the group must work, it must have worked without a change."""

    healed: int
    working: int
    calm: int


class Liveness(Check):
    """Once everything is healed one leader stays, every client is served, and no server is left behind.

    The fold keeps who led when, how far each server committed, and the last refusal of a vote for the verdict.
    """

    name = "liveness"
    watches = (BecameLeader, Committed, Denied, TransferStarted, SteppedDown, *LOG_EVENTS)

    def __init__(self, settings: Settings, logs: Logs, bootstrap: Members, patience_ns: int) -> None:
        self._settings = settings
        self._patience_ns = patience_ns  # how long a client keeps trying one operation
        self._logs = logs
        self._bootstrap = bootstrap
        self._elections: list[Emitted] = []
        self._commits: list[tuple[int, str, int]] = []  # time, server, index
        self._denial: Emitted | None = None
        self._excused = False  # the next election is an operator's doing

    def observe(self, emitted: Emitted) -> None:
        """Keep what the conclusion needs."""
        self._logs.see(emitted)
        event = emitted.event
        if isinstance(event, (Committed, SnapshotInstalled)):
            self._commits.append((emitted.t_ns, emitted.node, event.index))
        elif isinstance(event, BecameLeader):
            if not self._excused:
                self._elections.append(emitted)
            self._excused = False
        elif isinstance(event, TransferStarted):
            self._excused = True
        elif isinstance(event, SteppedDown):
            self._excused |= event.why == REMOVED
        elif not isinstance(event, Denied) or not event.why.startswith("a leader"):
            self._denial = emitted

    def conclude(self, record: RunRecord) -> Verdict:
        """Without a settle phase nothing is claimed; one that is too short for the claim decides nothing."""
        timeout_min, timeout_max = self._settings.election_timeout
        working = record.settle_ns + ROUNDS * timeout_max
        deadline = Deadline(record.settle_ns, working, working + CALM * timeout_min)
        if record.settle_ns >= record.end_ns:
            return self._say("pass", "nothing is claimed: the run has no settle phase")
        if deadline.calm > record.end_ns:
            needed = show_ns(deadline.calm - deadline.healed)
            return self._say("unknown", f"the claim needs a settle phase of {needed}, this one is shorter")
        why = self._idle(deadline) or self._unserved(deadline, record) or self._left_behind(deadline, record)
        if why is not None:
            at_ns, sentence = why
            return self._say("fail", sentence + self._last_refusal(deadline), at_ns)
        return self._say("pass", f"the group worked within {show_ns(working - deadline.healed)} of healing, and stayed")

    def _idle(self, deadline: Deadline) -> tuple[int, str] | None:
        """No commit, or a change of leaders when there should be calm."""
        for elected in self._elections:
            if deadline.working < elected.t_ns <= deadline.calm:
                return elected.t_ns, (
                    f"{when(elected)} became leader, though everything healed at {show_ns(deadline.healed)} and the "
                    f"group had to be calm from {show_ns(deadline.working)} on"
                )
        return None

    def _unserved(self, deadline: Deadline, record: RunRecord) -> tuple[int, str] | None:
        """A client that tried for all of T and got nothing done, or a group that serves nobody."""
        return refusal(record, deadline.healed, self._patience_ns, deadline.working - deadline.healed)

    def _left_behind(self, deadline: Deadline, record: RunRecord) -> tuple[int, str] | None:
        """A server that never reached what was committed when the group had to be working."""
        excepted = {*record.down, *self._settings.outside}
        reached = {name: 0 for name in self._steady_members(deadline) if name not in excepted}
        target = 0
        for t_ns, server, index in self._commits:
            if t_ns <= deadline.working:
                target = max(target, index)
            if t_ns <= deadline.calm and server in reached:
                reached[server] = max(reached[server], index)
        for server, index in reached.items():
            if index < target:
                return deadline.calm, (
                    f"{server} had committed up to {index} at {show_ns(deadline.calm)}; the group had {target} at "
                    f"{show_ns(deadline.working)}"
                )
        return None

    def _steady_members(self, deadline: Deadline) -> list[str]:
        """Who belonged to the group all the time since everything healed."""
        healed = max((index for t_ns, _, index in self._commits if t_ns <= deadline.healed), default=0)
        _, _, teller = max(((index, -t_ns, server) for t_ns, server, index in self._commits), default=(0, 0, ""))
        groups = [self._logs.members(teller, self._bootstrap, healed + 1)]
        groups += [group for index, group in self._logs.changes(teller) if index > healed]
        first, *later = [{*voters, *learners} for voters, learners in groups]
        return sorted(first.intersection(*later))

    def _last_refusal(self, deadline: Deadline) -> str:
        denied = self._denial
        if denied is None or denied.t_ns < deadline.healed or not isinstance(denied.event, Denied):
            return ""
        kind = "pre-vote" if denied.event.pre else "vote"
        said = denied.event
        return f"; last, {when(denied)} refused {said.to} a {kind} for term {said.asked}: {said.why}"

    def _say(self, status: Literal["pass", "fail", "unknown"], detail: str, at_ns: int | None = None) -> Verdict:
        return Verdict(self.name, status, detail, "liveness", at_ns=at_ns)
