"""Which engines may be asked at all: heard of lately, of the right model and version, not about to change it."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from models.llm_cache.events import NodeDead
from models.llm_cache.settings import Settings
from models.llm_cache.view import View
from sim import Event


class Observer(Protocol):
    """What it needs of its router."""

    settings: Settings

    def emit(self, event: Event) -> None:
        """Tell the checks."""

    def elapsed(self) -> int:
        """The router's clock, in ns."""


class Candidates:
    """All engines of a deployment, as one router sees them."""

    def __init__(self, observer: Observer, views: Mapping[str, View]) -> None:
        self._observer = observer
        self._views = views

    def find(self, model: str, version: int) -> Sequence[View]:
        """By name."""
        since = self._observer.elapsed() - self._observer.settings.dead_after
        return [
            view
            for view in self._views.values()
            if view.heard_at > since and view.model == model and view.version == version and not view.draining
        ]

    def is_alive(self, view: View, now: int) -> bool:
        """Whether it has said its load within `dead_after`."""
        return view.epoch > 0 and now - view.heard_at < self._observer.settings.dead_after

    def version_of(self, model: str) -> int:
        """The newest version that somebody can run now; if nobody can, the newest that anybody ran."""
        own = [view for view in self._views.values() if view.model == model]
        newest = max([view.version for view in own], default=self._observer.settings.version)
        if all(view.version == newest for view in own):
            return newest
        now = self._observer.elapsed()
        able = [view.version for view in own if self.is_alive(view, now) and not view.draining]
        return max(able, default=newest)

    def is_gone(self, model: str, version: int) -> bool:
        """Whether every engine of the model runs another version, or is another's."""
        known = [view for view in self._views.values() if view.epoch and view.model == model]
        return bool(known) and all(view.version != version for view in known)

    def newly_dead(self) -> list[View]:
        """Engines that have been silent for too long since the last look."""
        now, found = self._observer.elapsed(), []
        for view in self._views.values():
            alive = self.is_alive(view, now)
            if not alive and not view.dead:
                found.append(view)
                self._observer.emit(NodeDead(view.name, view.epoch))
            view.dead = not alive
        return found
