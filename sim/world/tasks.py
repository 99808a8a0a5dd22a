"""Tasks: `async def` stories, driven by the events of the kernel.

A task may await any simpy event (a request of a Resource, the get of a Store, a Timeout, an AllOf), a disk sync, or
another task. Only `await` lets time pass: between two awaits nothing else runs and no crash lands. A task belongs to
one incarnation of one node and ends with it: the coroutine is closed, so its `finally` and `with` blocks run.
"""

from collections.abc import Awaitable, Coroutine, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

import simpy
from simpy.events import PENDING, URGENT

from sim.world import trace as records

if TYPE_CHECKING:
    from sim.world.node import Node

T = TypeVar("T")


def _await_event(event: simpy.Event) -> Generator[simpy.Event, Any, Any]:
    return (yield event)


simpy.Event.__await__ = _await_event  # type: ignore[attr-defined] # what lets a story say `await store.get()`


class Cancelled(Exception):
    """The task that was awaited had been cancelled."""


@dataclass(frozen=True, slots=True)
class First(Generic[T]):
    """Which of several awaitables came first, and with what."""

    index: int
    value: T


class Task(simpy.Event, Generic[T]):
    """A running story. It is a simpy event too: it occurs when the story returns, with what it returned."""

    def __init__(self, node: "Node", story: Coroutine[Any, Any, T]) -> None:
        super().__init__(node.kernel)
        self._node = node
        self._story = story
        self._target: simpy.Event | None = None
        self.name = getattr(story, "__qualname__", "story")
        node.tasks[self] = None
        start = simpy.Event(node.kernel)
        start._ok, start._value = True, None
        assert start.callbacks is not None
        start.callbacks.append(self._resume)
        node.kernel.schedule(start, URGENT)

    def __await__(self) -> Generator[simpy.Event, Any, T]:
        return cast("T", (yield self))

    def cancel(self) -> None:
        """End the story where it stands; who awaits it sees Cancelled. A finished task stays as it is."""
        if self._value is PENDING:
            self.close()
            self._defused = True
            self.fail(Cancelled(self.name))

    def close(self) -> None:
        """End the story without telling anyone: its incarnation is gone."""
        self._node.tasks.pop(self, None)
        target, self._target = self._target, None
        if target is not None and target.callbacks is not None and self._resume in target.callbacks:
            target.callbacks.remove(self._resume)
        self._story.close()

    def _resume(self, event: simpy.Event) -> None:
        if not event._ok:
            event._defused = True
        self._node.enter(self._advance, event)

    def _advance(self, event: simpy.Event) -> None:
        node = self._node
        if self not in node.tasks:
            return  # closed while it waited at the gate of a paused node
        kernel = node.kernel
        kernel.ties = node.ties
        trace = node.trace
        trace.cause = trace.record(kernel._now, records.WAKE, node.name, self.name)
        while True:
            try:
                awaited = self._story.send(event._value) if event._ok else self._story.throw(event._value)
            except StopIteration as stop:
                del node.tasks[self]
                self.succeed(stop.value)
                return
            except Exception as error:
                node.tasks.pop(self, None)
                self.fail(error)
                return
            if not isinstance(awaited, simpy.Event):
                raise TypeError(f"{self.name} awaited {awaited!r}; a story awaits simpy events, tasks and disk syncs")
            if awaited.callbacks is not None:
                self._target = awaited
                awaited.callbacks.append(self._resume)
                return
            event = awaited  # it has occurred already: go on at once
            if not event._ok:
                event._defused = True


def as_event(node: "Node", awaitable: Awaitable[Any] | simpy.Event) -> simpy.Event:
    """The event that occurs when `awaitable` is done; a coroutine becomes a task of `node`."""
    if isinstance(awaitable, simpy.Event):
        return awaitable
    if isinstance(awaitable, Coroutine):
        return Task(node, awaitable)
    return Task(node, _finish(awaitable))


async def _finish(awaitable: Awaitable[T]) -> T:
    return await awaitable


async def gather(node: "Node", awaitables: tuple[Awaitable[T], ...]) -> list[T]:
    """All results, in the order given. The first failure is raised, and tasks that still run are cancelled."""
    events = _taken(node, awaitables)
    all_of = simpy.AllOf(node.kernel, events)
    try:
        await all_of  # type: ignore[misc]
    finally:
        _cancel_rest(events, all_of)
    return [cast("T", event.value) for event in events]


async def first_of(node: "Node", awaitables: tuple[Awaitable[T], ...]) -> First[T]:
    """The first to be done (of those done at one instant, the first in the order given); the others are cancelled."""
    events = _taken(node, awaitables)
    any_of = simpy.AnyOf(node.kernel, events)
    try:
        await any_of  # type: ignore[misc]
        index = next(i for i, event in enumerate(events) if event.callbacks is None and event.ok)
        return First(index, cast("T", events[index].value))
    finally:
        _cancel_rest(events, any_of)


def _taken(node: "Node", awaitables: tuple[Awaitable[T], ...]) -> list[simpy.Event]:
    """The events to wait for. Of several failures at one instant the first is raised, and the others are taken too."""
    events = [as_event(node, one) for one in awaitables]
    for event in events:
        event._defused = True
    return events


def _cancel_rest(events: list[simpy.Event], awaited: simpy.Event) -> None:
    """Cancel what still runs. Where a crash ended the story, nobody is left to take `awaited`'s failure."""
    awaited._defused = True
    for event in events:
        if isinstance(event, Task):
            event.cancel()
