"""What a run cost and gave, from frames of its events: hits, time to warm and load, memory over time.

Frames are those of `reports.frames.events(run, kind)`; pandas is imported by whoever makes them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from sim import MS, SECOND

if TYPE_CHECKING:
    from pandas import DataFrame

BATCHES = 30
GB = 1000


@dataclass(frozen=True)
class Estimate:
    """A mean and the half width of its 95% interval, from means of consecutive batches."""

    mean: float
    half: float


@dataclass(frozen=True)
class Outcome:
    """One function under one policy.

    `delay_ms`: warming and loading, mean per call; `slow_ms` is its 95th percentile. `resident`: share of time in which
    its model was resident and idle. `gb_hours`: idle memory that held it, in GB hours per 1,000 calls.
    """

    calls: int
    hit: Estimate
    delay_ms: Estimate
    slow_ms: float
    resident: float
    gb_hours: float


def estimate(values: Sequence[float]) -> Estimate:
    """By batches, as consecutive calls are not independent. Needs one value a batch at least."""
    size = max(1, len(values) // BATCHES)
    means = [sum(values[at : at + size]) / size for at in range(0, size * (len(values) // size), size)]
    mean = sum(means) / len(means)
    spread = sum((one - mean) ** 2 for one in means) / max(1, len(means) - 1)
    return Estimate(sum(values) / len(values), 2.0 * sqrt(spread / len(means)))


def delays_ms(served: "DataFrame", function: str, execution_ns: int) -> list[float]:
    """Warming and loading of each call of a function, killing included, in order, in ms."""
    own = served[served["function"] == function]
    return [float(ns) / MS for ns in own["ended_ns"] - own["came_ns"] - execution_ns]


def resident_ns(states: "DataFrame", function: str, end_ns: int) -> int:
    """How long the function's model lay somewhere, resident and unused, in ns; two copies count twice."""
    total, since = 0, dict[tuple[str, int], int]()
    own = states[states["function"] == function]
    columns = (own[name].tolist() for name in ("container", "n", "target", "t_ns"))
    for container, n, target, t_ns in zip(*columns, strict=True):
        if target == "RESIDENT":
            since[container, n] = t_ns
        elif (container, n) in since:
            total += t_ns - since.pop((container, n))
    return total + sum(end_ns - at for at in since.values())


def outcomes(
    served: "DataFrame",
    states: "DataFrame | None",
    executions: Mapping[str, int],
    sizes: Mapping[str, int],
    end_ns: int,
) -> dict[str, Outcome]:
    """Each function of a run: `served` and `states` are its events Served and LoadState, sizes are in MB."""
    found = {}
    for name, execution in executions.items():
        own = served[served["function"] == name]
        delays = delays_ms(served, name, execution)
        held = 0 if states is None else resident_ns(states, name, end_ns)
        found[name] = Outcome(
            calls=len(own),
            hit=estimate([float(how == "hit") for how in own["how"]]),
            delay_ms=estimate(delays),
            slow_ms=sorted(delays)[len(delays) * 95 // 100],
            resident=held / end_ns,
            gb_hours=held / SECOND / 3600 * sizes[name] / GB * 1000 / max(1, len(own)),
        )
    return found
