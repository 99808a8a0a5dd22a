"""The two timers of each function's present ticket: when its model is due, and when it has to go."""

from collections.abc import Callable
from functools import partial

from sim import Actor, Timer

Due = Callable[[str], None]


class Timers:
    """Timers by function. Each arrival cancels those that are running and sets new ones."""

    def __init__(self, actor: Actor, load_due: Due, drop_due: Due) -> None:
        self._actor = actor
        self._load_due = load_due
        self._drop_due = drop_due
        self._running: dict[str, list[Timer]] = {}

    def arm(self, function: str, load_after: int | None, drop_after: int | None) -> None:
        """Set them, in ns from now; None sets none."""
        self.cancel(function)
        running = self._running[function] = []
        if load_after is not None:
            running.append(self._set(partial(self._load_due, function), load_after))
        if drop_after is not None:
            running.append(self._set(partial(self._drop_due, function), drop_after))

    def cancel(self, function: str) -> None:
        """What was planned before is void."""
        for timer in self._running.pop(function, ()):
            timer.cancel()

    def _set(self, callback: Callable[[], None], ns: int) -> Timer:
        timer = self._actor.timer(callback)
        timer.reset(ns)
        return timer
