"""What a client is to do: verbs, keys and arguments, with values that are unique so that checks decide fast."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sim.world.distributions import Exponential
from sim.world.streams import Stream
from sim.world.units import SECOND


@dataclass(frozen=True, slots=True)
class Step:
    """One operation to do: `wait_ns` after the one before ended, or at `at_ns` on the client's clock if that is given.

    `arg` is the value to write, unique in the run (``c1.17``), or what a literal operation says; None for a read.
    """

    verb: str
    key: str
    arg: object = None
    wait_ns: int = 0
    at_ns: int | None = None


@dataclass(frozen=True)
class Script:
    """The work of one client: `rate_mhz` operations per 1,000 s on average, over `keys` keys, verbs by weight in `mix`.

    With `literal` steps the client does exactly these. Operations time out after `timeout_ns`.
    """

    client: str
    mix: Mapping[str, int] = field(default_factory=dict)
    keys: int = 1
    rate_mhz: int = 1000
    timeout_ns: int = SECOND
    literal: tuple[Step, ...] | None = None
    system: str = ""

    def steps(self, stream: Stream) -> Iterator[Step]:
        """The steps, without end unless they are literal; `stream` is the client's own."""
        if self.literal is not None:
            yield from self.literal
            return
        gaps = Exponential(1000 * SECOND // self.rate_mhz)
        serial = 0
        while True:
            serial += 1
            wait = gaps.draw(stream)
            verb = stream.weighted(self.mix)
            key = f"k{stream.below(self.keys)}"
            yield Step(verb, key, None if verb == "get" else f"{self.client}.{serial}", wait)
