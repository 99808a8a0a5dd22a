"""A strategy: what to run next, given what the runs before have shown.

A strategy proposes a generation of cases and learns from their rows, in order of the proposals; so what it proposes
does not depend on who computed. Every proposal is a case, and can be run again as it is.
"""

from collections.abc import Sequence
from typing import Protocol

from sim.explore.row import Row
from sim.explore.shrinking.case import Case

GENERATION = 16
"""Proposals of one generation."""
_LOW, _HIGH = (1 << 32) // 100, (1 << 32) * 99 // 100


class Unsuited(Exception):
    """A strategy that cannot search this scenario; the message says why and what would help."""


class Strategy(Protocol):
    """Chooses cases."""

    def propose(self) -> list[Case]:
        """The next generation; empty if there is nothing left to try."""

    def learn(self, rows: Sequence[tuple[Case, Row]]) -> None:
        """What the last generation came to, in order."""

    def says(self) -> str:
        """What its name does not say: a bound, or how far it came."""


def latency_range(case: Case, strategy: str) -> tuple[int, int]:
    """(least, most) ns that the scenario lets a message take, from the first to the 99th percentile of its latency."""
    latency = case.load().scenario.network.latency
    low, high = latency.at(_LOW), latency.at(_HIGH)
    if low >= high:
        raise Unsuited(
            f"{strategy} moves messages inside the latencies of the scenario, and {case.path} has only one: give it a "
            "range, such as --set network.latency='{uniform: [1ms, 20ms]}'"
        )
    return low, high
