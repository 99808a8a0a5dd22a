"""An informer: a copy of some objects, listed once and then kept by a watch, that never goes back in time.

Level-triggered readers need three things of it: what it shows is some past state, complete and in order; what it missed
it notices (each push names the revision that it follows, bookmarks come when nothing happens); and it knows the highest
revision it has seen, which no list may be older than (Sun and others, Sieve, OSDI 2022).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from models.veriflow.bell import Bell
from models.veriflow.events import Relisted
from models.veriflow.messages import GONE, Ack, ListAll, Listed, Push, Watch
from models.veriflow.objects import Object, kind_of
from models.veriflow.settings import Settings
from models.veriflow.tables import Change
from sim import MS, Actor, Refused, Timeout

GAP_PATIENCE = 60 * MS
"""A push that is missing may only be late; after so long it is lost."""

PAUSE = 50 * MS


@dataclass(frozen=True)
class Interest:
    """Which kinds to follow, and for an agent of which node."""

    kinds: tuple[str, ...]
    node: str = ""


class Informer:
    """The copy. `changed` is called with (before, after) for each change, `listed` when all may be different."""

    def __init__(
        self,
        actor: Actor,
        servers: Sequence[str],
        interest: Interest,
        settings: Settings,
        changed: Callable[[Object | None, Object | None], None],
        listed: Callable[[], None],
    ) -> None:
        self._actor = actor
        self._servers = tuple(servers)
        self._interest = interest
        self._settings = settings
        self._changed = changed
        self._listed = listed
        self.objects: dict[str, dict[str, Object]] = {kind: {} for kind in interest.kinds}
        self.revision = 0
        self.synced = False
        self.published: Callable[[Push], None] | None = None
        self._floor = 0
        self._at, self._noted = 0, 0
        self._id = 0
        self._turn = 0
        self._early: dict[int, Push] = {}
        self._broken = Bell(actor)
        self._why = "begun"
        self._reached: list[tuple[int, Bell]] = []
        self._gap = actor.timer(self._lost_one)
        self._silence = actor.timer(self._is_silent)
        self._overdue = actor.timer(self._is_overdue)

    @property
    def server(self) -> str:
        """Whom it watches."""
        return self._servers[self._turn % len(self._servers)]

    def store_now(self) -> int:
        """The store's clock: what was last heard of it, and what has passed since; it may be down, so not for long."""
        return self._at + min(self._actor.elapsed() - self._noted, 2 * self._settings.bookmark)

    def floor(self) -> int:
        """What no list may be older than."""
        return self._floor

    def note(self, revision: int) -> None:
        """Know of a revision, from the reply to a write."""
        self._floor = max(self._floor, revision)

    async def follow(self, first: int) -> None:
        """A story without end: list, watch, and begin again when something is lost. `first`: whom to ask first."""
        self._turn = first
        relist = True
        while True:
            self._id += 1
            try:
                if relist:
                    await self._list()
                    relist = False
                await self._watch()
            except Refused as no:
                relist = True  # of another front, if this one is behind: the floor sees to it that nothing goes back
                self._why = no.reason
                self._turn += no.reason != GONE
                await self._actor.sleep(PAUSE)
            except Timeout:
                self._turn += 1

    async def _list(self) -> None:
        actor, interest = self._actor, self._interest
        known = self._floor
        ask = ListAll(interest.kinds, interest.node, self.floor(), fresh=not self.synced)
        timeout = 2 * self._settings.call_timeout
        listed = await actor.call(self.server, ask, timeout=timeout)
        actor.emit(Relisted(actor.name, self._why, known, listed.revision), at_once=True)
        self._replace(listed)

    def _replace(self, listed: Listed) -> None:
        for table in self.objects.values():
            table.clear()
        for one in listed.objects:
            if self.lists(one):
                self.objects[kind_of(one)][one.name] = one
        self._early.clear()
        self.synced = True
        self._advance(listed.revision, listed.at)
        self.revision = listed.revision
        self._listed()

    def lists(self, one: Object) -> bool:  # noqa: ARG002 - a list is all that there is
        """Whether an object of a list is taken in."""
        return True

    async def _watch(self) -> None:
        actor, interest = self._actor, self._interest
        self._broken = broken = Bell(actor)
        watch = Watch(self._id, interest.kinds, interest.node, self.revision)
        await actor.call(self.server, watch, timeout=self._settings.call_timeout)
        self._silence.reset(3 * self._settings.bookmark)
        await broken.heard()

    # Pushes

    def push(self, source: str, push: Push) -> None:
        """From whom it watches. Late ones are held back until those before them are there."""
        if push.id != self._id or source != self.server or not self.synced:
            return
        self._silence.reset(3 * self._settings.bookmark)
        if not push.changes:
            self._actor.send(source, Ack(push.id))
        if not self.follows(push):
            self._early[push.before] = push
            if not self._gap.active:
                self._gap.reset(GAP_PATIENCE)
            return
        self._take(push)
        while self._early and (later := self._next_early()) is not None:
            self._take(later)
        if not self._early:
            self._gap.cancel()

    def follows(self, push: Push) -> bool:
        """Whether nothing between what is known and this push is missing."""
        return push.before <= self.revision

    def _next_early(self) -> Push | None:
        ready = next((before for before in self._early if before <= self.revision), None)
        return None if ready is None else self._early.pop(ready)

    def _take(self, push: Push) -> None:
        for change in push.changes:
            if change.revision > self.revision:
                self._apply(change)
        if push.revision >= self.revision:
            self._advance(push.revision, push.at)
        if self.published is not None:
            self.published(push)

    def _apply(self, change: Change) -> None:
        one = change.object
        table = self.objects[kind_of(one)]
        before = table.pop(one.name, None) if change.deleted else table.get(one.name)
        if not change.deleted:
            table[one.name] = one
        self._changed(before, None if change.deleted else one)

    def _advance(self, revision: int, at: int) -> None:
        self.revision = revision
        self.note(revision)
        self._at, self._noted = at, self._actor.elapsed()
        if self._reached:
            due = [bell for wanted, bell in self._reached if wanted <= revision]
            self._reached = [one for one in self._reached if one[0] > revision]
            for bell in due:
                bell.ring()

    async def reach(self, revision: int) -> None:
        """Wait until the copy is as new as a write of one's own; if that takes long, watch anew."""
        self.note(revision)
        while self.revision < revision:
            reached = Bell(self._actor)
            self._reached.append((revision, reached))
            self._overdue.reset(self._settings.call_timeout)
            await reached.heard()

    def _is_overdue(self) -> None:
        """Somebody has waited long for a revision: what is watched may have lost it."""
        if self._reached:
            self._break("behind")
            self._overdue.reset(self._settings.call_timeout)

    # What is lost

    def _lost_one(self) -> None:
        if self._early:
            self._early.clear()
            self._break("gap")

    def _is_silent(self) -> None:
        self._turn += 1
        self._break("silence")

    def _break(self, why: str) -> None:
        self._why = why
        self._broken.ring()
