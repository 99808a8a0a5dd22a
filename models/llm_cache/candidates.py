"""Which engines may be asked at all: heard of lately, of the right model and version, not about to change it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from models.llm_cache.events import NodeDead
from models.llm_cache.settings import Settings
from models.llm_cache.view import Fleet, View
from sim import Event


class Observer(Protocol):
    """What it needs of its router."""

    settings: Settings

    def emit(self, event: Event) -> None:
        """Tell the checks."""

    def elapsed(self) -> int:
        """The router's clock, in ns."""


@dataclass(frozen=True)
class _Found:
    """Engines that could be asked when nothing had changed but `changes` times, and until when at least they can be."""

    views: Sequence[View]
    until: int
    changes: int


class Candidates:
    """All engines of a deployment, as one router sees them."""

    def __init__(self, observer: Observer, views: Mapping[str, View], fleet: Fleet) -> None:
        self._observer = observer
        self._views = views
        self._fleet = fleet
        self._found: dict[tuple[str, int], _Found] = {}
        self._agreed: dict[str, tuple[int, int]] = {}

    def find(self, model: str, version: int) -> Sequence[View]:
        """By name. The same list as before while nobody has come, gone or fallen silent: words of load change none."""
        now = self._observer.elapsed()
        found = self._found.get((model, version))
        if found is None or found.changes != self._fleet.changes or now >= found.until:
            found = self._found[model, version] = self._look(model, version, now)
        return found.views

    def _look(self, model: str, version: int, now: int) -> "_Found":
        patience = self._observer.settings.dead_after
        views = []
        for view in self._views.values():
            if view.model == model and view.version == version and not view.draining:
                if view.heard_at > now - patience:
                    views.append(view)
                else:
                    view.passed_over = True
        first = min([view.heard_at for view in views], default=now)
        return _Found(views, first + patience, self._fleet.changes)

    def is_alive(self, view: View, now: int) -> bool:
        """Whether it has said its load within `dead_after`."""
        return view.epoch > 0 and now - view.heard_at < self._observer.settings.dead_after

    def version_of(self, model: str) -> int:
        """The newest version that somebody can run now; if nobody can, the newest that anybody ran."""
        agreed = self._agreed.get(model)
        if agreed is not None and agreed[0] == self._fleet.changes:
            return agreed[1]
        own = [view for view in self._views.values() if view.model == model]
        newest = max([view.version for view in own], default=self._observer.settings.version)
        if all(view.version == newest for view in own):
            self._agreed[model] = (self._fleet.changes, newest)
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
