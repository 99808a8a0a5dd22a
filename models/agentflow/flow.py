"""The shape in which flows are written, and the promises that they await.

    async def trip(flow: Flow, order: bytes) -> bytes:
        hotel = await flow.step("book", order, undo=True)
        await flow.sleep(2 * SECOND)
        return hotel

A flow is run from its history alone: its code may be run again at any time, by anybody, and must ask for the same
things in the same order. What it cannot know from its history it takes by `now`, `side` and `patched`: recorded.
"""

from collections import deque
from collections.abc import Awaitable, Callable, Generator, Sequence
from hashlib import blake2b
from typing import Protocol

import msgspec

from models.agentflow import history as h
from sim import Message, Stream

_encode = msgspec.msgpack.Encoder().encode

CANCELED = "canceled"


class FlowFailure(Exception):
    """The flow cannot reach its end, for the reason `why`: what it did is undone, if it can be."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class StepFailure(FlowFailure):
    """A step failed for good, with this `kind` of failure."""

    def __init__(self, name: str, kind: str) -> None:
        super().__init__(f"{name}: {kind}")
        self.kind = kind


class FlowCanceled(FlowFailure):
    """Somebody asked the run to end."""

    def __init__(self) -> None:
        super().__init__(CANCELED)


class ContinueAs(Exception):
    """The flow goes on as a new run, with this input."""

    def __init__(self, input: bytes) -> None:  # noqa: A002 - the flow's own word
        super().__init__()
        self.input = input


class Mismatch(Exception):
    """The code does something else than the history says it did."""

    def __init__(self, recorded: str, found: str) -> None:
        super().__init__(f"recorded: {recorded}; found: {found}")
        self.recorded = recorded
        self.found = found


class Awaited(Protocol):
    """What a flow waits for."""

    label: str

    @property
    def is_ready(self) -> bool:
        """Whether the flow can go on."""
        ...


class Promise:
    """A step, a timer or a signal of a flow: await it to get its result."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.is_ready = False
        self.place = 0
        """Where it stands among all that were resolved: their order is that of the history."""
        self._value = b""
        self._failure: FlowFailure | None = None

    def resolve(self, place: int, value: bytes, failure: FlowFailure | None = None) -> None:
        """It is known how it ended. The first time counts."""
        if not self.is_ready:
            self.is_ready, self.place, self._value, self._failure = True, place, value, failure

    def __await__(self) -> Generator[Awaited, None, bytes]:
        if not self.is_ready:
            yield self
        return self.result()

    def result(self) -> bytes:
        """What came of it; raises what it failed with."""
        if self._failure is not None:
            raise self._failure
        return self._value

    @property
    def has_failed(self) -> bool:
        """Whether it is known to have failed."""
        return self._failure is not None


class Several:
    """All of several promises, or until the first failure; or the first of them."""

    def __init__(self, promises: Sequence[Promise], label: str, count: int) -> None:
        self.label = label
        self._promises = promises
        self._count = count

    @property
    def is_ready(self) -> bool:
        """Whether enough of them are resolved, or one has failed."""
        done = sum(promise.is_ready for promise in self._promises)
        return done >= self._count or any(promise.has_failed for promise in self._promises)

    def __await__(self) -> Generator[Awaited, None, list[Promise]]:
        """Those that are resolved, in the order of the history."""
        if not self.is_ready:
            yield self
        return sorted((one for one in self._promises if one.is_ready), key=lambda one: one.place)


class StepView:
    """What a flow knows of one of its steps."""

    def __init__(self, command: h.StepScheduled) -> None:
        self.command = command
        self.is_open = False
        self.is_done = False
        self.has_failed = False
        self.is_doubtful = False
        """Whether an attempt that is over may have had an effect, or may yet have one."""

    @property
    def may_have_effect(self) -> bool:
        """Whether there may be something to undo."""
        return self.is_done or self.is_open or self.is_doubtful


