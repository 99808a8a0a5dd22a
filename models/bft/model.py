"""The model that scenarios name: `systems: {abc: {model: bft, nodes: 4}}`."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import cast

from models.bft.ckps import Ckps
from models.bft.client import LogClient
from models.bft.environment import Environment
from models.bft.invariants import CHECKS
from models.bft.landmarks import LANDMARKS
from models.bft.mutants import MUTANTS
from models.bft.parts import Parts
from models.bft.party import Party
from models.bft.pmvba import Pmvba
from models.bft.settings import Settings, unfit
from models.bft.views import Views
from sim import Actor, Model, Parameters, System


def build(system: System) -> None:
    """Put a party on every node, a client on every script, and the environment beside them."""
    settings = cast("Settings", system.parameters)
    parts = Parts() if system.mutant is None else cast("Parts", system.mutant.part)
    for name in system.servers:
        system.server(name, partial(Party, settings, system.servers, parts))
    for script in system.scripts:
        system.client(script.client, partial(LogClient, system.servers, script, settings))
    if settings.service == "agreement":
        prefix = system.servers[0].rpartition("/")[0]
        name = f"{prefix}/environment" if prefix else "environment"
        system.client(name, partial(Environment, system.servers, settings))


def leaders(actors: Mapping[str, Actor]) -> Iterable[str]:
    """Whom a coin has chosen last: the elected leader of a view, or the candidate that is being voted on."""
    found: dict[str, None] = {}
    for actor in actors.values():
        if isinstance(actor, Party):
            found.update(dict.fromkeys(_chosen(actor)))
    return found


def _chosen(party: Party) -> list[str]:
    roots = [root for path, root in party.protocols() if "/" not in path]
    elected = [root.leaders[max(root.leaders)] for root in roots if isinstance(root, Views) and root.leaders]
    loops = [root.candidates for root in roots if isinstance(root, (Ckps, Pmvba))]
    first = [loop.order[max(loop.round, 0)] for loop in loops if loop.order]
    return elected + first


def refuse(parameters: Parameters, nodes: int) -> Iterable[tuple[str, str]]:
    """What is wrong with so many parties under these parameters."""
    problem = unfit(cast("Settings", parameters), nodes)
    return () if problem is None else (("nodes", problem),)


MODEL = Model(
    name="bft",
    about="Asynchronous Byzantine agreement: broadcasts, coins, binary, CKPS01, VABA, sMVBA, Prioritized-MVBA",
    build=build,
    parameters=Settings,
    spec="kv",
    verbs={"get": 0, "put": 1, "cas": 2},
    checks=CHECKS,
    landmarks=LANDMARKS,
    roles={"leader": leaders},
    mutants=MUTANTS,
    refuse=refuse,
)
