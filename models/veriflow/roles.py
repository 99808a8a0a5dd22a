"""Who is what right now, for faults that mean a role."""

from collections.abc import Callable, Mapping

from models.veriflow.agent import Agent
from models.veriflow.api import Api
from models.veriflow.checkpoint import Checkpoints
from models.veriflow.controller import Controller
from models.veriflow.runtime import Runtime
from models.veriflow.scheduler import Scheduler
from models.veriflow.store import Store
from sim import Actor

Actors = Mapping[str, Actor]


def _of(kind: type[Actor]) -> Callable[[Actors], list[str]]:
    def find(actors: Actors) -> list[str]:
        return [name for name, one in actors.items() if isinstance(one, kind)]

    return find


def _scheduler(actors: Actors) -> list[str]:
    return [name for name, one in actors.items() if isinstance(one, Scheduler) and one.elector.leads]


def _controller(actors: Actors) -> list[str]:
    return [name for name, one in actors.items() if isinstance(one, Controller) and one.elector.leads]


def _standby(actors: Actors) -> list[str]:
    loops = {name: one for name, one in actors.items() if isinstance(one, (Scheduler, Controller))}
    return [name for name, one in loops.items() if not one.elector.leads]


def _by_load(actors: Actors) -> list[tuple[int, str, str]]:
    """(running processes, runtime, agent) of each GPU node that is up, busiest last."""
    found = []
    for name, one in actors.items():
        if isinstance(one, Runtime):
            running = sum(process.code is None for process in one.processes.values())
            found.append((running, name, one.agent))
    return sorted(found)


def _busy(actors: Actors) -> list[str]:
    """Both machines of the GPU node that runs most."""
    loads = _by_load(actors)
    return [loads[-1][2], loads[-1][1]] if loads and loads[-1][0] else []


def _idle(actors: Actors) -> list[str]:
    loads = _by_load(actors)
    return [loads[0][2], loads[0][1]] if loads else []


def _host(actors: Actors) -> list[str]:
    """All machines of the oldest attempt that has processes on most nodes."""
    hosts: dict[tuple[int, int], list[str]] = {}
    for name, one in actors.items():
        if isinstance(one, Runtime):
            for key in dict.fromkeys(process.key[:2] for process in one.processes.values() if process.code is None):
                hosts.setdefault(key, []).extend((one.agent, name))
    return max(sorted(hosts.items()), key=lambda found: len(found[1]))[1] if hosts else []


ROLES: Mapping[str, Callable[[Actors], list[str]]] = {
    "leader": _of(Store),
    "store": _of(Store),
    "api": _of(Api),
    "scheduler": _scheduler,
    "controller": _controller,
    "standby": _standby,
    "checkpoints": _of(Checkpoints),
    "agent": _of(Agent),
    "runtime": _of(Runtime),
    "busy": _busy,
    "idle": _idle,
    "host": _host,
}
"""`busy`, `idle` and `host` mean both machines of a GPU node; `host` those of the widest attempt."""
