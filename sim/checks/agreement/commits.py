"""Commits: what is committed is one log for all, never shortened and never rewritten, and nobody applies beyond it."""

from dataclasses import dataclass

from sim.checks.agreement.events import Appended, Applied, Committed, Snapshot, Truncated
from sim.checks.agreement.log_tree import LOG_EVENTS, Logs
from sim.checks.agreement.promise import Promise
from sim.checks.agreement.words import say, when
from sim.world.message import Emitted


@dataclass(frozen=True, slots=True)
class _Prefix:
    """Committed up to `index`, as `emitted` said; `log` is None if no log is known to hold it."""

    index: int
    digest: bytes
    log: int | None
    emitted: Emitted


class _Path:
    """The one log that all commits lie on: the longest commit so far, and who said what first at each index."""

    def __init__(self) -> None:
        self.logs = Logs()
        self._top: _Prefix | None = None
        self._firsts: dict[int, _Prefix] = {}

    def prefix(self, emitted: Emitted, index: int, digest: bytes) -> _Prefix:
        """What a node speaks of."""
        return _Prefix(index, digest, self.logs.locate(emitted, index, digest), emitted)

    def clash(self, said: _Prefix) -> tuple[bytes, Emitted] | None:
        """What was committed at that index instead, and by whom; None if nothing is known to contradict."""
        first = self._firsts.get(said.index)
        if first is not None and first.digest != said.digest:
            return first.digest, first.emitted
        top, tree = self._top, self.logs.tree
        if top is None or top.log is None or said.log is None:
            return None
        shorter, longer = (said, top) if said.index <= top.index else (top, said)
        assert shorter.log is not None, "both were found"
        assert longer.log is not None, "both were found"
        held = tree.prefix(longer.log, shorter.index)
        if held is None or tree.same(held, shorter.log):
            return None
        return tree.digest[held if longer is top else shorter.log], top.emitted

    def knows(self, said: _Prefix, own: _Prefix | None) -> bool:
        """Whether `clash` could compare with all that was committed; `own` is what the same node committed before."""
        top = self._top
        if said.index in self._firsts or top is None:
            return True
        if said.log is None or top.log is None:
            return own is not None and own.index == top.index < said.index
        shorter, longer = sorted((said, top), key=lambda one: one.index)
        assert longer.log is not None, "both were found"
        return self.logs.tree.prefix(longer.log, shorter.index) is not None

    def extend(self, said: _Prefix) -> None:
        """A commit that clashes with none before."""
        self._firsts.setdefault(said.index, said)
        if self._top is None or (said.index > self._top.index and (said.log is not None or self._top.log is None)):
            self._top = said


class CommitStable(Promise):
    """All nodes commit one log, which only grows; no node takes back or overwrites what it had committed.

    That holds over crashes: with `volatile` a node may forget after a restart how far it had committed and learn it
    again, but the entries stay what they were.
    """

    name = "commit-stable"
    watches = (Committed, *LOG_EVENTS)
    evidence = (Committed,)
    claim = "nothing that was committed changed"

    def __init__(
        self, *, volatile: bool = False, byzantine: frozenset[str] | None = None, f: int | None = None
    ) -> None:
        super().__init__(byzantine=byzantine, f=f)
        self._volatile = volatile
        self._path = _Path()
        self._own: dict[str, _Prefix] = {}  # node -> its longest commit, over all incarnations
        self._last: dict[str, _Prefix] = {}

    def fold(self, emitted: Emitted) -> None:
        """Compare commits with the one log, and changes of a node's log with its own commit."""
        event, own = emitted.event, self._own.get(emitted.node)
        if own is not None and isinstance(event, Truncated):
            if event.first <= own.index:
                said = f"{when(emitted)} cut its log from index {event.first} on"
                self.contradict(emitted.t_ns, f"{said}, but {when(own.emitted)} had committed up to {own.index}")
        elif own is not None and isinstance(event, Appended) and event.index <= own.index:
            self._overwrite(emitted, event, own)
        self._path.logs.see(emitted)
        if isinstance(event, Committed):
            self._commit(emitted, event, own)

    def _overwrite(self, emitted: Emitted, event: Appended, own: _Prefix) -> None:
        tree = self._path.logs.tree
        held = None if own.log is None else tree.prefix(own.log, event.index)
        digest = own.digest if event.index == own.index else None if held is None else tree.digest[held]
        if digest is not None and digest != event.digest:
            self.contradict(
                emitted.t_ns,
                f"{when(emitted)} put {say(event.digest)} at index {event.index} of its log in place of {say(digest)}, "
                f"but {when(own.emitted)} had committed up to {own.index}",
            )

    def _commit(self, emitted: Emitted, event: Committed, own: _Prefix | None) -> None:
        said = self._path.prefix(emitted, event.index, event.digest)
        last = self._last.get(emitted.node)
        self._last[emitted.node] = said
        forgot = last is not None and last.emitted.incarnation != emitted.incarnation and self._volatile
        if last is not None and event.index < last.index and not forgot:
            back = f"{when(emitted)} fell back to commit {event.index}; {when(last.emitted)} had committed {last.index}"
            self.contradict(emitted.t_ns, back)
        clash = self._path.clash(said)
        if clash is not None:
            other, teller = clash
            self.contradict(
                emitted.t_ns,
                f"at or before index {event.index} the committed logs differ: {when(teller)} had committed "
                f"{say(other)}, {when(emitted)} {say(event.digest)}",
            )
        elif not self._path.knows(said, own):
            self.doubt(f"{when(emitted)} committed up to {event.index}; which entries those are nobody told")
        self._path.extend(said)
        if own is None or own.index <= said.index:
            self._own[emitted.node] = said


class AppliedCommitted(Promise):
    """No node applies what it does not know to be committed, by its own commits or by a snapshot; nor anything else."""

    name = "applied-committed"
    watches = (Committed, Applied, *LOG_EVENTS)
    evidence = (Applied,)
    claim = "no node applied more than it had committed"

    def __init__(self, *, byzantine: frozenset[str] | None = None, f: int | None = None) -> None:
        super().__init__(byzantine=byzantine, f=f)
        self._path = _Path()
        self._known: dict[str, int] = {}  # node -> how far it knows of commits, over all incarnations

    def fold(self, emitted: Emitted) -> None:
        """Note commits; compare what is applied with them."""
        self._path.logs.see(emitted)
        event, known = emitted.event, self._known.get(emitted.node, 0)
        if isinstance(event, (Committed, Snapshot)):
            self._known[emitted.node] = max(known, event.index)
        if isinstance(event, Committed):
            said = self._path.prefix(emitted, event.index, event.digest)
            if self._path.clash(said) is None:
                self._path.extend(said)
        elif isinstance(event, Applied):
            self._apply(emitted, event, known)

    def _apply(self, emitted: Emitted, event: Applied, known: int) -> None:
        did = f"{when(emitted)} applied {say(event.digest)} at index {event.index}"
        if event.index > known:
            self.contradict(emitted.t_ns, f"{did}, knowing of commits only up to {known}")
            return
        clash = self._path.clash(self._path.prefix(emitted, event.index, event.digest))
        if clash is not None:
            other, teller = clash
            self.contradict(emitted.t_ns, f"{did}, but {when(teller)} had committed {say(other)} at or before that")
