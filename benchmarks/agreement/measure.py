"""One run of an agreement protocol up to the last honest decision: messages by type, bits, rounds, iterations."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from models.bft.events import AbbaDecided, Drawn, RoundEntered, ViewEntered, Voted, VoteSent
from models.bft.party import Party
from models.bft.sizes import Size
from sim.agreement import Decided, Proposed
from sim.running import Running
from sim.scenario.loader import load_text
from sim.world.message import Emitted
from sim.world.units import MS

BASE = """
version: 1
name: measured
seed: 1
duration: {duration}
settle: {settle}
systems:
  abc: {{model: bft, nodes: {n}, parameters: {{{parameters}}}}}
network: {{latency: {latency}, loopback: {loopback}}}
faults: [{faults}]
limits: {{events: 20000000}}
expect: pass
"""


@dataclass
class Measured:
    """What one run cost. `rounds` is the time of the last honest decision in units of 1 ms since the inputs came."""

    sent: dict[str, int] = field(default_factory=dict)
    decided: dict[str, object] = field(default_factory=dict)
    rounds: int = 0
    rounds_exact: bool = True
    iterations: int = 0
    views: int = 0
    turns: int = 0
    proposer: object = None
    committee: tuple[str, ...] = ()
    latency_ns: int = 0
    size: Size = field(default_factory=Size)

    @property
    def messages(self) -> int:
        """All types together."""
        return sum(self.sent.values())


class Gauge:
    """Watches one run under way, and halts it when the last honest party has decided."""

    def __init__(self, running: Running, wanted: int) -> None:
        self.found = Measured()
        self._running = running
        self._wanted = wanted
        self._inputs_ns = 0
        world = running.world
        world.subscribe([Decided], self._decided)
        world.subscribe([Proposed, Drawn, Voted, ViewEntered, RoundEntered, VoteSent, AbbaDecided], self._noted)

    def honest(self) -> list[str]:
        """The parties that are not corrupt."""
        world = self._running.world
        return [name for name, node in world.nodes.items() if not node.is_client and name not in world.byzantine]

    def _decided(self, emitted: Emitted) -> None:
        event, world, found = emitted.event, self._running.world, self.found
        assert isinstance(event, Decided), "this one is watched"
        root = event.instance[0] if isinstance(event.instance, tuple) else event.instance
        if root != "1" or emitted.node in world.byzantine:
            return
        found.decided[f"{emitted.node} {event.instance!r}"] = event.value
        found.proposer = event.view
        if len(found.decided) >= len(self.honest()) * self._wanted:
            found.latency_ns = world.now - self._inputs_ns
            found.rounds, rest = divmod(found.latency_ns, MS)
            found.rounds_exact = rest == 0
            world.halt()

    def _noted(self, emitted: Emitted) -> None:
        event, found = emitted.event, self.found
        if emitted.node in self._running.world.byzantine:
            return
        if isinstance(event, Proposed):
            self._inputs_ns = max(self._inputs_ns, emitted.t_ns)
        elif isinstance(event, Drawn) and event.what == "committee":
            found.committee = event.names
        elif isinstance(event, Voted):
            found.iterations = max(found.iterations, event.round + 1)
        elif isinstance(event, ViewEntered):
            found.views = max(found.views, event.round)
        elif isinstance(event, (RoundEntered, VoteSent, AbbaDecided)):
            found.turns = max(found.turns, event.round)


def measure(
    n: int,
    parameters: Mapping[str, object],
    seed: int = 1,
    faults: str = "",
    latency: str = "1ms",
    loopback: str = "1ms",
    duration: str = "100s",
    settle: str = "0s",
) -> Measured:
    """Run until the last honest party has decided instance 1, and count what the honest sent up to that handler."""
    shown = ", ".join(f"{name}: {str(value).lower()}" for name, value in parameters.items())
    text = BASE.format(
        n=n, parameters=shown, faults=faults, latency=latency, loopback=loopback, duration=duration, settle=settle
    )
    running = Running(load_text(text), seed, keep_trace=False)
    gauge = Gauge(running, n if parameters.get("protocol") == "consistent" else 1)
    running.finish()
    for name in gauge.honest():
        party = cast("Party | None", running.world.nodes[name].actor)
        if party is None:
            continue
        gauge.found.size += party.size
        for kind, count in party.sent.items():
            gauge.found.sent[kind] = gauge.found.sent.get(kind, 0) + count
    return gauge.found
