"""How long agreement takes: under models of delay, and under schedulers ranked by what they cost."""

from collections.abc import Sequence
from statistics import quantiles

from benchmarks.agreement.intervals import Interval
from benchmarks.agreement.measure import Measured, measure
from benchmarks.agreement.settings import CANDIDATE, ISOLATING, MULTIVALUED

MODELS = {
    "constant": ("10ms", ""),
    "uniform": ("{uniform: [0ms, 20ms]}", ""),
    "exponential": ("{exponential: 10ms}", ""),
    "lognormal": ("{lognormal: {median: 7ms, p99: 60ms}}", ""),
    "pareto": ("10ms", "{at: 0s, schedule: {pareto: {least: 5ms, most: 5s}}}"),
    "zones": ("{uniform: [1ms, 3ms]}", "{at: 0s, schedule: {slow-types: {from: [%s], late: 30ms}}}"),
}
"""Latency of the network, and a scheduler on top; the mean is 10 ms but in zones: there a third is 30 ms away."""

SCHEDULERS = {
    "fifo": "{at: 0s, schedule: {fifo: {}}}",
    "bounded": "{at: 0s, schedule: {bounded: {bound: 20ms}}}",
    "random": "{at: 0s, schedule: {random: {}}}",
    "pareto": "{at: 0s, schedule: {pareto: {least: 5ms}}}",
    "priority": "{at: 0s, schedule: {priority: {apart: 5ms}}}",
    "rushing": "{at: 0s, byzantine: {nodes: random:%d, rush: {}}}, {at: 0s, schedule: {rushing: {late: 10ms}}}",
    "quorum-blocking": "{at: 0s, schedule: {quorum-blocking: {late: 10ms}}}",
    "isolating": "{at: 0s, schedule: {isolating: {late: 100ms}}}",
    "leader-isolating": ISOLATING,
    "last-minute": "{at: 0s, schedule: {last-minute: {hold: 20ms}}}",
    "one-candidate": CANDIDATE,
}
"""What a scheduler does not draw itself is exponential with a mean of 10 ms, so that times can be compared."""


def delays(seeds: int) -> None:
    """Attempts and latency (ms: median, 90%, worst) of four protocols under six models of delay, n = 4, 10."""
    for name in MULTIVALUED:
        for n in (4, 10):
            third = ", ".join(f"n{number}" for number in range(1, (n - 1) // 3 + 1))
            for title, (latency, faults) in MODELS.items():
                text = faults % third if "%s" in faults else faults
                found = [
                    measure(n, {"protocol": name}, seed, text, latency=latency, loopback="0ms", duration="60s")
                    for seed in range(1, seeds + 1)
                ]
                print(f"{name:<6} n={n:<3} {title:<12} {_times(found)}", flush=True)


def _times(found: Sequence[Measured]) -> str:
    late = sorted(one.latency_ns / 1e6 for one in found)
    tenths = quantiles(late, n=10, method="inclusive")
    tries = Interval.of([max(one.iterations, one.views) for one in found])
    return f"attempts {tries}   latency {tenths[4]:7.1f} {tenths[8]:7.1f} {late[-1]:7.1f}"


def ranking(seeds: int) -> None:
    """Schedulers ranked by the time to decide, with messages over n² and attempts, by protocol; n = 7."""
    n = 7
    for name in MULTIVALUED:
        rows = []
        for title, faults in SCHEDULERS.items():
            if title == "one-candidate" and name != "pmvba":
                continue
            text = faults % ((n - 1) // 3) if "%d" in faults else faults
            found = [
                measure(
                    n, {"protocol": name}, seed, text, latency="{exponential: 10ms}", loopback="0ms", duration="60s"
                )
                for seed in range(1, seeds + 1)
            ]
            time = Interval.of([one.latency_ns / 1e6 for one in found])
            cost = Interval.of([one.messages / n / n for one in found])
            tries = Interval.of([max(one.iterations, one.views) for one in found])
            rows.append((time.middle, title, time, cost, tries))
        most = sorted((row[3].middle for row in rows), reverse=True)
        for place, (_, title, time, cost, tries) in enumerate(sorted(rows, reverse=True), 1):
            print(
                f"{name:<6} {place:>2}. {title:<17} {time} ms   messages/n² {cost} ({most.index(cost.middle) + 1}.)   "
                f"attempts {tries}",
                flush=True,
            )
