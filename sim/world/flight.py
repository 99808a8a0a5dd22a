"""Messages in the hands of an adversarial scheduler: on their way, arriving when somebody else decides."""

from heapq import heappush
from typing import TYPE_CHECKING, Protocol

from sim.world.message import Message

if TYPE_CHECKING:
    from sim.world.network import Link, Packet


class Flight:
    """One message on its way. `delay` (ns) is what the link and its rules make of it; `sent_ns` when it left.

    `instance`, `kind` and `round` are its header, which everybody on the network sees: the fields of these names in the
    message or in what it carries, and the name of its type. What else is in it is not for everybody.
    """

    __slots__ = ("_cause", "_link", "_tie", "delay", "instance", "kind", "message", "round", "sent_ns")

    def __init__(self, link: "Link", message: Message, delay: int, packet: "Packet") -> None:
        self._link = link
        self._tie = packet[1]
        self._cause = packet[7]
        self.sent_ns = packet[6]
        self.message = message
        self.delay = delay
        self.instance, self.kind, self.round = header_of(message)

    @property
    def source(self) -> str:
        """Who sent it; nobody can send in another's name."""
        return self._link.source

    @property
    def target(self) -> str:
        """Whom it is for."""
        return self._link.target

    def depart(self, delay: int) -> None:
        """Let it arrive `delay` ns from now."""
        link = self._link
        kernel = link.kernel
        kernel.sequence += 1
        entry = (kernel._now + delay, self._tie, kernel.sequence, link.arrive, link, self.message, self.sent_ns)
        heappush(kernel._queue, (*entry, self._cause))


class Scheduler(Protocol):
    """Who decides when messages arrive, among all finite times."""

    id: str
    selves: bool

    def schedule(self, flight: Flight) -> int | None:
        """The delay of a message in ns; None to hold it, and let it `depart` later."""


def header_of(message: Message) -> tuple[str, str, int]:
    """(instance, name of the innermost type, round) of a message."""
    instance = getattr(message, "instance", "")
    inner: object = message
    while isinstance(body := getattr(inner, "body", None), Message):
        inner = body
        instance = instance or getattr(inner, "instance", "")
    turn = getattr(inner, "round", 0)
    return str(instance), type(inner).__name__, turn if isinstance(turn, int) else 0