class Flow:
    """One run of a flow's code, driven by `Replay`. `chance` and `salt` are the process's own, as the clock is."""

    def __init__(self, run: str, chance: Stream, salt: bytes) -> None:
        self.run = run
        self.steps: dict[int, StepView] = {}
        self.taken: list[tuple[str, int]] = []
        self.commands: list[h.Command] = []
        self.replaying = False
        self.chain = b""
        self.chance = chance
        self.salt = salt
        self.compensating = False
        self.started_at = 0
        """When the run was recorded, by the store's clock in ns; set by whoever drives the flow."""
        self._expected: deque[h.Command] = deque()
        self._now = 0
        self._clock = 0
        self._ids = 0
        self._resolved = 0
        self._promises: dict[int, Promise] = {}
        self._signals: dict[str, deque[h.SignalReceived]] = {}
        self._waiters: dict[str, deque[Promise]] = {}
        self._patches: dict[str, None] = {}

    # What flows use

    def step(
        self,
        name: str,
        input: bytes = b"",  # noqa: A002 - the word of the field
        policy: h.Policy | None = None,
        *,
        undo: bool = False,
        pivot: bool = False,
    ) -> Promise:
        """Have a step done; it begins now and the promise is its result. StepFailure when it failed for good."""
        id_ = self._next_id()
        command = h.StepScheduled(id_, name, input, policy or h.Policy(), undo, pivot)
        self.steps[id_] = StepView(command)
        return self._promise(command, id_, name)

    def sleep(self, ns: int) -> Promise:
        """Let `ns` pass, on the store's clock."""
        id_ = self._next_id()
        return self._promise(h.TimerStarted(id_, ns, self._clock + ns), id_, f"timer {id_}")

    def signal(self, name: str) -> Promise:
        """The next signal of this name, come already or to come."""
        promise = Promise(f"signal {name}")
        self._waiters.setdefault(name, deque()).append(promise)
        self._hand_over(name)
        return promise

    def gather(self, *promises: Promise) -> Awaitable[list[bytes]]:
        """All results, in the order given; the first failure in the order of the history."""
        return _all(promises)

    def first_of(self, *promises: Promise) -> Awaitable[int]:
        """The place among these of the one that came first in the history."""
        return _first(promises)

    def now(self) -> int:
        """The time of the decision that is being made, in ns on the store's clock."""
        return self._now

    def side(self, draw: Callable[[Stream], int]) -> int:
        """A number from outside of the history: drawn once, recorded, the same in every replay."""
        id_ = self._next_id()
        recorded = self._expected[0] if self.replaying and self._expected else None
        value = recorded.value if isinstance(recorded, h.SideValue) else draw(self.chance)
        self.say(h.SideValue(id_, value))
        return value

    def patched(self, name: str) -> bool:
        """Whether this run goes the new way at a change of its code: runs that passed here before it do not."""
        if name in self._patches:
            return True
        is_new = h.Patched(name) in list(self._expected)[:1] if self.replaying else True
        if is_new:
            self._patches[name] = None
            self.say(h.Patched(name))
        return is_new

    def distinct(self, names: Sequence[str]) -> list[str]:
        """Each name once, in order of its first mention."""
        return list(dict.fromkeys(names))

    # What replay and compensation use

    def undo(self, of: int) -> Promise:
        """Have a step undone."""
        id_ = self._next_id()
        return self._promise(h.UndoScheduled(id_, of), id_, f"undo {of}")

    def begin(self, now: int, clock: int, recorded: Sequence[h.Command] | None) -> None:
        """A decision begins at `now`. `recorded` is what it said when it was made; None if it is being made."""
        self._now, self._clock = now, clock
        self.replaying = recorded is not None
        self._expected = deque(recorded or ())
        self.commands = []

    def end(self) -> None:
        """A decision is over; Mismatch if the history has more of it."""
        if self._expected:
            raise Mismatch(_shown(self._expected[0]), "nothing")

    def say(self, command: h.Command) -> None:
        """The next command; in a replay the one that is recorded, or Mismatch."""
        if self.replaying:
            recorded = self._expected.popleft() if self._expected else None
            if recorded is None or sign(recorded) != sign(command):
                raise Mismatch("nothing" if recorded is None else _shown(recorded), _shown(command))
        self.commands.append(command)
        self.chain = blake2b(self.chain + sign(command), digest_size=8).digest()

    def feed(self, event: h.HistoryEvent) -> None:
        """Something happened."""
        if isinstance(event, h.SignalReceived):
            self.receive(event)
        elif isinstance(event, h.TimerFired):
            self._resolve(event.id, b"")
        elif isinstance(event, h.StepCompleted):
            self._resolve(event.id, event.result)
        elif isinstance(event, (h.StepFailed, h.StepTimedOut)) and not event.retry_at and event.id in self.steps:
            kind = event.kind if isinstance(event, h.StepFailed) else event.which
            self._resolve(event.id, b"", StepFailure(self.steps[event.id].command.name, kind))

    def receive(self, signal: h.SignalReceived) -> None:
        """A signal came; it waits until somebody awaits it."""
        self._signals.setdefault(signal.name, deque()).append(signal)
        self._hand_over(signal.name)

    @property
    def is_past_pivot(self) -> bool:
        """Whether a pivot was asked for and has not failed."""
        return any(view.command.pivot and not view.has_failed for view in self.steps.values())

    def learn(self, event: h.HistoryEvent) -> None:
        """Know of an attempt before the flow goes on: a step that began behind the cancel may have an effect too."""
        if not isinstance(event, (h.StepStarted, h.StepCompleted, h.StepFailed, h.StepTimedOut)):
            return
        view = self.steps.get(event.id)
        if view is None:
            return  # an undo is tried until it succeeds, and nothing undoes it
        if isinstance(event, h.StepStarted):
            view.is_open = True
        elif isinstance(event, h.StepCompleted):
            view.is_open, view.is_done = False, True
        else:
            clean = isinstance(event, h.StepFailed) and event.clean
            view.is_doubtful |= view.is_open and not clean
            view.is_open = False
            view.has_failed = not event.retry_at

    def _promise(self, command: h.StepScheduled | h.TimerStarted | h.UndoScheduled, id_: int, label: str) -> Promise:
        self.say(command)
        promise = self._promises[id_] = Promise(label)
        return promise

    def _resolve(self, id_: int, value: bytes, failure: FlowFailure | None = None) -> None:
        self._resolved += 1
        self._promises[id_].resolve(self._resolved, value, failure)

    def _hand_over(self, name: str) -> None:
        signals, waiters = self._signals.get(name), self._waiters.get(name)
        while signals and waiters:
            signal = signals.popleft()
            self._resolved += 1
            waiters.popleft().resolve(self._resolved, signal.value)
            self.taken.append((signal.name, signal.serial))

    def _next_id(self) -> int:
        self._ids += 1
        return self._ids


async def _all(promises: Sequence[Promise]) -> list[bytes]:
    for promise in await Several(promises, f"{len(promises)} promises", len(promises)):
        promise.result()  # the first failure of the history is raised
    return [promise.result() for promise in promises]


async def _first(promises: Sequence[Promise]) -> int:
    first, *_ = await Several(promises, f"the first of {len(promises)} promises", 1)
    return promises.index(first)


def sign(command: h.Command) -> bytes:
    """What must be the same in every replay: everything but when it is due and how often it is tried."""
    said: Message = command
    if isinstance(command, h.TimerStarted):
        said = h.TimerStarted(command.id, command.duration, 0)
    elif isinstance(command, h.StepScheduled):
        said = h.StepScheduled(command.id, command.name, command.input, h.Policy(), command.undo, command.pivot)
    return _encode(said)


def _shown(command: h.Command) -> str:
    name = f" {command.name}" if isinstance(command, (h.StepScheduled, h.Patched)) else ""
    return f"{type(command).__name__}{name}"
