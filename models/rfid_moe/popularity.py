"""How often each expert is wanted, as the controllers hear it: counts that halve every few seconds."""

from models.rfid_moe.messages import Popular

Calibration = tuple[tuple[int, ...], ...]
SCALE = 1 << 10


class Popularity:
    """Counts of pairs in 1/1024, by layer and expert. Where nothing was heard the calibrated ones hold."""

    def __init__(self, calibration: Calibration) -> None:
        self._calibration = calibration
        self._counts: dict[tuple[int, int], int] = {}

    def hear(self, popular: Popular) -> None:
        """A dispatcher's counts since its last word."""
        for layer, expert, pairs in popular.counts:
            self._counts[layer, expert] = self._counts.get((layer, expert), 0) + pairs * SCALE

    def age(self) -> None:
        """Once a second: what was heard long ago counts less, half after about five seconds."""
        self._counts = {key: count * 7 // 8 for key, count in self._counts.items()}

    def load(self, layer: int, expert: int) -> int:
        """What an expert has to carry, 1 or more."""
        heard = self._counts.get((layer, expert), 0)
        return heard + self._calibration[layer][expert] + 1
