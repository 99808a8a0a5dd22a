"""The layers of a system as bands: how much happens in each, what it has to do, and whether it kept its promises."""

from dataclasses import dataclass

from reports.page.clock import ticks
from reports.page.recording import Recording
from reports.page.series import BUCKETS
from reports.page.text import visible
from sim.explore.layered import Layered
from sim.world import trace as codes

POINTS_MAX = 1500
"""Changes of a layer's number; of more, every so many are kept, and the last."""


@dataclass(frozen=True)
class LayerBand:
    """A layer. `acts` are records of its nodes in stretches of `width` ticks; `at` and `value` the course of `counted`.

    `counted` is empty if its model counts nothing of it. `said` is whether it kept its promises, if anybody judged.
    """

    name: str
    width: int
    acts: list[int]
    counted: str
    at: list[int]
    value: list[int]
    said: str
    broke: bool


def layers_of(recording: Recording) -> list[LayerBand]:
    """The layers that have nodes, from the clients down; none of a system without layers."""
    layered = recording.layered
    if layered is None:
        return []
    width = max(1, -(-ticks(recording.run.virtual_ns) // BUCKETS))
    acts = _acts(recording, layered, width)
    gauges = layered.layering.gauges(recording.emitted, recording.run.virtual_ns)
    said = _said(recording, layered)
    bands = []
    for name in reversed(layered.layering.layers):
        if name not in acts:
            continue
        counted, course = gauges.get(name, ("", []))
        if name == "clients":
            counted, course = "open operations", _open_operations(recording)
        kept = said.get(name, "")
        at, value = _thinned([(ticks(t_ns), number) for t_ns, number in course])
        broke = bool(kept) and not kept.startswith("kept")
        bands.append(LayerBand(visible(name, 40), width, acts[name], counted, at, value, visible(kept, 300), broke))
    return bands


def _acts(recording: Recording, layered: Layered, width: int) -> dict[str, list[int]]:
    """How many messages came to nodes of each layer, and events happened there, in each stretch of time."""
    size = ticks(recording.run.virtual_ns) // width + 1
    found = {layered.layer_of(name): [0] * size for name in recording.nodes}
    found.pop("", None)
    for one in recording.records:
        if one.code in (codes.DELIVER, codes.EMIT):
            counts = found.get(layered.layer(one))
            if counts is not None:
                counts[ticks(one.t_ns) // width] += 1
    return found


def _said(recording: Recording, layered: Layered) -> dict[str, str]:
    """Layer -> what its line in the verdict says of it."""
    verdict = next((one for one in recording.run.checks if one.check == layered.layering.check), None)
    lines = () if verdict is None else verdict.because
    return {name: rest for name, _, rest in (line.partition(" ") for line in lines)}


def _open_operations(recording: Recording) -> list[tuple[int, int]]:
    """How many operations of clients were under way."""
    changes = [(op.call_ns, 1) for op in recording.run.history]
    changes += [(op.ret_ns, -1) for op in recording.run.history if op.ret_ns is not None]
    course, now = [], 0
    for t_ns, change in sorted(changes):
        now += change
        course.append((t_ns, now))
    return course


def _thinned(course: list[tuple[int, int]]) -> tuple[list[int], list[int]]:
    step = max(1, -(-len(course) // POINTS_MAX))
    kept = course if step == 1 else [*course[:-1:step], course[-1]]
    return [at for at, _ in kept], [value for _, value in kept]
