"""The nodes of a run: what they are, when they were up, and which faults were on them."""

from dataclasses import dataclass
from typing import cast

from reports.page.clock import ticks
from reports.page.recording import Recording
from reports.page.text import visible
from sim.scenario.yaml_text import Data
from sim.scenario.yaml_writer import flow
from sim.world import trace as codes


@dataclass(frozen=True)
class Gap:
    """A stretch (ticks) in which a node was down or paused; `why` says how it fell."""

    since: int
    until: int
    why: str


@dataclass(frozen=True)
class Lane:
    """A node. `gaps` are the stretches in which it did nothing; `starts` the times at which it began again.

    `layer` and `part` say where it is in a system of layers, and as what; empty if there are none.
    """

    name: str
    client: bool
    system: str
    zone: str
    byzantine: bool
    gaps: list[Gap]
    starts: list[int]
    layer: str = ""
    part: str = ""


@dataclass(frozen=True)
class FaultBar:
    """A fault on the lanes of its targets (numbers of nodes); skipped ones have none, and a reason."""

    id: str
    kind: str
    since: int
    until: int
    nodes: list[int]
    effect: str
    written: str
    skipped: bool = False


def lanes_of(recording: Recording) -> list[Lane]:
    """Servers, then clients."""
    run, end = recording.run, recording.run.virtual_ns
    gaps, starts = _lives(recording, end)
    systems, zones = recording.systems, recording.zones
    several = len(set(systems.values())) > 1
    return [
        Lane(
            visible(name, 60),
            name in run.clients,
            visible(systems.get(name, ""), 40) if several else "",
            visible(zones.get(name, ""), 40),
            name in recording.byzantine,
            gaps.get(name, []),
            starts.get(name, []),
            *_seat(recording, name),
        )
        for name in recording.nodes
    ]


def _seat(recording: Recording, name: str) -> tuple[str, str]:
    """Layer and part of a node."""
    layer, _, part = ("" if recording.layered is None else recording.layered.layering.seat(name)).partition("/")
    return visible(layer, 40), visible(part, 40)


def _lives(recording: Recording, end: int) -> tuple[dict[str, list[Gap]], dict[str, list[int]]]:
    gaps: dict[str, list[Gap]] = {}
    starts: dict[str, list[int]] = {}
    since: dict[str, tuple[int, str]] = {}
    for one in recording.records:
        if one.code != codes.NODE:
            continue
        name, incarnation, what = str(one.rest[0]), int(one.rest[1]), str(one.rest[2])
        if what in ("start", "resume"):
            if name in since:
                began, why = since.pop(name)
                gaps.setdefault(name, []).append(Gap(ticks(began), ticks(one.t_ns), why))
            if what == "start" and incarnation > 1:
                starts.setdefault(name, []).append(ticks(one.t_ns))
        elif name not in since or what != "pause":
            since[name] = (one.t_ns, visible(what, 60))
    for name, (began, why) in since.items():
        gaps.setdefault(name, []).append(Gap(ticks(began), ticks(end), why))
    return gaps, starts


def faults_of(recording: Recording) -> list[FaultBar]:
    """The faults that fired, then those that found no target."""
    place = {name: number for number, name in enumerate(recording.nodes)}
    run = recording.run
    fired = [
        FaultBar(
            visible(one.id, 60),
            one.kind,
            ticks(one.inject_ns),
            ticks(run.virtual_ns if one.heal_ns is None else one.heal_ns),
            sorted({place[name] for name in one.targets if name in place}),
            visible(one.effect),
            visible(flow(cast("Data", one.written))),
        )
        for one in run.fired
    ]
    skipped = [
        FaultBar(visible(one.id, 60), one.kind, at, at, [], visible(one.reason), "", skipped=True)
        for one in run.skipped
        for at in [ticks(one.at_ns)]
    ]
    return fired + skipped
