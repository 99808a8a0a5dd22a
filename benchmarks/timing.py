"""How the benchmarks time: alternately, several rounds, medians, so that a drifting machine moves both sides."""

import time
from collections.abc import Callable, Mapping
from statistics import median


def alternate(sides: Mapping[str, Callable[[], int]], rounds: int = 7) -> dict[str, float]:
    """Median seconds per unit of each side. A side does some work and returns how many units it did."""
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    for side in sides.values():
        side()  # warm up
    for _ in range(rounds):
        for name, side in sides.items():
            began = time.perf_counter()
            units = side()
            seconds[name].append((time.perf_counter() - began) / units)
    return {name: median(times) for name, times in seconds.items()}
