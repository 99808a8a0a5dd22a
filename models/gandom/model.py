"""The model that scenarios name: `systems: {bakery: {model: gandom, nodes: 7}}`."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import cast

from models.gandom.admin import Admin
from models.gandom.client import VERBS, BakeryClient
from models.gandom.invariants import CHECKS
from models.gandom.landmarks import LANDMARKS
from models.gandom.mutants import MUTANTS
from models.gandom.parts import Parts
from models.gandom.places import places_of, sites_among
from models.gandom.provider import Provider
from models.gandom.scanner import Scanner
from models.gandom.settings import Settings
from models.gandom.site import Site
from sim import Actor, Model, Parameters, System

SITES_MIN = 2


def build(system: System) -> None:
    """Put the office, the storefronts, the provider, tabs and scanners on nodes, and a client on every script."""
    settings = cast("Settings", system.parameters)
    parts = Parts() if system.mutant is None else cast("Parts", system.mutant.part)
    places = places_of(system.servers, settings)
    for name in places.sites:
        system.server(name, partial(Site, settings, places, parts))
    system.server(places.provider, partial(Provider, settings))
    for name in places.admins:
        system.server(name, partial(parts.admin, settings, places.sites))
    for name in places.scanners:
        system.server(name, partial(Scanner, settings, places.office))
    for number, script in enumerate(system.scripts):
        system.client(script.client, partial(BakeryClient, places, script, settings, number))


def _office(actors: Mapping[str, Actor]) -> list[str]:
    return [name for name, one in actors.items() if isinstance(one, Site) and one.sites[0] == name]


def _shops(actors: Mapping[str, Actor]) -> list[str]:
    return [name for name, one in actors.items() if isinstance(one, Site) and one.sites[0] != name]


def _of_kind(kind: type[Actor]) -> Callable[[Mapping[str, Actor]], list[str]]:
    def find(actors: Mapping[str, Actor]) -> list[str]:
        return [name for name, one in actors.items() if isinstance(one, kind)]

    return find


def refuse(parameters: Parameters, servers: int) -> Iterable[tuple[str, str]]:
    """Bakeries that so many servers cannot be."""
    settings = cast("Settings", parameters)
    sites = sites_among(servers, settings)
    if sites < SITES_MIN:
        others = f"a provider, {settings.admins} admins and {settings.scanners} scanners"
        yield "admins", f"{others} leave {max(0, sites)} of {servers} servers; office and storefront need {SITES_MIN}"
    if settings.webhook_lost and not settings.poll:
        yield "webhook_lost", "some webhooks never come, and with poll: 0s nobody asks: orders would wait for ever"
    if settings.contact <= settings.sync:
        yield "contact", "expected more than sync, or sites are out of touch between two rounds"


MODEL = Model(
    name="gandom",
    about="Gandom Bakery: storefronts and office with one stock, payments, webhooks, admins' tabs, scanners",
    build=build,
    parameters=Settings,
    verbs=VERBS,
    refuse=refuse,
    checks=CHECKS,
    landmarks=LANDMARKS,
    roles={
        "leader": _office,
        "office": _office,
        "shop": _shops,
        "provider": _of_kind(Provider),
        "admin": _of_kind(Admin),
        "scanner": _of_kind(Scanner),
    },
    mutants=MUTANTS,
)
