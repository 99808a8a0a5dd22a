"""Log matching: logs that share an entry of one index and term are equal up to it (Raft, section 5.3)."""

from bisect import bisect_left

from sim.checks.agreement.events import Appended, Recovered
from sim.checks.agreement.log_tree import LOG_EVENTS, Logs, LogTree
from sim.checks.agreement.promise import Promise
from sim.checks.agreement.words import when
from sim.world.message import Emitted


class LogMatching(Promise):
    """An index and a term name one prefix, over all nodes and times.

    Prefixes are compared entry by entry, as nodes of the tree of logs, and not only by the digests that the nodes
    gave; only where a log begins with a snapshot of unknown content do the digests alone decide.
    """

    name = "log-matching"
    watches = LOG_EVENTS
    evidence = (Appended,)
    claim = "one index and term never named two prefixes"

    def __init__(self, *, byzantine: frozenset[str] | None = None, f: int | None = None) -> None:
        super().__init__(byzantine=byzantine, f=f)
        self._logs = Logs()
        self._firsts: dict[tuple[int, int], tuple[int, Emitted]] = {}

    def fold(self, emitted: Emitted) -> None:
        """One look-up per entry that is told: (index, term) -> log is a function."""
        self._logs.see(emitted)
        event, log = emitted.event, self._logs.of(emitted)
        if log is None:
            return
        if isinstance(event, Appended):
            self._compare(emitted, event.index, event.term, log)
        elif isinstance(event, Recovered):
            for index, (term, _) in enumerate(event.entries, event.index - len(event.entries) + 1):
                held = self._logs.tree.prefix(log, index)
                if held is not None:
                    self._compare(emitted, index, term, held)

    def _compare(self, emitted: Emitted, index: int, term: int, log: int) -> None:
        known, first = self._firsts.setdefault((index, term), (log, emitted))
        tree = self._logs.tree
        if not tree.same(known, log):
            shared = f"two logs have an entry of index {index} and term {term} but differ"
            self.contradict(emitted.t_ns, f"{shared} {self._explain(first, emitted, known, log)}")
        elif tree.is_whole(log) and not tree.is_whole(known):
            self._firsts[index, term] = (log, emitted)

    def _explain(self, first: Emitted, emitted: Emitted, known: int, log: int) -> str:
        tree = self._logs.tree
        fork = fork_of(tree, known, log, tree.index[log])
        where = "at" if tree.is_whole(known) and tree.is_whole(log) else "at or before"
        left, right = tree.prefix(known, fork), tree.prefix(log, fork)
        assert left is not None, "a log is known where it was compared"
        assert right is not None, "a log is known where it was compared"
        return f"{where} index {fork}: {when(first)} held {tree.say(left)} there, {when(emitted)} {tree.say(right)}"


def fork_of(tree: LogTree, left: int, right: int, index: int) -> int:
    """The first index at which two logs differ, that differ at `index`; no earlier than both are known."""

    def differ(at: int) -> bool:
        ones, others = tree.prefix(left, at), tree.prefix(right, at)
        return ones is not None and others is not None and not tree.same(ones, others)

    return bisect_left(range(index), True, key=differ)
