"""Attacks in steps: a scheduler that reads everything, holds what matters, and speaks for the corrupt."""

from abc import abstractmethod
from collections.abc import Callable
from typing import ClassVar, TypeVar

from models.bft.messages import Body, Envelope
from sim import Message
from sim.adversary import Conductor, Flight, Order

M = TypeVar("M", bound=Message)


class Attack(Order):
    """Holds the messages of types `holds` of one `instance`. In every tick `tick` lets go what its present step needs.

    Write `sees: all`, and let the corrupt be silent: what they say, the attack says for them.
    """

    reads: ClassVar[bool] = True
    holds: ClassVar[tuple[type[Message], ...]]
    instance: str = "1"

    def begin(self, conductor: Conductor) -> None:
        """Look at what is held in every tick."""
        conductor.memory = self.plan()
        conductor.step()

    @abstractmethod
    def plan(self) -> object:
        """Where the attack stands, at its beginning."""

    def delay(self, conductor: Conductor, flight: Flight) -> int | None:
        """What belongs to the attacked instance is held; everything else passes."""
        message = conductor.read(flight)
        held = isinstance(message, Envelope) and message.instance == self.instance
        return None if held and isinstance(self.body(conductor, flight), self.holds) else flight.delay

    def body(self, conductor: Conductor, flight: Flight) -> Message:
        """What is in an envelope."""
        message = conductor.read(flight)
        assert isinstance(message, Envelope), "only envelopes are held"
        return message.body

    def held(self, conductor: Conductor, kind: type[M], turn: int | None = None) -> list[tuple[Flight, M]]:
        """What is held of one type, of a round if one is given."""
        pairs = [(flight, self.body(conductor, flight)) for flight in conductor.held]
        return [(flight, body) for flight, body in pairs if isinstance(body, kind) and turn in (None, flight.round)]

    def let(self, conductor: Conductor, wanted: Callable[[Flight, Message], bool]) -> int:
        """Let go what is wanted, by flight and body."""
        return conductor.let_go(lambda flight: wanted(flight, self.body(conductor, flight)))

    def say(self, conductor: Conductor, to: str, body: Body) -> None:
        """All the corrupt say this."""
        for name in conductor.corrupt:
            conductor.speak(name, to, Envelope(self.instance, body))

    def let_round(
        self,
        conductor: Conductor,
        turn: int,
        kinds: tuple[type[Message], ...],
        sources: tuple[str, ...],
        targets: tuple[str, ...],
        value: int | None,
    ) -> None:
        """Let messages of these kinds in round `turn` go, of this value or of any."""

        def wanted(flight: Flight, body: Message) -> bool:
            fits = isinstance(body, kinds) and flight.round == turn
            fits = fits and flight.source in sources and flight.target in targets
            return fits and (value is None or getattr(body, "value", None) == value)

        self.let(conductor, wanted)
