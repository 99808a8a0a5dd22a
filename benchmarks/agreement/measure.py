"""One run of an agreement protocol up to the last honest decision: messages by type, bits, rounds, iterations."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from models.bft.events import AbbaDecided, RoundEntered, ViewEntered, Voted, VoteSent
from models.bft.party import Party
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

    @property
    def messages(self) -> int:
        """All types together."""
        return sum(self.sent.values())


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
    found, inputs = Measured(), [0]

    def honest() -> list[str]:
        corrupt = running.world.byzantine
        return [name for name, node in running.world.nodes.items() if not node.is_client and name not in corrupt]

    def decided(emitted: Emitted) -> None:
        event = emitted.event
        assert isinstance(event, Decided)
        if emitted.node in running.world.byzantine:
            return
        if event.instance == "1" or (isinstance(event.instance, tuple) and event.instance[0] == "1"):
            found.decided[f"{emitted.node} {event.instance}"] = event.value
            found.proposer = event.view
            if len(found.decided) >= wanted(len(honest())):
                found.rounds, rest = divmod(running.world.now - inputs[0], MS)
                found.rounds_exact = rest == 0
                running.world.halt()

    def wanted(count: int) -> int:
        word = str(parameters.get("protocol", "pmvba"))
        return count * n if word == "consistent" else count

    def noted(emitted: Emitted) -> None:
        event = emitted.event
        if emitted.node in running.world.byzantine:
            return
        if isinstance(event, Proposed):
            inputs[0] = max(inputs[0], emitted.t_ns)
        elif isinstance(event, Voted):
            found.iterations = max(found.iterations, event.round + 1)
        elif isinstance(event, ViewEntered):
            found.views = max(found.views, event.round)
        elif isinstance(event, (RoundEntered, VoteSent, AbbaDecided)):
            found.turns = max(found.turns, event.round)

    running.world.subscribe([Decided], decided)
    running.world.subscribe([Proposed, Voted, ViewEntered, RoundEntered, VoteSent, AbbaDecided], noted)
    running.finish()
    for name in honest():
        party = cast("Party | None", running.world.nodes[name].actor)
        for kind, count in ({} if party is None else party.sent).items():
            found.sent[kind] = found.sent.get(kind, 0) + count
    return found
