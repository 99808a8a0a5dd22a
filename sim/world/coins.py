"""Common coins: numbers that nobody knows before enough shares were released, and how a coin can be worse than that."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING

import msgspec

from sim.world.units import CERTAIN

if TYPE_CHECKING:
    from sim.world.signatures import Tag

_BYTES = 32
_encode = msgspec.msgpack.Encoder(order="deterministic").encode


@dataclass(frozen=True)
class CoinMode:
    """How good the coins are that are tossed from now on. Probabilities in ppb.

    fair: one number for all. weak: with this probability everybody gets a number of his own. biased: with this
    probability the lowest bit is 1 before anything is drawn. predictable: the adversary knows every coin beforehand.
    scripted: these numbers by round, repeated from the first on; for tests and for runs that are forked at a coin.
    """

    weak: int = 0
    biased: int = 0
    predictable: bool = False
    scripted: tuple[int, ...] = ()


FAIR = CoinMode()


@dataclass
class Coins:
    """The coins of one world, keyed by its seed. A coin keeps the mode it was first asked for in."""

    key: bytes
    modes: list[CoinMode] = field(default_factory=lambda: [FAIR])
    corrupt: dict[str, None] = field(default_factory=dict)
    """Who is the adversary's, whose shares it has without being sent them."""
    _released: "dict[Tag, dict[str, None]]" = field(default_factory=dict)
    _mode_of: "dict[Tag, CoinMode]" = field(default_factory=dict)

    def release(self, tag: "Tag", name: str) -> None:
        """A node has given its share away."""
        self._released.setdefault(tag, {})[name] = None

    def released(self) -> "Mapping[Tag, Mapping[str, None]]":
        """Who has released a share of which coin so far, in order."""
        return self._released

    def toss(self, tag: "Tag", name: str) -> int:
        """The coin as `name` sees it."""
        mode = self._mode_of.setdefault(tag, self.modes[-1])
        if mode.scripted:
            return mode.scripted[tag.round % len(mode.scripted)]
        seen = self._draw("coin", tag)
        if mode.weak and self._strikes("weak", tag, mode.weak):
            seen = self._draw("coin", tag, name)
        if mode.biased and self._strikes("biased", tag, mode.biased):
            seen |= 1
        return seen

    def adversary_coin(self, tag: "Tag", k: int) -> int | None:
        """What the adversary knows of a coin of threshold `k`: None while too few of the honest released a share."""
        honest = [name for name in self._released.get(tag, ()) if name not in self.corrupt]
        if not self.modes[-1].predictable and len(honest) + len(self.corrupt) < k:
            return None
        return self.toss(tag, "")

    def _strikes(self, what: str, tag: "Tag", ppb: int) -> bool:
        return self._draw(what, tag) % CERTAIN < ppb

    def _draw(self, *content: object) -> int:
        return int.from_bytes(blake2b(_encode(content), key=self.key, digest_size=_BYTES).digest(), "little")
