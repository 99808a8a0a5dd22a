"""The table of a paper: messages, rounds, attempts and latency of four protocols as n grows, beside derived counts."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.agreement.counts import CLAIMED, GOLDEN, expected
from benchmarks.agreement.intervals import Interval
from benchmarks.agreement.measure import measure
from benchmarks.agreement.settings import FAIR, HOSTILE, MULTIVALUED, play

SIZES = (4, 7, 10, 13, 19)
SCHEDULES = ("unit", "random", "hostile")


@dataclass(frozen=True)
class Cell:
    """One protocol of n parties under one schedule. `tries`: agreements or views; latency: ms."""

    protocol: str
    schedule: str
    n: int
    messages: Interval
    tries: Interval
    latency: Interval


def cells(seeds: int, sizes: Sequence[int] = SIZES) -> list[Cell]:
    """Measure all of it: unit delay once, as little is left to chance there, the others `seeds` times."""
    found = []
    for protocol in MULTIVALUED:
        for n in sizes:
            found.append(_cell(protocol, "unit", n, "", 1))
            found.append(_cell(protocol, "random", n, FAIR, seeds))
            found.append(_cell(protocol, "hostile", n, HOSTILE[protocol], seeds))
    return found


def _cell(protocol: str, schedule: str, n: int, faults: str, seeds: int) -> Cell:
    if schedule == "unit":
        runs = [measure(n, {"protocol": protocol})]
    else:
        runs = [play(protocol, faults, n, seed) for seed in range(1, seeds + 1)]
    return Cell(
        protocol,
        schedule,
        n,
        Interval.of([one.messages for one in runs]),
        Interval.of([max(one.iterations, one.views) for one in runs]),
        Interval.of([one.latency_ns / 1e6 for one in runs]),
    )


def paper(seeds: int) -> None:
    """Messages, rounds, attempts and latency of four protocols, n = 4 to 19, beside what is derived and claimed."""
    found = cells(seeds)
    for protocol in MULTIVALUED:
        print(f"{protocol}: {GOLDEN[protocol].said()} messages in {GOLDEN[protocol].rounds} rounds derived; ", end="")
        print(f"claimed {CLAIMED[protocol]}")
        for cell in (one for one in found if one.protocol == protocol):
            derived = expected(protocol, cell.n, 1)[0]
            share = cell.messages.middle / derived
            unit = "rounds" if cell.schedule == "unit" else "ms"
            print(
                f"  {cell.schedule:<8} n={cell.n:<3} messages {cell.messages} ({share:4.2f} of {derived})   "
                f"attempts {cell.tries}   {cell.latency} {unit}",
                flush=True,
            )
