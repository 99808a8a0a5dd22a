"""The model that scenarios name: `systems: {kv: {model: raft, nodes: 5}}`."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import cast

from models.raft.client import ORDERS, RaftClient
from models.raft.election import CANDIDATE, FOLLOWER, LEADER
from models.raft.invariants import CHECKS
from models.raft.landmarks import LANDMARKS
from models.raft.membership import bootstrap
from models.raft.mutants import MUTANTS
from models.raft.node import RaftNode
from models.raft.parts import Parts
from models.raft.settings import Settings
from sim import Actor, Model, Parameters, System


def build(system: System) -> None:
    """Put a server on every node of the system, and a client on every script."""
    settings = cast("Settings", system.parameters)
    parts = Parts() if system.mutant is None else cast("Parts", system.mutant.part)
    first = bootstrap(system.servers, settings.voters, settings.learners)
    for name in system.servers:
        system.server(name, partial(RaftNode, settings, first, parts))
    for script in system.scripts:
        system.client(script.client, partial(RaftClient, system.servers, script, settings))


def leaders(actors: Mapping[str, Actor]) -> Iterable[str]:
    """Who leads the highest term: an old leader that does not know of its end is not meant."""
    leading = _in_role(LEADER)(actors)
    terms = {name: cast("RaftNode", actors[name]).ballot.term for name in leading}
    return [name for name in leading if terms[name] == max(terms.values())]


def _in_role(role: str) -> Callable[[Mapping[str, Actor]], list[str]]:
    def find(actors: Mapping[str, Actor]) -> list[str]:
        return [name for name, one in actors.items() if isinstance(one, RaftNode) and one.role == role]

    return find


def refuse(parameters: Parameters, servers: int) -> Iterable[tuple[str, str]]:
    """Groups that so many servers cannot form."""
    settings = cast("Settings", parameters)
    voters = servers - settings.learners if settings.voters is None else settings.voters
    if voters < 1:
        yield "learners", f"{settings.learners} of {servers} servers learn: nobody is left to vote"
    elif voters + settings.learners > servers:
        found = f"{voters} voters and {settings.learners} learners"
        yield ("learners" if settings.voters is None else "voters"), f"{found} are more than the {servers} servers"


MODEL = Model(
    name="raft",
    about="Raft: a replicated key-value machine; snapshots, membership change, learners, transfer, lease reads",
    build=build,
    parameters=Settings,
    spec="kv",
    verbs={"get": 0, "put": 1, "cas": 2},
    orders=ORDERS,
    refuse=refuse,
    checks=CHECKS,
    landmarks=LANDMARKS,
    roles={"leader": leaders, "follower": _in_role(FOLLOWER), "candidate": _in_role(CANDIDATE)},
    mutants=MUTANTS,
)
