"""Timers: one callback of one incarnation, due on the node's own monotonic clock."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from sim.world import trace as records
from sim.world.kernel import Entry

if TYPE_CHECKING:
    from sim.world.node import Node


class Timer:
    """Calls `callback` once, `reset(ns)` after the last reset. Made by `Actor.timer`.

    A later deadline costs nothing: the entry that is in the queue already comes up early, sees that it is not time yet,
    and goes back. A leader's heartbeats can thus put off an election timer thousands of times.
    """

    __slots__ = ("_callback", "_deadline", "_node", "_queued", "_token", "name")

    def __init__(self, node: "Node", callback: Callable[[], None], name: str) -> None:
        self._node = node
        self._callback = callback
        self._deadline: int | None = None  # on the node's monotonic clock
        self._queued: int | None = None  # world time of the entry in the queue that counts
        self._token = 0
        self.name = name

    @property
    def active(self) -> bool:
        """Whether it will ring."""
        return self._deadline is not None

    def reset(self, ns: int) -> None:
        """Ring `ns` from now, and not at any time set before."""
        assert ns >= 0, f"a timer of {ns} ns"
        node = self._node
        if self._deadline is None:
            node.timers[self] = None
        clock = node.clock
        due: int | None
        if clock.steady:
            due = node.kernel._now + ns
            self._deadline = due + clock.shift
        else:
            self._deadline = deadline = clock.elapsed() + ns
            due = clock.due(deadline)
        queued = self._queued
        if due is not None and (queued is None or queued > due):
            self._enqueue(due)

    def cancel(self) -> None:
        """Do not ring."""
        if self._deadline is not None:
            self._deadline = None
            del self._node.timers[self]

    def retime(self) -> None:
        """Find the world time anew after the clock changed its rate."""
        assert self._deadline is not None, "only running timers are retimed"
        due = self._node.clock.due(self._deadline)
        self._queued = None
        self._token += 1
        if due is not None:
            self._enqueue(due)

    def _enqueue(self, due: int) -> None:
        self._queued = due
        self._token += 1
        node = self._node
        node.kernel.at(due, node.ties.word(), self._come_up, self._token)

    def _come_up(self, entry: Entry) -> None:
        if entry[4] != self._token:
            return
        self._queued = None
        node = self._node
        if self._deadline is None:
            return  # cancelled, as a crash does with all timers of an incarnation
        clock = node.clock
        due = self._deadline - clock.shift if clock.steady else clock.due(self._deadline)
        if due is None:
            return  # frozen: the thaw puts it back
        if due > node.kernel._now:
            self._enqueue(due)
        else:
            node.enter(self._ring, None)

    def _ring(self, _: None) -> None:
        if self._deadline is None:
            return  # cancelled or reset while the node was paused
        node = self._node
        self._deadline = None
        del node.timers[self]
        trace, kernel = node.trace, node.kernel
        kernel.ties = node.ties
        trace.cause = trace.record(kernel._now, records.TIMER, node.name, self.name)
        self._callback()
