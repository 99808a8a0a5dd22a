"""Promises about logs: Leader Append-Only and Log Matching of Figure 3, and that leaders believe no copy too many."""

from models.raft.events import Appended, BecameLeader, ConfigAppended, Progressed, Recovered, SteppedDown, Truncated
from models.raft.invariants.chains import short
from models.raft.invariants.logs import LOG_EVENTS, Logs, Members
from sim import Emitted
from sim.invariants import Invariant, when


class AppendOnly(Invariant):
    """A leader never removes entries of its own log (section 5.3, Leader Append-Only)."""

    name = "append-only"
    claim = "no leader cut its own log"
    watches = (BecameLeader, Truncated, Recovered, SteppedDown)

    def __init__(self) -> None:
        super().__init__()
        self._leads: dict[str, tuple[int, Emitted]] = {}

    def observe(self, emitted: Emitted) -> None:
        """A cut in the term that one leads is a contradiction, until one has stepped down or a term has begun."""
        event = emitted.event
        if isinstance(event, BecameLeader):
            self._leads[emitted.node] = (event.term, emitted)
            return
        term, elected = self._leads.pop(emitted.node, (0, emitted))
        if isinstance(event, Truncated) and event.term == term:
            self.contradict(
                emitted,
                f"{when(elected)} became leader of term {event.term}, and {when(emitted)} cut its log from "
                f"index {event.first} on in that term",
            )


class LogMatching(Invariant):
    """Two logs with an entry of one index and term are equal up to there (section 5.3)."""

    name = "log-matching"
    claim = "one index and term never named two prefixes"
    watches = (Appended,)

    def __init__(self) -> None:
        super().__init__()
        self._chains: dict[tuple[int, int], tuple[bytes, Emitted]] = {}

    def observe(self, emitted: Emitted) -> None:
        """One look-up per append: (index, term) -> chain is a function."""
        event = emitted.event
        assert isinstance(event, Appended), "this one is watched"
        chain, first = self._chains.setdefault((event.index, event.entry_term), (event.chain, emitted))
        if chain != event.chain:
            self.contradict(
                emitted,
                f"the logs differ at or before index {event.index} of term {event.entry_term}: "
                f"{when(first)} holds {short(chain)}, {when(emitted)} {short(event.chain)}",
            )


class MatchTrue(Invariant):
    """What a leader believes of a peer's log is true, and it does not unlearn it (Figure 2, matchIndex).

    Who leaves the group and comes back may have lost everything: what it held before it left proves nothing.
    """

    name = "match-true"
    claim = "no leader believed in a copy that was not there"
    watches = (Progressed, *LOG_EVENTS)

    def __init__(self, logs: Logs, bootstrap: Members) -> None:
        super().__init__()
        self._logs = logs
        self._bootstrap = bootstrap
        self._matches: dict[tuple[str, int, str], Emitted] = {}
        self._gone: dict[tuple[str, int, str], set[bytes]] = {}

    def observe(self, emitted: Emitted) -> None:
        """Take in who comes back; compare each belief with the one before, and with the peer's log."""
        self._logs.see(emitted)
        event = emitted.event
        if isinstance(event, ConfigAppended):
            self._meet(emitted.node, event)
        elif isinstance(event, Progressed):
            self._compare(emitted, event)

    def _meet(self, leader: str, event: ConfigAppended) -> None:
        before = self._logs.members(leader, self._bootstrap, event.index)
        known = {*before[0], *before[1]}
        for peer in (*event.voters, *event.learners):
            if peer not in known:
                log, key = self._logs.of(peer), (leader, event.term, peer)
                self._matches.pop(key, None)
                self._gone[key] = log.ever - set(log.chains)

    def _compare(self, emitted: Emitted, event: Progressed) -> None:
        key = (emitted.node, event.term, event.peer)
        before = self._matches.get(key)
        self._matches[key] = emitted
        said = (
            f"{when(emitted)}, leading term {event.term}, believes that {event.peer} holds its log up to {event.match}"
        )
        chain = self._logs.of(emitted.node).chain_at(event.match)
        if before is not None and isinstance(before.event, Progressed) and before.event.match > event.match:
            self.contradict(emitted, f"{said}; {when(before)} it knew of {before.event.match}")
        elif event.match >= event.next:
            self.contradict(emitted, f"{said}, but would send from {event.next} on")
        elif chain not in self._logs.of(event.peer).ever:
            self.contradict(emitted, f"{said}; {event.peer} never held {short(chain)} there")
        elif chain in self._gone.get(key, ()) and chain != self._logs.of(event.peer).chain_at(event.match):
            self.contradict(emitted, f"{said}; {event.peer} held {short(chain)} only before it left the group")
