"""A run again, with everything written down: what was emitted, each record of the trace, what was still under way.

A Run keeps what its verdict rests on and not the trace. Whoever asks for messages or events gets the seed run again,
once, which gives the same; that it did is compared by fingerprint.
"""

import sys
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sim.model import find_model
from sim.result import Run
from sim.running import Running
from sim.scenario.loader import Loaded
from sim.world.actor import Actor
from sim.world.message import Emitted, Event, Message
from sim.world.network import arrive
from sim.world.world import World


@dataclass(frozen=True)
class Flying:
    """A message that was still on its way when the run ended."""

    source: str
    target: str
    sent_ns: int
    cause: int
    message: Message


@dataclass(frozen=True)
class RoleChange:
    """From `t_ns` on a node is in a role of its model's; empty for none."""

    t_ns: int
    node: str
    role: str


@dataclass(frozen=True)
class Recording:
    """All that happened in a run. `records` are those of the trace, decoded, in order; `emitted` the events in them."""

    records: tuple[list[Any], ...]
    emitted: tuple[Emitted, ...]
    flying: tuple[Flying, ...]
    roles: tuple[RoleChange, ...]


class NotRecordable(Exception):
    """A run that cannot be run again, or comes out differently; the message says why."""


_KEPT: dict[int, Recording] = {}


def recording_of(run: Run) -> Recording:
    """The recording of a run, made when first asked for; it lives as long as the run does."""
    found = _KEPT.get(id(run))
    if found is None:
        if run.loaded is None:
            raise NotRecordable(f"{run.scenario} seed {run.seed} does not know its scenario, so it cannot run again")
        sys.stderr.write(f"{run.scenario} seed {run.seed} runs again, with everything recorded\n")
        found = _record(run, run.loaded)
        _KEPT[id(run)] = found
        weakref.finalize(run, _KEPT.pop, id(run), None)
    return found


def _record(run: Run, loaded: Loaded) -> Recording:
    running = Running(loaded, run.seed, keep_trace=True)
    world = running.world
    emitted: list[Emitted] = []
    watch = RoleWatch(loaded, world)
    world.subscribe([Event], emitted.append)
    world.subscribe([Event], watch.look)
    again = running.finish()
    if again.fingerprint != run.fingerprint:
        said = "the code has changed since, or the run depends on more than its seed (sim doctor finds it)"
        raise NotRecordable(f"{run.scenario} seed {run.seed} came out differently when it ran again: {said}")
    return Recording(tuple(world.trace.records()), tuple(emitted), tuple(flying_in(world)), tuple(watch.changes))


_OFTEN = 300
"""From so many events of a kind on, only every so many of them are a reason to look at roles again."""
_EVERY = 40


class RoleWatch:
    """Who is in which role, looked at when somebody emits something: at each rare event, and at some of the others.

    A role of something (``only:0/3``: who has the only copy of an expert) is for selectors, there are hundreds, and
    is not looked at.
    """

    def __init__(self, loaded: Loaded, world: World) -> None:
        self.changes: list[RoleChange] = []
        self._seen: dict[type[Event], int] = {}
        self._world = world
        self._models = {
            name: {role: who for role, who in find_model(entry.model).roles.items() if ":" not in role}
            for name, entry in loaded.scenario.systems.items()
        }
        self._servers = {
            system: tuple(name for name, node in world.nodes.items() if node.system == system and not node.is_client)
            for system in self._models
        }
        self._last: dict[str, str] = {}

    def look(self, emitted: Emitted) -> None:
        """Compare the roles of the system that this one is of with what they were."""
        kind = type(emitted.event)
        self._seen[kind] = seen = self._seen.get(kind, 0) + 1
        if seen > _OFTEN and seen % _EVERY:
            return
        system = self._world.nodes[emitted.node].system
        roles = self._models.get(system)
        if not roles:
            return
        live = self._live(system)
        now = {name: role for role, who in roles.items() for name in who(live)}
        for name in self._servers[system]:
            role = now.get(name, "")
            if self._last.get(name) != role:
                self._last[name] = role
                self.changes.append(RoleChange(emitted.t_ns, name, role))

    def _live(self, system: str) -> Mapping[str, Actor]:
        actors = ((name, self._world.nodes[name].actor) for name in self._servers[system])
        return {name: actor for name, actor in actors if actor is not None}


def flying_in(world: World) -> list[Flying]:
    """What the queue of events holds of messages, in order of arrival, then what waits before paused nodes."""
    queued = [entry for entry in sorted(world.kernel._queue, key=lambda one: one[:3]) if entry[3] is arrive]
    waiting = [packet for node in world.nodes.values() for act, packet in node._backlog if act is arrive]
    return [Flying(one[4].source, one[4].target, one[6], one[7], one[5]) for one in (*queued, *waiting)]
