"""The model that scenarios name: `systems: {stack: {model: stack, nodes: 19, parameters: {size: small}}}`."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import cast

from models import agentflow, bft, llm_cache, raft, rfid_moe, smartsearch, tyche, veriflow, veristore
from models.stack.anchor import Anchor
from models.stack.anchors import Organisations
from models.stack.caretaker import ObjectsCaretaker
from models.stack.checkpoint_objects import checkpointing
from models.stack.claim_holder import handing_over
from models.stack.client import VERBS, StackClient
from models.stack.deployment import deploy, experts_of, servers_needed
from models.stack.flow_line import LinedDecider, LinedWorker
from models.stack.front import fronting
from models.stack.gate import Gate
from models.stack.gpu_engine import GpuEngine, on_gpus
from models.stack.group_replica import GroupReplica, NewStore
from models.stack.hosted_store import HostedStore
from models.stack.inference_port import StandInEngine
from models.stack.invariants import CHECKS, LEDGER_CHECKS
from models.stack.landmarks import LANDMARKS
from models.stack.layering import layering
from models.stack.layers import Layers, Make, of_layer
from models.stack.mutants import LEDGER_MUTANTS, MUTANTS
from models.stack.org_replica import replica_of
from models.stack.parts import StoreParts
from models.stack.preload_liveness import preload_liveness
from models.stack.preload_worker import preloading
from models.stack.serving_liveness import serving_liveness
from models.stack.stack_parts import StackParts
from models.stack.stack_settings import OrganisationSettings, StackSettings
from models.stack.wiring import Wiring
from sim import Actor, Model, Mutant, Parameters, System

AGREEMENT = bft.Settings(protocol="pmvba", service="log", reliable=True, durable=True)
"""How organisations agree: by Prioritized-MVBA, over links that repeat, with parties that come back."""


def build(system: System) -> None:
    """Put every server of every layer in its place, and a client on every script."""
    settings = cast("StackSettings", system.parameters)
    parts = StackParts() if system.mutant is None else cast("StackParts", system.mutant.part)
    Assembly(system, Wiring(settings, deploy(settings, system.servers), parts)).assemble()


class Assembly:
    """One stack while it is put together."""

    def __init__(self, system: System, wiring: Wiring) -> None:
        self._system = system
        self._wiring = wiring
        self._settings = wiring.settings
        self._parts = wiring.parts
        self._at = wiring.at
        self._layers = system.shared(Layers).systems

    def assemble(self) -> None:
        """From the bottom up."""
        self._groups()
        self._search()
        self._flow()
        self._cluster()
        self._serving()
        self._experts()
        self._preload()
        self._organisations()
        for script in self._system.scripts:
            self._system.client(script.client, partial(StackClient, self._wiring, script))

    def _groups(self) -> None:
        at, store = self._at, self._settings.store
        self._layers["veristore"] = System("veristore", at.objects, store)
        self._layers["metadata"] = System("metadata", at.metadata, store)
        for names in dict.fromkeys((at.objects, at.metadata)):
            hosts = self._hosted() if names == at.metadata else None
            for name in names:
                self._system.server(name, partial(self._parts.replica, store, names, self._parts.store, hosts))
        self._system.server(at.caretaker, partial(ObjectsCaretaker, at.objects, store))

    def _organisations(self) -> None:
        """A group and an anchor each. The anchors are a group of parties, and a layer."""
        orgs, store = self._at.organisations, self._settings.store
        self._system.shared(Organisations).all = orgs
        for one in orgs:
            self._layers[one.name] = System(one.name, one.servers, store)
            self._system.shared(Layers).callers[one.name] = (one.anchor,)
            for name in one.servers:
                self._system.server(name, partial(replica_of(one), store, one.servers, StoreParts(), None))
            anchor = partial(Anchor, AGREEMENT, one, orgs, store, self._parts.ledger, self._parts.agreement)
            self._system.server(one.anchor, anchor)
        if orgs:
            self._layers["agreement"] = System("agreement", tuple(one.anchor for one in orgs), AGREEMENT)

    def _hosted(self) -> NewStore:
        settings, parts = self._settings, self._parts.flow

        def host(server: Actor, gate: Gate, files: Mapping[str, bytes]) -> HostedStore:
            gate.pace = settings.gather
            return HostedStore(server, gate, files, settings.flow, parts)

        return host

    def _search(self) -> None:
        parts = replace(
            self._parts.search,
            attempt=handing_over(self._wiring),
            api=fronting(self._wiring),
        )
        self._layer("smartsearch", self._at.search, self._wiring.search, parts, smartsearch.MODEL)

    def _serving(self) -> None:
        """Routers and engines, or engines that stand in for them."""
        at, settings = self._at, self._settings
        if settings.inference == "stand_in":
            for name in at.engines:
                self._system.server(name, partial(self._parts.engine, settings, self._parts.places))
            return
        parts = self._parts.serving
        if settings.gpus == "veriflow":
            parts = replace(parts, engine=on_gpus(self._wiring))
        self._layer("serving", (*at.routers, *at.engines), self._wiring.serving, parts, llm_cache.MODEL)

    def _experts(self) -> None:
        """Nodes with experts, if answers are those of a mixture."""
        if self._settings.experts:
            self._layer("experts", self._at.experts, self._settings.mixture, self._parts.mixture, rfid_moe.MODEL)

    def _preload(self) -> None:
        """A serverless layer, whose workers are on GPU nodes of the cluster if there is one."""
        settings, names = self._settings, self._at.preload
        if not names:
            return
        parts = self._parts.preload
        self._layer("preload", names, settings.preload, parts, tyche.MODEL)
        if settings.gpus == "veriflow":
            functions = {entry.name: entry.as_function() for entry in settings.preload.functions}
            worker = partial(preloading(self._wiring), names[0], settings.preload, functions, parts)
            for name in names[1:]:
                self._system.server(name, worker)

    def _cluster(self) -> None:
        """The orchestrator of GPUs, whose checkpoints are objects."""
        if self._settings.gpus == "stand_in":
            return
        wiring, parts = self._wiring, self._parts.cluster
        self._layer("veriflow", self._at.cluster, wiring.cluster, parts, veriflow.MODEL)
        checkpoints = partial(checkpointing(wiring), wiring.cluster, parts)
        self._system.server(wiring.cluster_places.checkpoints, checkpoints)

    def _layer(self, name: str, servers: Sequence[str], parameters: Parameters, parts: object, model: Model) -> None:
        """A layer that is built as its own model says, from these parts."""
        composed = Mutant("composed", "how the parts of a layer are given to its build", (), parts)
        layer = self._layers[name] = System(name, servers, parameters, composed)
        model.build(layer)
        for server, (factory, _) in layer.factories.items():
            self._system.server(server, factory)

    def _flow(self) -> None:
        at, settings = self._at, self._settings
        self._layers["agentflow"] = System(
            "agentflow", (*at.metadata, *at.deciders, *at.flow_workers, at.notifier), settings.flow
        )
        documents = self._parts.documents(self._wiring).program()
        questions = self._parts.questions(self._wiring).program()
        rollouts = self._parts.rollouts(self._wiring).program()
        program = agentflow.Program(
            {**documents.flows, **questions.flows, **rollouts.flows},
            {**documents.activities, **questions.activities, **rollouts.activities},
            rollouts.undos,
        )
        for name in at.deciders:
            self._system.server(name, partial(LinedDecider, at.metadata, settings.flow, self._parts.flow, program))
        for name in at.flow_workers:
            self._system.server(name, partial(self._parts.worker, at.metadata, settings.flow, program))
        self._system.server(at.notifier, partial(agentflow.Service, settings.flow, agentflow.Ledger))


def refuse(parameters: Parameters, servers: int) -> Iterable[tuple[str, str]]:
    """Stacks that so many servers do not make."""
    settings = cast("StackSettings", parameters)
    needed = servers_needed(settings)
    if servers != needed:
        yield "nodes", f"size {settings.size} has {needed} servers, found {servers}"
    if settings.rollouts and settings.inference == "stand_in":
        yield "rollouts", "engines that stand in have one version; expected inference: cache"
    if settings.experts and rfid_moe.MODEL.refuse is not None:
        for name, why in rfid_moe.MODEL.refuse(settings.mixture, experts_of(settings)):
            yield f"mixture.{name}", why


def _roles() -> Mapping[str, Callable[[Mapping[str, Actor]], Iterable[str]]]:
    """Who is what, by layer and role: `role:veristore/leader`."""
    search = {f"smartsearch/{role}": find for role, find in smartsearch.MODEL.roles.items()}
    return {
        **search,
        "veristore/leader": lambda actors: _leaders(actors, hosting=False),
        "metadata/leader": lambda actors: _leaders(actors, hosting=True),
        "veristore/server": lambda actors: [name for name, one in actors.items() if isinstance(one, GroupReplica)],
        "agentflow/decider": _of_kind(LinedDecider),
        "agentflow/worker": _of_kind(LinedWorker),
        "agentflow/notifier": _of_kind(agentflow.Service),
        "veristore/caretaker": _of_kind(ObjectsCaretaker),
        "serving/engine": _of_kind(StandInEngine, llm_cache.Engine),
        "serving/router": _of_kind(llm_cache.Router),
        "serving/hot": _hot,
        **{f"veriflow/{role}": find for role, find in veriflow.MODEL.roles.items()},
        **{f"preload/{role}": find for role, find in tyche.MODEL.roles.items()},
        **{f"experts/{role}": rfid_moe.MODEL.roles[role] for role in ("ledger", "dispatcher", "expert", "hottest")},
        "agreement/anchor": _of_kind(Anchor),
    }


def _of_kind(*kinds: type[Actor]) -> Callable[[Mapping[str, Actor]], list[str]]:
    return lambda actors: [name for name, one in actors.items() if isinstance(one, kinds)]


def _hot(actors: Mapping[str, Actor]) -> Iterable[str]:
    """The engine with most to do, of those that serve."""
    there = {name: one for name, one in actors.items() if not isinstance(one, GpuEngine) or one.is_there}
    return llm_cache.MODEL.roles["hot"](there)


def _leaders(actors: Mapping[str, Actor], *, hosting: bool) -> Iterable[str]:
    """Who leads the group with the objects, or that which hosts the store of runs."""
    group = {name: one for name, one in actors.items() if isinstance(one, GroupReplica)}
    both = len({one.hosts for one in group.values()}) == 1
    return raft.leaders({name: one for name, one in group.items() if both or one.hosts == hosting})


CHECKS_OF_LAYERS = {
    **of_layer("veristore", {**raft.CHECKS, **veristore.object_checks(replicated=True)}, ("metadata",)),
    **of_layer("metadata", raft.CHECKS, ("veristore",)),
    **of_layer("smartsearch", smartsearch.CHECKS),
    **of_layer("agentflow", agentflow.ENGINE_CHECKS),
    **of_layer("veriflow", veriflow.MODEL.checks),
    **of_layer("preload", {**tyche.MODEL.checks, "liveness": preload_liveness}),
    **of_layer("experts", rfid_moe.MODEL.checks),
    **of_layer("serving", {**llm_cache.MODEL.checks, "liveness": serving_liveness}),
}

STACK = Model(
    name="stack",
    about="The full stack: VeriStore and AgentFlow on Raft, SmartSearch, LLM serving, Veriflow, promises end to end",
    build=build,
    parameters=StackSettings,
    verbs=VERBS,
    refuse=refuse,
    checks={**CHECKS_OF_LAYERS, **CHECKS},
    landmarks=LANDMARKS,
    roles=_roles(),
    mutants=MUTANTS,
    layering=layering,
)

NAMES = tuple(f"org-{n}" for n in range(1, 5))


def _of_groups() -> dict[str, Make]:
    """Promises of Raft's groups: each sees its own servers."""
    groups = ("veristore", "metadata", *NAMES)
    found = dict(CHECKS_OF_LAYERS)
    store = {**raft.CHECKS, **veristore.object_checks(replicated=True)}
    for name in groups:
        rivals = tuple(group for group in groups if group != name)
        found |= of_layer(name, raft.CHECKS if name == "metadata" else store, rivals)
    return found


ORGANISATIONS = replace(
    STACK,
    name="models.stack:ORGANISATIONS",
    about="The full stack, and four organisations beside it that agree by Prioritized-MVBA on what each has kept",
    parameters=OrganisationSettings,
    checks={**_of_groups(), **of_layer("agreement", bft.CHECKS), **CHECKS, **LEDGER_CHECKS},
    mutants=LEDGER_MUTANTS,
)
