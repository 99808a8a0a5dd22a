"""A run again with everything written down: the decoded trace, the events, who was in which role, what still flies.

A kept run holds its scenario, its seed and its fingerprint. The page runs it again with the trace on, which gives the
same run: a report never looks at a run while it happens, and never changes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from reports.recording import Flying, RoleChange, RoleWatch, flying_in
from sim.explore.layered import Layered, layered_of
from sim.explore.telling import Record, speak_of
from sim.result import Run
from sim.running import Running
from sim.scenario.loader import Loaded
from sim.world.message import Emitted, Event
from sim.world.trace import decode_records


@dataclass(frozen=True)
class Recording:
    """A run whole. `records` are those of the trace in order, so record number n stands at n - 1.

    `systems` and `zones` name those of each node that has one; `layered` knows the layers, if the model has any.
    """

    loaded: Loaded
    run: Run
    records: tuple[Record, ...]
    emitted: tuple[Emitted, ...]
    roles: tuple[RoleChange, ...]
    flying: tuple[Flying, ...]
    systems: Mapping[str, str]
    zones: Mapping[str, str]
    byzantine: tuple[str, ...]
    layered: Layered | None = None

    @property
    def nodes(self) -> tuple[str, ...]:
        """Servers, then clients."""
        return (*self.run.servers, *self.run.clients)

    def speak(self) -> None:
        """From now on records are told in the words of this run's models."""
        speak_of(self.loaded.scenario)


def record(loaded: Loaded, seed: int) -> Recording:
    """Run a scenario under a seed and keep all of it. ModelCrash if a model raises."""
    running = Running(loaded, seed, keep_trace=True)
    world = running.world
    emitted: list[Emitted] = []
    roles = RoleWatch(loaded, world)
    world.subscribe([Event], emitted.append)
    world.subscribe([Event], roles.look)
    run = running.finish()
    decoded = decode_records(b"".join(run.trace))
    return Recording(
        loaded=loaded,
        run=run,
        records=tuple(Record(number, one[0], one[1], tuple(one[2:])) for number, one in enumerate(decoded, 1)),
        emitted=tuple(emitted),
        roles=tuple(roles.changes),
        flying=tuple(flying_in(world)),
        systems={name: node.system for name, node in world.nodes.items() if node.system},
        zones={name: node.zone for name, node in world.nodes.items() if node.zone},
        byzantine=tuple(world.byzantine),
        layered=layered_of(loaded.scenario, seed),
    )
