"""What the engine knows of a model: how to build it, what clients may ask of it, what must hold, how it can be wrong.

A model is one value, `MODEL = Model(...)`. The engine finds it by name: `raft` is `models.raft.MODEL`,
`pkg.mod:NAME` is the user's own, and the entry points of the group `seedstorm.models` are third parties'.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import entry_points
from typing import Protocol, TypeVar, cast

import pydantic

from sim.checks.check import Check
from sim.checks.invariants import Landmark
from sim.world.actor import Actor
from sim.world.message import Emitted
from sim.world.script import Script

S = TypeVar("S")

Factory = Callable[[], Actor]
Roles = Mapping[str, Callable[[Mapping[str, Actor]], Iterable[str]]]


class Parameters(pydantic.BaseModel):
    """Base of a model's parameters: frozen, and unknown names are errors. Fields take `sim.Duration` and its kin."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True)
class Mutant:
    """A known bug planted into a model: one changed method, the promise it breaks, and where it was seen.

    `part` is the model's own word for what is replaced. `breaks` names the checks that may find it, strongest first;
    `recipe` is the scenario that finds it within `seeds` seeds.
    """

    name: str
    about: str
    breaks: tuple[str, ...]
    part: object
    seen: str = ""
    recipe: str = ""
    seeds: int = 20


class System:
    """One deployment of a model in a scenario, as its `build` sees it.

    `servers` are the names to give the nodes, in order. `build` calls `server` once for each and `client` once for each
    script; a factory is called anew for every incarnation.
    """

    def __init__(
        self,
        name: str,
        servers: Sequence[str],
        parameters: Parameters,
        mutant: Mutant | None = None,
        scripts: Sequence[Script] = (),
    ) -> None:
        self.name = name
        self.servers = tuple(servers)
        self.parameters = parameters
        self.mutant = mutant
        self.scripts = tuple(scripts)
        self.factories: dict[str, tuple[Factory, bool]] = {}
        self._shared: dict[type, object] = {}

    @property
    def size(self) -> int:
        """How many servers."""
        return len(self.servers)

    def server(self, name: str, factory: Factory) -> None:
        """Put a server on the node `name`."""
        assert name in self.servers, f"{name!r} is none of the servers {', '.join(self.servers)}"
        self.factories[name] = (factory, False)

    def client(self, name: str, factory: Factory) -> None:
        """Put a client on the node `name`."""
        self.factories[name] = (factory, True)

    def shared(self, kind: type[S]) -> S:
        """The one `kind()` of this run, for checks that fold the same events into the same state."""
        return cast("S", self._shared.setdefault(kind, kind()))


class Layering(Protocol):
    """What a model with layers says of one deployment, for stories and pages: nothing is decided by it."""

    @property
    def layers(self) -> Sequence[str]:
        """Their names from the bottom up."""
        ...

    @property
    def check(self) -> str:
        """The check whose verdict says which layer broke its promises first."""
        ...

    def seat(self, node: str, packages: Sequence[str] = ()) -> str:
        """Layer and role of a node: ``agentflow/worker``; empty if it is of none.

        Of a node with parts of several layers, the layer whose package is among those that the thing said is from.
        """
        ...

    def threads(self, kind: str, fields: Mapping[str, object]) -> Sequence[str]:
        """What a message or event is about, such as the id of a run, and what that belongs to; nothing for most.

        Of a client's call (`kind` call) there are the fields verb and key. It is asked of all records in order.
        """
        ...

    def gauges(self, emitted: Iterable[Emitted], end_ns: int) -> Mapping[str, tuple[str, list[tuple[int, int]]]]:
        """Layer -> what is counted in it, and its course: (time in ns, value from then on)."""
        ...

    def tell(self, kind: str, fields: Mapping[str, object]) -> str:
        """An event in plain words that its node is the subject of; empty to have it told by its fields."""
        ...


@dataclass(frozen=True)
class Model:
    """A model.

    name, about: what `sim list --models` says. parameters: the pydantic class its scenario parameters are checked by.
    build: puts servers and clients on nodes. spec: the object its history is checked against, None if it has none.
    verbs: what a workload may ask, with how many literal arguments besides the key; orders: likewise for an operator's
    orders, which are given only where a workload names them and stand in no history. checks: promises that are always
    checked, each made anew for every run. landmarks: what `sometimes` can ask for. roles: who is what right now, from
    the actors that are up, by node name. mutants: known bugs. refuse: (parameter, what is wrong with it) for so
    many servers, beyond what the class can see. layering: of a system that `build` has built, who is in which layer.
    """

    name: str
    about: str
    build: Callable[[System], None]
    parameters: type[Parameters] = Parameters
    spec: str | None = None
    verbs: Mapping[str, int] = field(default_factory=dict)
    orders: Mapping[str, int] = field(default_factory=dict)
    checks: Mapping[str, Callable[[System], Check]] = field(default_factory=dict)
    landmarks: Mapping[str, Landmark] = field(default_factory=dict)
    roles: Roles = field(default_factory=dict)
    mutants: Mapping[str, Mutant] = field(default_factory=dict)
    refuse: Callable[[Parameters, int], Iterable[tuple[str, str]]] = lambda _, __: ()
    layering: Callable[[System], Layering] | None = None

    @property
    def words(self) -> Mapping[str, int]:
        """All that a workload may name: verbs and orders."""
        return {**self.verbs, **self.orders}


class UnknownModel(LookupError):
    """No model has this name. `known` are the names there are; `reason` says more where more is known."""

    def __init__(self, name: str, known: Sequence[str], reason: str = "") -> None:
        super().__init__(f"no model named {name!r}" + (f": {reason}" if reason else ""))
        self.name = name
        self.known = tuple(known)
        self.reason = reason


@cache
def model_names() -> list[str]:
    """The names of the models of this installation, sorted; a user's own `pkg.mod:NAME` is not among them."""
    ours = [name for name in _packages() if hasattr(importlib.import_module(f"models.{name}"), "MODEL")]
    theirs = [point.name for point in entry_points(group="seedstorm.models")]
    return sorted({*ours, *theirs})


def _packages() -> list[str]:
    """What stands in the folder of models; a package without a MODEL is a room that several of them share."""
    models = importlib.import_module("models")
    return [module.name for module in pkgutil.iter_modules(models.__path__) if module.ispkg]


@cache
def find_model(name: str) -> Model:
    """The model of this name; UnknownModel if there is none."""
    if ":" in name:
        module, _, attribute = name.partition(":")
        return _load(name, module, attribute)
    for point in entry_points(group="seedstorm.models"):
        if point.name == name:
            return _load(name, point.module, point.attr)
    if name not in _packages():
        raise UnknownModel(name, model_names())
    return _load(name, f"models.{name}", "MODEL")


def _load(name: str, module: str, attribute: str) -> Model:
    try:
        found = getattr(importlib.import_module(module), attribute or "MODEL", None)
    except ModuleNotFoundError as error:
        if error.name is None or not module.startswith(error.name):
            raise  # the model's own module misses something it imports: that is its author's to see
        raise UnknownModel(name, model_names(), f"there is no module {error.name!r} on the path") from error
    if not isinstance(found, Model):
        said = "has no such name" if found is None else f"holds a {type(found).__name__} there, not a Model"
        raise UnknownModel(name, model_names(), f"module {module!r} {said}")
    return found
