"""Priorities: every link has a random priority, and at a few random messages one falls behind all others.

Burckhardt, Kothari, Musuvathi and Nagarakatti, "A randomized scheduler with probabilistic guarantees of finding bugs",
ASPLOS 2010; for messages Ozkan and others, "Randomized testing of distributed systems with probabilistic guarantees",
OOPSLA 2018. A bug of depth d, which an order of d messages makes, is hit with a chance of at least 1 / (n k^(d-1)) in a
run of k messages on n links, if priorities decide alone. Here they decide inside the latencies of the scenario, and
timers run on: so it is the chance that the right priorities are drawn, and whether that is enough, latencies decide.
"""

from collections.abc import Sequence

from sim.explore.row import Row
from sim.explore.searching.strategy import GENERATION, latency_range
from sim.explore.shrinking.case import Case, Data
from sim.scenario.deployment import client_names
from sim.world.quantities import show_exact_ns

DEPTH = 3
"""The depth of bugs that is looked for, unless somebody says otherwise."""
_FIRST_GUESS = 1000


class Priorities:
    """Seeds in order, each with priorities of its own; how many messages a run has is learnt from the runs before."""

    def __init__(self, case: Case, first: int, depth: int = DEPTH) -> None:
        self._case = case
        self._next = first
        self._depth = depth
        self._within = latency_range(case, f"priorities:{depth}")
        self._messages = 0

    def propose(self) -> list[Case]:
        """The next seeds."""
        seeds = range(self._next, self._next + GENERATION)
        self._next = seeds.stop
        return [Case(self._case.text, seed, self._case.path).changed(self._with_priorities) for seed in seeds]

    def _with_priorities(self, data: Data) -> None:
        least, most = map(show_exact_ns, self._within)
        moments = self._messages or _FIRST_GUESS
        order = {"changes": self._depth - 1, "moments": moments, "least": least, "most": most}
        lasting = show_exact_ns(max(1, self._case.duration_ns - self._case.settle_ns - 1))
        fault = {"id": "priorities", "at": "1ns", "for": lasting, "schedule": {"chains": order}}
        data["faults"] = [fault, *(data.get("faults") or [])]

    def learn(self, rows: Sequence[tuple[Case, Row]]) -> None:
        """How long a run is: the moments of change are drawn among all its messages."""
        self._messages = max([self._messages, *(row.messages for _, row in rows)])

    def says(self) -> str:
        """The bound."""
        scenario = self._case.load().scenario
        everybody, messages = self._case.nodes + len(client_names(scenario)), self._messages or _FIRST_GUESS
        links = everybody * (everybody - 1)
        power = f"·{messages:,}^{self._depth - 1}" if self._depth > 1 else ""
        chance = 1 / (links * messages ** (self._depth - 1))
        return f"a bug of depth {self._depth}: at least 1/({links}{power}) = {chance:.1g} a run, where latencies let it"
