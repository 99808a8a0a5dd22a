"""The ladder: what may stand in for an expert whose shard fails or is late, best first.

0 its own copy, 1 another copy, 2 a host copy that is fetched, 3 its compressed shadow, 4 the next best expert, 5
nothing. If nothing is left of all of a token's experts the request fails: rung 6. From 3 on something is lost, and
said.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.rfid_moe.hints import Hints
from models.rfid_moe.settings import Settings
from models.rfid_moe.shards import FULL, Copy
from sim import SECOND

if TYPE_CHECKING:
    from models.rfid_moe.images import Images

OWN, REPLICA, HOST, SHADOWED, NEXT_BEST, LEFT_OUT, FAILED = range(7)
LOSSY = SHADOWED


@dataclass(frozen=True)
class Target:
    """Who is asked for what."""

    rung: int
    node: str
    epoch: int
    expert: int
    kind: str
    release: int


class Pair:
    """One expert that one token of a step wants, and what has become of it."""

    __slots__ = ("asked", "attempt", "done", "expert", "output", "rung", "slot", "target", "wanted")

    def __init__(self, slot: int, wanted: int) -> None:
        self.slot = slot
        self.wanted = wanted
        self.expert = wanted
        self.rung = OWN
        self.asked: list[tuple[str, int]] = []
        self.target: Target | None = None
        self.attempt = 0
        self.output: tuple[int, ...] = ()
        self.done = False


class Ladder:
    """Finds the next target of a pair: at its rung or below, never what was asked before."""

    def __init__(self, hints: Hints, images: "Images", settings: Settings) -> None:
        self._hints = hints
        self._images = images
        self._settings = settings
        self._sent: dict[str, int] = {}

    def next(self, layer: int, pair: Pair, ranking: tuple[int, ...], taken: tuple[int, ...]) -> Target | None:
        """Whom to ask now; None if the expert's share is left out. `taken` are experts that the token has already."""
        if pair.rung < HOST:
            copy = self._pick(self._hints.full(layer, pair.wanted), pair)
            if copy is not None:
                return self._target(OWN if not pair.asked else REPLICA, copy)
        if pair.rung <= HOST:
            host = self._host(layer, pair)
            if host is not None:
                return host
        if pair.rung <= SHADOWED:
            copy = self._pick(self._hints.shadows(layer, pair.wanted), pair)
            if copy is not None:
                return self._target(SHADOWED, copy)
        return self._next_best(layer, pair, ranking, taken)

    def _pick(self, copies: list[Copy], pair: Pair) -> Copy | None:
        """The copy on the node that was sent the least; one that was late only if there is no other rung's worth."""
        free = [
            copy for copy in copies if (copy.node, copy.expert) not in pair.asked and not self._hints.is_late(copy.node)
        ]
        return min(free, key=lambda copy: (self._sent.get(copy.node, 0), copy.node), default=None)

    def _host(self, layer: int, pair: Pair) -> Target | None:
        settings = self._settings
        if settings.full_bytes * SECOND // settings.pcie > settings.patience:
            return None
        for node in self._images.holders(layer, pair.wanted):
            epoch = self._hints.epochs.get(node)
            if epoch is not None and not self._hints.is_late(node) and (node, -1 - pair.wanted) not in pair.asked:
                return Target(HOST, node, epoch, pair.wanted, FULL, 0)
        return None

    def _next_best(self, layer: int, pair: Pair, ranking: tuple[int, ...], taken: tuple[int, ...]) -> Target | None:
        for expert in ranking:
            if self.may_stand_in(expert, taken):
                copy = self._pick(self._hints.full(layer, expert), pair)
                if copy is not None:
                    return self._target(NEXT_BEST, copy)
        return None

    def may_stand_in(self, expert: int, taken: tuple[int, ...]) -> bool:
        """One that the token has already adds nothing."""
        return expert not in taken

    def _target(self, rung: int, copy: Copy) -> Target:
        return Target(rung, copy.node, copy.epoch, copy.expert, copy.kind, copy.release)

    def sent(self, node: str, pairs: int) -> None:
        """So many pairs are on their way to a node."""
        self._sent[node] = self._sent.get(node, 0) + pairs
