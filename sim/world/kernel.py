"""The clock and the event queue: integer nanoseconds on top of `simpy.Environment`.

The queue holds (time, tie, sequence, act, ...). The tie is drawn: events of equal time run in an order that the
seed decides, so no model comes to depend on the order of insertion, and the same seed gives the
same order. Messages and timers enter with an act of their own and cost no event object; every simpy event (Timeout,
Process, Resource, Store, Container, conditions) enters through `schedule` and works as in any simpy program.
"""

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import repeat
from typing import Any

import simpy
from simpy.events import NORMAL

from sim.world.streams import Stream

Act = Callable[[Any], None]
Entry = tuple[Any, ...]
"""(time, tie, sequence, act, ...): what the queue holds. The act is called with the entry and finds the rest in it."""

TIE_SHIFT = 34
"""A tie-break is the upper 30 bits of a word."""
_URGENT = -1
"""The tie-break of simpy's urgent events: the start of a process comes before all else of its instant, in order."""
_LAST = 1 << 64
"""The tie-break of the end: behind every other act of its instant."""
_CHUNK = 1024


class OutOfEvents(Exception):
    """The limit of events was reached before the end."""


class _Halt(Exception):
    """The sentinel at the end of a run came up."""


class Kernel(simpy.Environment):
    """Time and its queue. `ties` is the stream whose words order the simpy events of one instant.

    Whoever acts puts its own stream into `ties` first (tasks do), so that one node's ties never move another's.
    """

    def __init__(self, ties: Stream) -> None:
        super().__init__(0)
        self._now: int = 0
        self._queue: list[Entry] = []
        self.sequence = 0
        self.ties = ties
        self._end: object = None

    @property
    def now(self) -> int:
        """World time in ns."""
        return self._now

    def schedule(self, event: simpy.Event, priority: int = NORMAL, delay: float = 0) -> None:
        """Let a triggered simpy event occur `delay` ns from now."""
        if type(delay) is not int:
            raise TypeError(f"a delay of {delay!r}: time is an integer number of nanoseconds")
        self.sequence = sequence = self.sequence + 1
        tie = self.ties.word() >> TIE_SHIFT if priority >= NORMAL else _URGENT
        heappush(self._queue, (self._now + delay, tie, sequence, _occur, event))

    def at(self, time: int, tie: int, act: Act, argument: object) -> None:
        """Run `act(entry)` at `time` ns, with `argument` as entry[4].

        `tie` is a 64-bit word of the owner's stream that orders equal times.
        """
        assert time >= self._now, f"an act at {time} ns, which is before {self._now} ns"
        self.sequence = sequence = self.sequence + 1
        heappush(self._queue, (time, tie >> TIE_SHIFT, sequence, act, argument))

    def step(self) -> None:
        """Run the next act."""
        if not self._queue:
            raise simpy.core.EmptySchedule
        entry = heappop(self._queue)
        self._now = entry[0]
        entry[3](entry)

    def halt(self) -> None:
        """Let `run_until` end once the present act is over."""
        if self._end is not None:
            self.sequence += 1
            heappush(self._queue, (self._now, _URGENT - 1, self.sequence, self._halt, self._end))

    def _halt(self, entry: Entry) -> None:
        if entry[4] is self._end:  # else it is left over from a run that was stopped before its end
            raise _Halt

    def run_until(self, end: int, *, limit: int | None = None, between: Callable[[], None] = lambda: None) -> None:
        """Run every act up to and including `end` ns, then stand at `end`.

        `between` is called every 1,024 acts. More than `limit` acts raise OutOfEvents.
        """
        self._end = token = object()
        self.sequence += 1
        heappush(self._queue, (end, _LAST, self.sequence, self._halt, token))
        queue, pop, left = self._queue, heappop, limit
        try:
            while left is None or left > 0:
                size = _CHUNK if left is None else min(_CHUNK, left)
                for _ in repeat(None, size):
                    entry = pop(queue)
                    self._now = entry[0]
                    entry[3](entry)
                left = None if left is None else left - size
                between()
        except _Halt:
            between()
            return
        self._end = None
        raise OutOfEvents(f"{limit} events were not enough: the run stands at {self._now} ns of {end} ns")


def _occur(entry: Entry) -> None:
    """What simpy does when an event is processed: run its callbacks, and raise a failure that nobody took."""
    event = entry[4]
    callbacks, event.callbacks = event.callbacks, None
    for callback in callbacks:
        callback(event)
    if not event._ok and not hasattr(event, "_defused"):
        error = event._value
        assert isinstance(error, BaseException), "a failed event carries its exception"
        raise error
