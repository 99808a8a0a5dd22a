"""A rollout: every engine comes to another version, one after another, however often the router restarts meanwhile."""

from collections.abc import Sequence
from typing import Protocol

from models.llm_cache.messages import Renew
from models.llm_cache.view import View
from sim import SECOND, Message

AGAIN = 1 * SECOND


class Plan(Message):
    """The version that all engines are to have. Durable."""

    version: int


class Foreman(Protocol):
    """What a rollout needs of its router."""

    def send(self, to: str, message: Message) -> None:
        """Send and forget."""

    def elapsed(self) -> int:
        """The router's clock, in ns."""

    def views(self) -> Sequence[View]:
        """All engines."""


class Rollout:
    """The plan, and how far it has come: what the engines themselves say."""

    def __init__(self, foreman: Foreman, plan: Plan | None) -> None:
        self._foreman = foreman
        self.plan = plan
        self._said_at = -AGAIN

    def go_on(self) -> None:
        """Bring the next engine to the version, if the one before has it; those that are down come later."""
        if self.plan is None:
            return
        behind = [view for view in self._foreman.views() if view.epoch and view.version < self.plan.version]
        busy = [view for view in behind if view.draining and not view.dead]
        target = next(iter(busy or [view for view in behind if not view.dead]), None)
        now = self._foreman.elapsed()
        if target is not None and now - self._said_at >= AGAIN:
            self._said_at = now
            self._foreman.send(target.name, Renew(self.plan.version))
