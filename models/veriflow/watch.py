"""The serving side of watches: a log of the last changes, and who wants to hear of them.

Changes reach a watcher in revision order. Each push names the revision that it follows, so a watcher sees what it has
missed. What is older than the log is gone. Whoever does not answer bookmarks is cut off, not thinned.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from models.veriflow.messages import BEHIND, GONE, Push, Watch, Watching
from models.veriflow.objects import Attempt, Object, kind_of
from models.veriflow.tables import Change
from sim import Actor, Caller

SILENT_BOOKMARKS = 6
"""A watcher that answered none of so many bookmarks is cut off."""


def concerns(one: Object, node: str) -> bool:
    """Whether a node has to do with an object: attempts that have members there."""
    return not isinstance(one, Attempt) or any(member.node == node for member in one.members)


class ChangeLog:
    """The last changes; `floor` is the revision behind which it is complete."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._changes: deque[Change] = deque()
        self.floor = 0

    def reset(self, revision: int) -> None:
        """Begin anew: nothing at or before this revision is known."""
        self._changes.clear()
        self.floor = revision

    def append(self, changes: Iterable[Change]) -> None:
        """These happened."""
        self._changes.extend(changes)
        while len(self._changes) > self._size:
            self.floor = self._changes.popleft().revision

    def since(self, revision: int) -> list[Change] | None:
        """What happened after a revision; None if that is not known any more."""
        if revision < self.floor:
            return None
        revisions = [change.revision for change in self._changes]
        return list(self._changes)[bisect_right(revisions, revision) :]


@dataclass
class _Watcher:
    name: str
    id: int
    kinds: tuple[str, ...]
    node: str
    sent: int
    silent: int = 0
    waiting: list[Change] = field(default_factory=list)


class Watches:
    """Who watches `actor`. `publish` gathers changes, which leave `push` ns later at the latest."""

    def __init__(self, actor: Actor, history: int, push: int) -> None:
        self._actor = actor
        self._push = push
        self.log = ChangeLog(history)
        self._watchers: dict[str, _Watcher] = {}
        self._by_kind: dict[str, dict[str, _Watcher]] = {}
        self._by_node: dict[str, dict[str, _Watcher]] = {}
        self._stirred: dict[str, _Watcher] = {}
        self._timer = actor.timer(self._flush)
        self.revision = 0
        self.at = 0

    def open(self, caller: Caller, watch: Watch, refuse: Callable[[Caller, str], None]) -> Watching | None:
        """Begin to push to a caller, what it has missed first."""
        missed = self.log.since(watch.after)
        if missed is None or watch.after > self.revision:
            refuse(caller, GONE if missed is None else BEHIND)
            return None
        self.cut(caller.source)
        watcher = _Watcher(caller.source, watch.id, watch.kinds, watch.node, watch.after)
        self._watchers[watcher.name] = watcher
        for kind in watch.kinds:
            if not (kind == "Attempt" and watch.node):
                self._by_kind.setdefault(kind, {})[watcher.name] = watcher
        if watch.node:
            self._by_node.setdefault(watch.node, {})[watcher.name] = watcher
        for change in missed:
            if kind_of(change.object) in watch.kinds and (not watch.node or concerns(change.object, watch.node)):
                watcher.waiting.append(change)
        self._send(watcher)
        return Watching(self.revision)

    def cut(self, name: str) -> None:
        """Push nothing more to somebody."""
        watcher = self._watchers.pop(name, None)
        if watcher is not None:
            for table in (
                *(self._by_kind.get(kind, {}) for kind in watcher.kinds),
                self._by_node.get(watcher.node, {}),
            ):
                table.pop(name, None)
            self._stirred.pop(name, None)

    def cut_all(self) -> None:
        """What happened before is not known any more: everybody lists again."""
        for name in list(self._watchers):
            self.cut(name)

    def heard(self, name: str, id_: int) -> None:
        """A watcher is alive."""
        watcher = self._watchers.get(name)
        if watcher is not None and watcher.id == id_:
            watcher.silent = 0

    def publish(self, changes: Sequence[Change], revision: int, at: int) -> None:
        """These changes are true from now on."""
        self.log.append(changes)
        self.revision, self.at = revision, at
        for change in changes:
            self._spread(change)
        if self._stirred and not self._timer.active:
            self._timer.reset(self._push)

    def _spread(self, change: Change) -> None:
        one = change.object
        kind = kind_of(one)
        for watcher in self._by_kind.get(kind, {}).values():
            watcher.waiting.append(change)
            self._stirred[watcher.name] = watcher
        if isinstance(one, Attempt) and self._by_node:
            for node in dict.fromkeys(member.node for member in one.members):
                for watcher in self._by_node.get(node, {}).values():
                    if kind in watcher.kinds:
                        watcher.waiting.append(change)
                        self._stirred[watcher.name] = watcher

    def _flush(self) -> None:
        stirred, self._stirred = self._stirred, {}
        for watcher in stirred.values():
            self._send(watcher)

    def _send(self, watcher: _Watcher) -> None:
        changes, watcher.waiting = tuple(watcher.waiting), []
        before, watcher.sent = watcher.sent, self.revision
        self._actor.send(watcher.name, Push(watcher.id, before, self.revision, self.at, changes))

    def bookmark(self) -> None:
        """Tell everybody where we are; cut off who has not answered for long."""
        for watcher in list(self._watchers.values()):
            watcher.silent += 1
            if watcher.silent > SILENT_BOOKMARKS:
                self.cut(watcher.name)
            else:
                self._send(watcher)
        self._stirred.clear()
