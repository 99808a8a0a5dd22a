"""What a dispatcher believes of the cluster: the newest map it has heard of, and nodes that were late of late."""

from collections.abc import Callable

from models.rfid_moe.events import MapTaken
from models.rfid_moe.shards import FULL, SHADOW, Copy, PlacementMap
from sim import Event


class Hints:
    """The map by expert. A node that was late is passed over for `passed` ns, unless nobody else is left."""

    def __init__(self, emit: Callable[[Event], None], now: Callable[[], int], passed: int) -> None:
        self._emit = emit
        self._now = now
        self._passed = passed
        self._late: dict[str, int] = {}
        self._full: dict[tuple[int, int], list[Copy]] = {}
        self._shadows: dict[tuple[int, int], list[Copy]] = {}
        self.epochs: dict[str, int] = {}
        self.version = 0

    def take(self, news: PlacementMap) -> None:
        """Only what is newer."""
        if news.version <= self.version:
            return
        self.version = news.version
        self.epochs = dict(news.alive)
        self._full, self._shadows = {}, {}
        for copy in news.copies:
            kind = self._full if copy.kind == FULL else self._shadows
            if copy.kind in (FULL, SHADOW):
                kind.setdefault((copy.layer, copy.expert), []).append(copy)
        self._emit(MapTaken(news.version))

    def full(self, layer: int, expert: int) -> list[Copy]:
        """Copies of an expert, primary and replicas."""
        return self._full.get((layer, expert), [])

    def shadows(self, layer: int, expert: int) -> list[Copy]:
        """Its compressed shadows."""
        return self._shadows.get((layer, expert), [])

    def was_late(self, node: str) -> None:
        """It did not answer in time."""
        self._late[node] = self._now() + self._passed

    def is_late(self, node: str) -> bool:
        """Whether it is passed over."""
        return self._late.get(node, 0) > self._now()
