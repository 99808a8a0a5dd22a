"""Who is in which layer of a stack, and what its events say in plain words: for stories and pages."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from string import Formatter
from typing import cast

from models.stack.board import ORDER
from models.stack.deployment import deploy
from models.stack.gauges import Gauge, gauges
from models.stack.layers import Layers
from models.stack.phrases import FIRST, PHRASES
from models.stack.stack_parts import StackParts
from models.stack.stack_settings import StackSettings
from models.stack.threads import Fields, threads_of
from models.stack.wiring import Wiring
from sim import Emitted, System


class StackLayering:
    """Of one stack that was built."""

    check = "layers"

    def __init__(self, system: System) -> None:
        built = system.shared(Layers).systems
        self._steps: dict[tuple[str, str], str] = {}
        self._of: dict[str, list[str]] = {}
        for name in ORDER:
            for node in built[name].servers if name in built else ():
                self._of.setdefault(node, []).append(name)
        self._roles = dict(_roles(system))
        for node in system.servers:
            self._of.setdefault(node, [self._roles[node].partition("/")[0]] if node in self._roles else [])
        there = {layers[0] for layers in self._of.values() if layers}
        self.layers = (*(name for name in ORDER if name in built or name in there), "clients")

    def seat(self, node: str, packages: Sequence[str] = ()) -> str:
        """Layer and role."""
        layers = self._of.get(node)
        if layers is None:
            return "clients"
        said = {package.rpartition(".")[2] for package in packages}
        layer = next((name for name in layers if name in said), layers[0] if layers else "")
        layer_of_role, _, role = self._roles.get(node, "").partition("/")
        return f"{layer}/{role}" if role and layer_of_role == layer else layer

    def gauges(self, emitted: Iterable[Emitted], end_ns: int) -> Mapping[str, Gauge]:
        """How much each layer had to do over time."""
        return gauges(emitted, lambda node: self.seat(node).partition("/")[0], end_ns)

    def threads(self, kind: str, fields: Fields) -> Sequence[str]:
        """Operation, run, document, job: what is about one is said under several of these."""
        self._learn(fields)
        return tuple(dict.fromkeys(threads_of(kind, fields)))

    def _learn(self, fields: Fields) -> None:
        """The names of a run's steps, which are told when they are wanted and not again."""
        inside = fields.get("event")
        if isinstance(inside, Mapping) and inside.get("") == "StepScheduled":
            self._steps[str(fields["run"]), str(inside["id"])] = str(inside["name"])

    def tell(self, kind: str, fields: Fields) -> str:
        """In plain words, if there are any for it."""
        inside, job = fields.get("event"), fields.get("job")
        if isinstance(inside, Mapping):
            kind, fields = f"{kind}.{inside['']}", {**fields, **inside}
        if isinstance(job, Mapping):
            fields = {**job, **fields}
        phrase = PHRASES.get(kind)
        if phrase is None:
            return ""
        shown = {name: self._shown(name, value, str(fields.get("run"))) for name, value in fields.items() if name}
        return phrase.format_map(shown) if all(name in shown for name in _fields(phrase)) else ""

    def _shown(self, name: str, value: object, run: str) -> str:
        if name == "degraded":
            return f" (less than promised: {', '.join(map(str, value))})" if isinstance(value, list) and value else ""
        if isinstance(value, list):
            return " ".join(map(str, value)) or "none"
        known = self._steps.get((run, str(value))) if name in ("step", "id") else None
        return f"{value} ({known})" if known else str(value) or FIRST.get(name, "")


def _fields(phrase: str) -> list[str]:
    """What stands in braces."""
    return [name for _, name, _, _ in Formatter().parse(phrase) if name]


def _roles(system: System) -> Iterator[tuple[str, str]]:
    """What each server is that does one thing alone."""
    settings = cast("StackSettings", system.parameters)
    at = deploy(settings, system.servers)
    wiring = Wiring(settings, at, StackParts())
    layout = wiring.layout
    groups = {
        "smartsearch/broker": layout.brokers,
        "smartsearch/controller": (layout.controller,),
        "smartsearch/database": (layout.database,),
        "smartsearch/embedder": (layout.embedder,),
        "smartsearch/api": (layout.api,),
        "smartsearch/relay": layout.relays,
        "smartsearch/caretaker": (layout.caretaker,),
        "smartsearch/worker": layout.workers,
        "agentflow/decider": at.deciders,
        "agentflow/worker": at.flow_workers,
        "agentflow/notifier": (at.notifier,),
        "veristore/caretaker": (at.caretaker,),
        "serving/engine": at.engines,
        "serving/router": at.routers,
    }
    if at.cluster:
        places = wiring.cluster_places
        groups |= {
            "veriflow/store": (places.store,),
            "veriflow/front": places.apis,
            "veriflow/scheduler": places.schedulers,
            "veriflow/controller": places.controllers,
            "veriflow/checkpoints": (places.checkpoints,),
            "veriflow/agent": places.agents,
            "veriflow/runtime": places.runtimes,
        }
    for role, nodes in groups.items():
        for node in nodes:
            yield node, role


def layering(system: System) -> StackLayering:
    """Of a stack that `build` has built."""
    return StackLayering(system)
