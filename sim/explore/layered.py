"""Records of a system in layers: which layer each is of, and which threads of identity it bears.

A thread is what several layers know one thing by: the id of a client's request, of a run, of a document. The model
says how the fields of what is said name it (`sim.model.Layering`); the engine knows no layer.
"""

from collections.abc import Iterable, Mapping, Sequence

from sim.building import deploy
from sim.explore.telling import Record, homes, names_of
from sim.model import Layering
from sim.scenario.schema import Scenario
from sim.scenario.swarm import drawn_parameters, with_parameters
from sim.world import trace as codes


def layered_of(scenario: Scenario, seed: int) -> "Layered | None":
    """Of a scenario's run under a seed: the layers of its one system; None if it has none."""
    deployments = deploy(with_parameters(scenario, drawn_parameters(scenario, seed)))
    model, system = deployments[0].model, deployments[0].system
    if len(deployments) > 1 or model.layering is None:
        return None
    return Layered(model.layering(system))


class Layered:
    """Tells layers and threads of the records of one run."""

    def __init__(self, layering: Layering) -> None:
        self.layering = layering
        self._homes = homes()
        self._threads: dict[int, tuple[str, ...]] = {}

    def layer(self, record: Record) -> str:
        """The layer in which it happened; empty if it is of none."""
        return self.seat(record).partition("/")[0]

    def layer_of(self, node: str) -> str:
        """The layer that a node is of."""
        return self.layering.seat(node).partition("/")[0]

    def seat(self, record: Record) -> str:
        """Layer and role of whoever it happened to: ``agentflow/worker``; empty if it is of no layer."""
        if not record.node:
            return ""
        said = _inner(record.said)
        return self.layering.seat(record.node, self._homes.get(str(said[0]), ()) if said else ())

    def words(self, record: Record) -> str:
        """The record as a sentence: in the model's own words if it has any."""
        said = record.said if record.code == codes.EMIT else None
        told = self.layering.tell(str(said[0]), self._fields(said)) if said else ""
        return f"{record.node}: {told}" if told else record.words()

    def threads(self, record: Record) -> tuple[str, ...]:
        """What it is about, by all the names that it gives."""
        found = self._threads.get(record.number)
        if found is None:
            found = self._threads[record.number] = tuple(self._told(record))
        return found

    def _told(self, record: Record) -> Iterable[str]:
        if record.code == codes.CALL:
            return self.layering.threads("call", {"verb": record.rest[2], "key": record.rest[3]})
        said = _inner(record.said)
        return self.layering.threads(str(said[0]), self._fields(said)) if said else ()

    def value(self, record: Record, field: str) -> object:
        """A field of what was said; None if it has none of this name."""
        said = _inner(record.said)
        return self._fields(said).get(field) if said else None

    def _fields(self, said: Sequence[object]) -> Mapping[str, object]:
        """What was said by field; a message in it likewise, with its type under the empty name."""
        found: dict[str, object] = {"": said[0]}
        for name, value in zip(names_of(said), said[1:], strict=False):
            if isinstance(value, list) and value and isinstance(value[0], str) and value[0] in self._homes:
                found[name] = self._fields(value)
            else:
                found[name] = value
        return found


def _inner(said: Sequence[object] | None) -> Sequence[object]:
    """What was said; of a call what is inside it."""
    if said is None:
        return ()
    if said[0] in ("Ask", "Answer") and len(said) > 3 and isinstance(said[3], list):
        return said[3]
    return said
