"""A run again with everything written down: the decoded trace, the events, who was in which role, what still flies.

A kept run holds its scenario, its seed and its fingerprint. The page runs it again with the trace on, which gives the
same run: a report never looks at a run while it happens, and never changes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sim.explore.telling import Record, speak_of
from sim.model import find_model
from sim.result import Run
from sim.running import Running
from sim.scenario.loader import Loaded
from sim.world.actor import Actor
from sim.world.message import Emitted, Event, Message
from sim.world.network import arrive
from sim.world.trace import decode_records
from sim.world.world import World


@dataclass(frozen=True)
class RoleChange:
    """From `t_ns` on a node is in a role of its model; empty for none."""

    t_ns: int
    node: str
    role: str


@dataclass(frozen=True)
class Flying:
    """A message that was on its way when the run ended."""

    source: str
    target: str
    sent_ns: int
    cause: int
    message: Message


@dataclass(frozen=True)
class Recording:
    """A run whole. `records` are those of the trace in order, so record number n stands at n - 1.

    `systems` and `zones` name those of each node that has one.
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

    @property
    def nodes(self) -> tuple[str, ...]:
        """Servers, then clients."""
        return (*self.run.servers, *self.run.clients)


def record(loaded: Loaded, seed: int) -> Recording:
    """Run a scenario under a seed and keep all of it. ModelCrash if a model raises."""
    running = Running(loaded, seed, keep_trace=True)
    world = running.world
    emitted: list[Emitted] = []
    roles = _Roles(loaded, world)
    world.subscribe([Event], emitted.append)
    world.subscribe([Event], roles.look)
    run = running.finish()
    speak_of(loaded.scenario)
    decoded = decode_records(b"".join(run.trace))
    return Recording(
        loaded=loaded,
        run=run,
        records=tuple(Record(number, one[0], one[1], tuple(one[2:])) for number, one in enumerate(decoded, 1)),
        emitted=tuple(emitted),
        roles=tuple(roles.changes),
        flying=tuple(_flying(world)),
        systems={name: node.system for name, node in world.nodes.items() if node.system},
        zones={name: node.zone for name, node in world.nodes.items() if node.zone},
        byzantine=tuple(world.byzantine),
    )


_OFTEN = 300
"""From so many events of a kind on only every so many of them are a reason to look at roles again."""
_EVERY = 40


class _Roles:
    """Who is in which role, looked at when somebody emits something: at each rare event, and at some of the others."""

    def __init__(self, loaded: Loaded, world: World) -> None:
        self.changes: list[RoleChange] = []
        self._seen: dict[type[Event], int] = {}
        self._world = world
        self._roles = {name: find_model(entry.model).roles for name, entry in loaded.scenario.systems.items()}
        self._last: dict[str, str] = {}
        self._servers: dict[str, tuple[str, ...]] = {}

    def look(self, emitted: Emitted) -> None:
        """Compare the roles in the system of this node with what they were."""
        kind = type(emitted.event)
        self._seen[kind] = seen = self._seen.get(kind, 0) + 1
        if seen > _OFTEN and seen % _EVERY:
            return
        system = self._world.nodes[emitted.node].system
        roles = self._roles.get(system)
        if not roles:
            return
        live = self._live(system)
        now: dict[str, str] = {}
        for role, who in roles.items():
            now.update(dict.fromkeys(who(live), role))
        for name in self._servers[system]:
            role = now.get(name, "")
            if self._last.get(name, "") != role:
                self._last[name] = role
                self.changes.append(RoleChange(emitted.t_ns, name, role))

    def _live(self, system: str) -> Mapping[str, Actor]:
        world = self._world
        if system not in self._servers:
            self._servers[system] = tuple(
                name for name, node in world.nodes.items() if node.system == system and not node.is_client
            )
        actors = ((name, world.nodes[name].actor) for name in self._servers[system])
        return {name: actor for name, actor in actors if actor is not None}


def _flying(world: World) -> list[Flying]:
    """The messages in the queue of events, in order of arrival, then those that wait before paused nodes."""
    queued = [entry for entry in sorted(world.kernel._queue, key=lambda one: one[:3]) if entry[3] is arrive]
    waiting = [packet for node in world.nodes.values() for act, packet in node._backlog if act is arrive]
    return [Flying(one[4].source, one[4].target, one[6], one[7], one[5]) for one in (*queued, *waiting)]
