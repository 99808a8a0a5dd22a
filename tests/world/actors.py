"""Small actors that the tests of the world share."""

from collections.abc import Callable

from sim.world.actor import Actor, on
from sim.world.message import Caller, Event, Message, Request


class Said(Message):
    """A numbered word."""

    number: int


class Number(Message):
    """The reply to Double."""

    value: int


class Double(Request[Number]):
    """Asks for twice a number."""

    value: int


class Heard(Event):
    """Emitted by a Listener for what it heard."""

    source: str
    number: int


class Listener(Actor):
    """Emits what it hears and doubles what it is asked."""

    @on(Said)
    def said(self, source: str, message: Said) -> None:
        self.emit(Heard(source, message.number))

    @on(Double)
    def double(self, caller: Caller, request: Double) -> Number | None:
        if request.value < 0:
            self.refuse(caller, "negative")
            return None
        return Number(2 * request.value)


class Speaker(Actor):
    """Says 0, 1, 2, ... to `to`, one each `gap` ns."""

    to = "ear"
    gap = 1_000_000
    count = 100

    def on_start(self) -> None:
        self.number = 0
        self.next = self.timer(self.speak)
        self.next.reset(self.gap)

    def speak(self) -> None:
        self.send(self.to, Said(self.number))
        self.number += 1
        if self.number < self.count:
            self.next.reset(self.gap)


class Teller(Actor):
    """Runs the story it is given, with itself as argument."""

    def __init__(self, story: Callable[["Teller"], object]) -> None:
        self._story = story

    def on_start(self) -> None:
        self.spawn(self._story(self))  # type: ignore[arg-type]
