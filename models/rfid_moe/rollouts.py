"""Rollouts of compression releases: which is due, and what is told of it."""

from collections.abc import Iterable, Mapping

from models.rfid_moe.compression import Release
from models.rfid_moe.events import Compressed
from models.rfid_moe.settings import THOUSAND, Settings
from models.rfid_moe.shards import image_bytes


class Rollouts:
    """Release 1 is there from the start, later ones when their time comes. `now` is the one to go to; 0: none yet."""

    def __init__(self, settings: Settings, releases: Mapping[int, Release]) -> None:
        self._settings = settings
        self._releases = releases
        self._skipped: dict[int, None] = {}
        self.now = 0

    def due(self, elapsed: int) -> int | None:
        """The next release whose time has come; None if there is none, or there are no shadows."""
        times = (0, *(one.at for one in self._settings.rollouts))
        for number, at in enumerate(times, 1):
            if self._settings.shadows and number > self.now and at <= elapsed and number not in self._skipped:
                return number
        return None

    def skip(self, number: int) -> None:
        """It cannot be made."""
        self._skipped[number] = None

    def told(self, release: Release) -> Iterable[Compressed]:
        """Each layer's budget and what it was spent on."""
        shape, eta = self._settings.shape, self._settings.eta
        keep = self._settings.keep_of(release.number)
        most = shape.experts * shape.rows * shape.columns * keep // THOUSAND
        for layer, plan in enumerate(release.plans):
            used = image_bytes(shape, plan.ranks, eta)
            yield Compressed(release.number, layer, plan.budget, plan.ranks, plan.full, used, most)
