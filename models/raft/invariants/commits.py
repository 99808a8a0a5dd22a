"""Promises about what is committed: that later leaders have it, that a majority keeps it, that it never changes."""

from models.raft.events import BecameLeader, Committed, Recovered, Truncated
from models.raft.invariants.chains import short
from models.raft.invariants.logs import LOG_EVENTS, NO_CHAIN, Logs, Members
from sim import Emitted
from sim.invariants import Invariant, when

_NOTHING = (0, NO_CHAIN)


class LeaderCompleteness(Invariant):
    """What was committed in a term is in the log of every leader of a later term (section 5.4).

    An old leader may commit late, so it is asked at elections and again at commits of a term that others have passed.
    """

    name = "leader-completeness"
    claim = "every leader held what had been committed before its term"
    watches = (BecameLeader, Committed, *LOG_EVENTS)

    def __init__(self, logs: Logs) -> None:
        super().__init__()
        self._logs = logs
        self._committed: dict[int, Emitted] = {}  # term -> its leader's last commit
        self._elected: dict[int, tuple[Emitted, list[bytes]]] = {}  # term -> election, the winner's chains
        self._newest = 0

    def observe(self, emitted: Emitted) -> None:
        """Compare elections with earlier terms' commits, and commits with later terms' elections."""
        self._logs.see(emitted)
        event = emitted.event
        if isinstance(event, BecameLeader):
            chains = list(self._logs.of(emitted.node).chains)
            self._elected[event.term] = (emitted, chains)
            self._newest = max(self._newest, event.term)
            for term, commit in self._committed.items():
                if term < event.term:
                    self._compare(emitted, emitted, chains, commit)
        elif isinstance(event, Committed) and event.leading:
            self._committed[event.term] = emitted
            if event.term < self._newest:
                for term, (election, chains) in self._elected.items():
                    if term > event.term:
                        self._compare(emitted, election, chains, emitted)

    def _compare(self, now: Emitted, election: Emitted, chains: list[bytes], commit: Emitted) -> None:
        event, won = commit.event, election.event
        assert isinstance(event, Committed), "the map holds commits"
        assert isinstance(won, BecameLeader), "the map holds elections"
        held = chains[event.index] if event.index < len(chains) else None
        if held != event.chain:
            self.contradict(
                now,
                f"{when(commit)}, leader of term {event.term}, committed {short(event.chain)} at index {event.index}; "
                f"{when(election)} became leader of term {won.term} with {short(held)} there",
            )


class CommittedStable(Invariant):
    """What is committed never changes: for all servers together one log, and for each one it only grows."""

    name = "committed-stable"
    claim = "nothing that was committed changed"
    watches = (Committed, *LOG_EVENTS)

    def __init__(self, logs: Logs) -> None:
        super().__init__()
        self._logs = logs
        self._chains = [NO_CHAIN]
        self._tellers: list[Emitted | None] = [None]
        self._commits: dict[str, Emitted] = {}

    def observe(self, emitted: Emitted) -> None:
        """Compare commits with the one log; a cut must stay above the server's own commit."""
        self._logs.see(emitted)
        event = emitted.event
        if isinstance(event, Committed):
            self._compare(emitted, event)
            self._grow(emitted, event)
        elif isinstance(event, Truncated):
            before = self._commits.get(emitted.node)
            if before is not None and isinstance(before.event, Committed) and event.first <= before.event.index:
                self.contradict(
                    emitted,
                    f"{when(emitted)} cut its log from index {event.first} on, but {when(before)} had committed "
                    f"up to {before.event.index}",
                )
        elif isinstance(event, Recovered) and event.newcomer:
            self._commits.pop(emitted.node, None)

    def _compare(self, emitted: Emitted, event: Committed) -> None:
        """Chains that are equal at one index are equal below, so the highest that both know decides."""
        top = min(event.index, len(self._chains) - 1)
        own = event.chain if top == event.index else self._logs.of(emitted.node).chain_at(top)
        teller = self._tellers[top]
        if teller is not None and own != self._chains[top]:
            self.contradict(
                emitted,
                f"at or before index {top} {when(teller)} committed {short(self._chains[top])} and "
                f"{when(emitted)} {short(own)}",
            )
        before = self._commits.get(emitted.node)
        if before is None or before.incarnation != emitted.incarnation or not isinstance(before.event, Committed):
            return
        if before.event.index > event.index:
            self.contradict(emitted, f"{when(emitted)} fell back to commit {event.index} from that of {when(before)}")

    def _grow(self, emitted: Emitted, event: Committed) -> None:
        before = self._commits.get(emitted.node)
        if before is None or not isinstance(before.event, Committed) or before.event.index <= event.index:
            self._commits[emitted.node] = emitted
        log = self._logs.of(emitted.node)
        for index in range(len(self._chains), min(event.index, log.last) + 1):
            self._chains.append(log.chains[index])
            self._tellers.append(emitted)


