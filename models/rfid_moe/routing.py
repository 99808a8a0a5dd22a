"""Which experts a token wants: Zipf popularity, a noise of its own for each token, and drift of who is popular.

A ranking is a draw without replacement by popularity (Plackett and Luce), made by an exponential race: the smallest
-ln(u) / popularity comes first. All of it is whole numbers, and a function of (seed, layer, token, phase).
"""

from decimal import Decimal
from functools import cache

from models.rfid_moe.quality import UNIT
from sim import Stream

STEPS = 1024
SHIFT = 1000
"""Phases of one shift of the traffic: beyond them everybody's popularity is drawn anew."""

_FIX = 1 << 40


@cache
def _waits() -> tuple[int, ...]:
    """-ln((i + 1/2) / STEPS), in units of 2^-40, from decimal arithmetic."""
    return tuple(int(-(Decimal(2 * i + 1) / (2 * STEPS)).ln() * _FIX) for i in range(STEPS))


@cache
def _popularity(count: int, zipf: int) -> tuple[int, ...]:
    """(1 / rank)^zipf in units of 2^-20, zipf in thousandths."""
    return tuple(int(Decimal(rank) ** (-Decimal(zipf) / 1000) * (1 << 20)) for rank in range(1, count + 1))


class Router:
    """The routing of a model: rankings of all experts, and the gate weights of the first `top`."""

    def __init__(self, seed: int, experts: int, top: int, zipf: int) -> None:
        self._seed = seed
        self._experts = experts
        self._top = top
        self._popular = _popularity(experts, zipf)
        self._rankings: dict[tuple[int, int, int], tuple[int, ...]] = {}
        self._orders: dict[tuple[int, int], tuple[int, ...]] = {}

    def ranking(self, layer: int, token: int, phase: int) -> tuple[int, ...]:
        """All experts, those that the token wants most first."""
        key = (layer, token, phase)
        found = self._rankings.get(key)
        if found is None:
            found = self._rankings[key] = self._race(layer, token, phase)
        return found

    def top(self, layer: int, token: int, phase: int) -> tuple[int, ...]:
        """The experts that compute the token if all is well."""
        return self.ranking(layer, token, phase)[: self._top]

    def gates(self, layer: int, token: int) -> tuple[int, ...]:
        """Gate scores by place in the ranking, falling: they depend on the token alone."""
        stream = Stream(self._seed, "gates", layer, token)
        score, scores = UNIT, []
        for _ in range(self._experts):
            scores.append(score)
            score = score * stream.between(40, 95) // 100
        return tuple(scores)

    def _race(self, layer: int, token: int, phase: int) -> tuple[int, ...]:
        waits, places = _waits(), self._places(layer, phase)
        stream = Stream(self._seed, "tokens", layer, token)
        times = [(waits[stream.below(STEPS)] << 20) // self._popular[places[expert]] for expert in range(self._experts)]
        return tuple(sorted(range(self._experts), key=lambda expert: (times[expert], expert)))

    def _places(self, layer: int, phase: int) -> tuple[int, ...]:
        """Expert -> its place in popularity. Each phase exchanges two; a shift draws all anew."""
        key = (layer, phase)
        if key not in self._orders:
            stream = Stream(self._seed, "popular", layer, phase // SHIFT)
            order = stream.shuffled(range(self._experts))
            for _ in range(phase % SHIFT):
                one, other = stream.sample(range(self._experts), 2)
                order[one], order[other] = order[other], order[one]
            self._orders[key] = tuple(order)
        return self._orders[key]
