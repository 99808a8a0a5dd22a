"""Leaders: one per term, and each holds what had been committed before its term (Raft 2014, figure 3)."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from sim.checks.agreement.events import Committed, Elected
from sim.checks.agreement.log_tree import LOG_EVENTS, Logs
from sim.checks.agreement.promise import Promise
from sim.checks.agreement.words import say, when
from sim.world.message import Emitted


class ElectionSafety(Promise):
    """At most one node leads a term, over the whole run and not only at one instant (section 5.2)."""

    name = "election-safety"
    watches = evidence = (Elected,)
    claim = "no term had two leaders"

    def __init__(self, *, byzantine: frozenset[str] | None = None, f: int | None = None) -> None:
        super().__init__(byzantine=byzantine, f=f)
        self._leaders: dict[int, Emitted] = {}

    def fold(self, emitted: Emitted) -> None:
        """One look-up per election."""
        event = emitted.event
        assert isinstance(event, Elected), "this one is watched"
        first = self._leaders.setdefault(event.term, emitted)
        if first.node != emitted.node:
            self.contradict(emitted.t_ns, f"term {event.term} has two leaders: {when(first)} and {when(emitted)}")


@dataclass(frozen=True, slots=True)
class _Claim:
    """A commit or an election: in which term, by whom, and the log (up to `index`) that it speaks of."""

    term: int
    index: int
    log: int
    emitted: Emitted


class LeaderCompleteness(Promise):
    """What was committed in a term is in the log of the leader of every later term (section 5.4).

    Of the commits, a staircase is kept: with each term the longest prefix that was committed in it or before, where
    that is longer than in all earlier terms. An election looks one step up; what is not part of the staircase is part
    of the logs on it, or stands apart as a fork and is compared with every election.
    """

    name = "leader-completeness"
    watches = (Elected, Committed, *LOG_EVENTS)
    evidence = (Elected,)
    claim = "every leader held what had been committed before its term"

    def __init__(self, *, byzantine: frozenset[str] | None = None, f: int | None = None) -> None:
        super().__init__(byzantine=byzantine, f=f)
        self._logs = Logs()
        self._terms: list[int] = []
        self._stairs: list[_Claim] = []
        self._forks: list[_Claim] = []
        self._elections: list[_Claim] = []  # by term

    def fold(self, emitted: Emitted) -> None:
        """Compare elections with earlier terms' commits, and late commits with later terms' elections."""
        self._logs.see(emitted)
        event = emitted.event
        if isinstance(event, Elected):
            log = self._logs.of(emitted)
            if log is None:
                self.doubt(f"{when(emitted)} was elected after a restart without saying which log it came back with")
            else:
                self._elect(_Claim(event.term, self._logs.tree.index[log], log, emitted))
        elif isinstance(event, Committed):
            found = self._logs.locate(emitted, event.index, event.digest)
            if found is None:
                self.doubt(f"{when(emitted)} committed {say(event.digest)} at index {event.index}, which no log held")
            else:
                self._commit(_Claim(event.term, event.index, found, emitted))

    def _elect(self, election: _Claim) -> None:
        self._elections.insert(bisect_right(self._elections, election.term, key=lambda one: one.term), election)
        place = bisect_left(self._terms, election.term)
        if place:
            self._compare(election, election, self._stairs[place - 1])
        for fork in self._forks:
            if fork.term < election.term:
                self._compare(election, election, fork)

    def _commit(self, commit: _Claim) -> None:
        if self._covered(commit):
            return
        for election in self._elections[bisect_right(self._elections, commit.term, key=lambda one: one.term) :]:
            self._compare(commit, election, commit)

    def _covered(self, commit: _Claim) -> bool:
        """Put a commit into the staircase; True if what stands there already implies it."""
        place = bisect_right(self._terms, commit.term)
        if place and self._stairs[place - 1].index >= commit.index:
            if self._holds(self._stairs[place - 1], commit):
                return True
            self._forks.append(commit)
            return False
        first = place - 1 if place and self._terms[place - 1] == commit.term else place
        last = first
        while last < len(self._stairs) and self._stairs[last].index <= commit.index:
            if not self._holds(commit, self._stairs[last]):
                self._forks.append(self._stairs[last])
            last += 1
        self._stairs[first:last], self._terms[first:last] = [commit], [commit.term]
        return False

    def _holds(self, longer: _Claim, shorter: _Claim) -> bool:
        found = self._logs.tree.prefix(longer.log, shorter.index)
        return found is not None and self._logs.tree.same(found, shorter.log)

    def _compare(self, now: _Claim, election: _Claim, commit: _Claim) -> None:
        if election.index >= commit.index:
            held = self._logs.tree.prefix(election.log, commit.index)
            if held is None:
                self.doubt(f"it is not known what {when(election.emitted)} held at index {commit.index} when elected")
                return
            if self._logs.tree.same(held, commit.log):
                return
            had = f"with {say(self._logs.tree.digest[held])} there"
        else:
            had = f"with a log that ends at {election.index}"
        digest = self._logs.tree.digest[commit.log]
        self.contradict(
            now.emitted.t_ns,
            f"{when(commit.emitted)} committed {say(digest)} at index {commit.index} in term {commit.term}; "
            f"{when(election.emitted)} became leader of term {election.term} {had}",
        )