class CommittedDurable(Invariant):
    """A server commits nothing that its own disk does not hold, and finds it there again after a crash."""

    name = "committed-durable"
    claim = "every commit was on the server's own disk, and stayed there"
    watches = (Committed, *LOG_EVENTS)

    def __init__(self, logs: Logs) -> None:
        super().__init__()
        self._logs = logs
        self._newest: dict[str, tuple[int, bytes]] = {}  # server -> the highest index it committed, and its chain

    def observe(self, emitted: Emitted) -> None:
        """Compare commits with the durable log, when they are made and when the server comes back."""
        self._logs.see(emitted)
        event, log = emitted.event, self._logs.of(emitted.node)
        if isinstance(event, Committed):
            if event.index > log.last:
                said = f"{when(emitted)} committed up to {event.index}; its durable log ends at {log.last}"
                self.contradict(emitted, said)
            self._newest[emitted.node] = max(self._newest.get(emitted.node, _NOTHING), (event.index, event.chain))
        elif isinstance(event, Recovered) and event.newcomer:
            self._newest.pop(emitted.node, None)
        elif isinstance(event, Recovered):
            index, chain = self._newest.get(emitted.node, _NOTHING)
            if log.chain_at(index) != chain:
                self.contradict(
                    emitted,
                    f"{when(emitted)} came back with {short(log.chain_at(index))} at index {index}, where it had "
                    f"committed {short(chain)} before",
                )


class QuorumLog(Invariant):
    """What is committed is on the disk of a member of every majority: no election can do without it (section 5.4).

    Asked at every commit of a leader and whenever a log became shorter, of the voters that were in force at the commit.
    A voter whose disk was replaced elects nobody until the group knows of it. `bootstrap` is what the group began with.
    """

    name = "quorum-log"
    claim = "every majority held what was committed"
    watches = (Committed, *LOG_EVENTS)

    def __init__(self, logs: Logs, bootstrap: Members) -> None:
        super().__init__()
        self._logs = logs
        self._bootstrap = bootstrap
        self._voters = bootstrap[0]
        self._top: tuple[int, bytes, Emitted] | None = None
        self._from = 1  # the first index that the last commit has added

    def observe(self, emitted: Emitted) -> None:
        """Count the copies of the highest commit; whoever holds it holds everything below."""
        self._logs.see(emitted)
        event = emitted.event
        if isinstance(event, Committed):
            if event.leading and (self._top is None or event.index >= self._top[0]):
                self._from = 1 if self._top is None else self._top[0] + 1
                self._top = (event.index, event.chain, emitted)
                self._voters = self._logs.members(emitted.node, self._bootstrap)[0]
                self._count(emitted, "")
        elif isinstance(event, Truncated):
            self._count(emitted, f" after {when(emitted)} cut its log from {event.first} on")
        elif isinstance(event, Recovered):
            self._count(emitted, f" after {when(emitted)} came back with a log that ends at {event.last}")

    def _count(self, emitted: Emitted, after: str) -> None:
        if self._top is None:
            return
        index, chain, commit = self._top
        electing = [voter for voter in self._voters if self._logs.may_vote(voter)]
        at_commit = emitted is commit
        lacking = [voter for voter in electing if not self._holds(voter, index, chain, at_commit=at_commit)]
        holders = sum(self._holds(voter, index, chain, at_commit=True) for voter in self._voters) if at_commit else 0
        if at_commit and 2 * holders <= len(self._voters):
            self.contradict(
                emitted,
                f"{when(commit)} committed {short(chain)} at index {index}, and only {holders} of {len(self._voters)} "
                "voters could read it on their disks",
            )
        if 2 * len(lacking) > len(self._voters):
            self.contradict(
                emitted,
                f"{when(commit)} committed {short(chain)} at index {index}; {', '.join(lacking)} of "
                f"{len(self._voters)} do not hold it on their disks{after}, and could elect a leader without it",
            )

    def _holds(self, voter: str, index: int, chain: bytes, *, at_commit: bool) -> bool:
        """Whether a voter's log has the entry. To be committed it must be readable; later its identity is enough."""
        log = self._logs.of(voter)
        readable = not at_commit or not any(self._from <= missing <= index for missing in log.missing)
        return log.chain_at(index) == chain and readable


class OwnTermCommit(Invariant):
    """A leader commits by counting copies only entries of its own term (section 5.4.2)."""

    name = "own-term-commit"
    claim = "leaders counted copies of their own term's entries only"
    watches = (Committed,)

    def observe(self, emitted: Emitted) -> None:
        """The entry's term is the leader's."""
        event = emitted.event
        if isinstance(event, Committed) and event.leading and event.entry_term != event.term:
            self.contradict(
                emitted,
                f"{when(emitted)}, leader of term {event.term}, committed up to index {event.index} by counting copies "
                f"of an entry of term {event.entry_term}",
            )
