"""Promises about votes and leaders: Figure 3's Election Safety, and what it rests on."""

from models.raft.events import BecameLeader, Committed, Granted, Recovered, VowSaved
from models.raft.invariants.chains import short
from models.raft.invariants.logs import LOG_EVENTS, Logs
from sim import Emitted
from sim.invariants import Invariant, when


class ElectionSafety(Invariant):
    """At most one leader per term, over the whole run and not only at one instant (section 5.2)."""

    name = "election-safety"
    claim = "no term had two leaders"
    watches = (BecameLeader,)

    def __init__(self) -> None:
        super().__init__()
        self._leaders: dict[int, Emitted] = {}

    def observe(self, emitted: Emitted) -> None:
        """Compare with whoever led this term before."""
        event = emitted.event
        assert isinstance(event, BecameLeader), "this one is watched"
        term = event.term
        first = self._leaders.setdefault(term, emitted)
        if first.node != emitted.node:
            self.contradict(emitted, f"term {term} has two leaders: {when(first)} and {when(emitted)}")


class VoteOnce(Invariant):
    """A server gives one vote per term, in all its incarnations together (section 5.2)."""

    name = "vote-once"
    claim = "no server voted for two candidates in one term"
    watches = (Granted, VowSaved)

    def __init__(self) -> None:
        super().__init__()
        self._votes: dict[tuple[str, int], tuple[str, Emitted]] = {}

    def observe(self, emitted: Emitted) -> None:
        """Compare with this server's earlier vote in the term."""
        event = emitted.event
        if isinstance(event, Granted):
            if not event.pre:
                self._vote(emitted, event.asked, event.to)
        elif isinstance(event, VowSaved) and event.voted is not None:
            self._vote(emitted, event.term, event.voted)

    def _vote(self, emitted: Emitted, term: int, candidate: str) -> None:
        chosen, first = self._votes.setdefault((emitted.node, term), (candidate, emitted))
        if chosen != candidate:
            self.contradict(
                emitted, f"in term {term} {when(first)} voted for {chosen} and {when(emitted)} for {candidate}"
            )


class VowKept(Invariant):
    """Terms never fall and votes are never forgotten, also over restarts (Figure 2, persistent state).

    What is read back may be newer than what was last said: a crash can come between the disk and the word. A server
    whose disk was replaced begins anew, and has no vote until the group knows.
    """

    name = "vow-kept"
    claim = "every server came back with the vow it had saved"
    watches = (VowSaved, Recovered)

    def __init__(self) -> None:
        super().__init__()
        self._vows: dict[str, tuple[int, str | None, Emitted]] = {}

    def observe(self, emitted: Emitted) -> None:
        """Compare with this server's last vow."""
        event = emitted.event
        assert isinstance(event, (VowSaved, Recovered)), "these two are watched"
        before = self._vows.get(emitted.node)
        self._vows[emitted.node] = (event.term, event.voted, emitted)
        if before is None or (isinstance(event, Recovered) and event.newcomer):
            return
        term, voted, first = before
        verb = "came back with" if isinstance(event, Recovered) else "saved"
        now = f"{when(emitted)} {verb} term {event.term}, vote {event.voted}"
        if event.term < term:
            self.contradict(emitted, f"{when(first)} had saved term {term}, but {now}")
        elif event.term == term and voted is not None and event.voted != voted:
            self.contradict(emitted, f"{when(first)} had voted for {voted} in term {term}, but {now}")


class UpToDate(Invariant):
    """Whoever votes for the winner has a log that is no more current, and its committed prefix is in the winner's."""

    name = "up-to-date"
    claim = "every winner's log was at least as current as its voters'"
    watches = (Granted, BecameLeader, Committed, *LOG_EVENTS)

    def __init__(self, logs: Logs) -> None:
        super().__init__()
        self._logs = logs
        self._commits: dict[str, tuple[int, bytes]] = {}
        self._grants: dict[tuple[str, int, str], tuple[tuple[int, int], tuple[int, bytes], Emitted]] = {}

    def observe(self, emitted: Emitted) -> None:
        """Note the voter's log at its grant; compare when the election is won."""
        self._logs.see(emitted)
        event = emitted.event
        if isinstance(event, Committed):
            self._commits[emitted.node] = (event.index, event.chain)
        elif isinstance(event, Granted) and not event.pre:
            log = self._logs.of(emitted.node)
            commit = self._commits.get(emitted.node, (0, log.chains[0]))
            self._grants[emitted.node, event.asked, event.to] = ((log.terms[-1], log.last), commit, emitted)
        elif isinstance(event, BecameLeader):
            for voter in event.voted_by:
                self._compare(emitted, event, voter)

    def _compare(self, emitted: Emitted, event: BecameLeader, voter: str) -> None:
        grant = self._grants.get((voter, event.term, emitted.node))
        if grant is None or voter == emitted.node:
            return
        log = self._logs.of(emitted.node)
        current, (commit, chain), granted = grant
        own = (log.terms[-1], log.last)
        if own < current:
            self.contradict(
                emitted,
                f"{when(emitted)} leads term {event.term} with a log that ends in (term, index) {own}, "
                f"by the vote of {when(granted)}, whose log ended in {current}",
            )
        elif log.chain_at(commit) != chain:
            self.contradict(
                emitted,
                f"{when(emitted)} leads term {event.term} with {short(log.chain_at(commit))} at index {commit}, where "
                f"{when(granted)}, who voted for it, had committed {short(chain)}",
            )
