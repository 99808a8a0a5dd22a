"""Known bugs of single layers, planted into the whole stack: the verdict has to name the layer.

Each is the layer's own mutant, found by the layer's own promise. Names have the layer in front.
"""

from collections.abc import Mapping
from typing import cast

from models import agentflow, raft, smartsearch, veristore
from models.stack.parts import StoreParts
from models.stack.stack_parts import StackParts
from sim import Mutant

RECIPE = "scenarios/stack/mutants/layers.yaml"


def _planted(layer: str, names: tuple[str, ...], known: Mapping[str, Mutant]) -> list[Mutant]:
    return [_of(layer, known[name]) for name in names]


def _of(layer: str, bug: Mutant) -> Mutant:
    seats = {"raft": ("veristore", "metadata")}.get(layer, (layer,))
    checks = _CHECKS[layer]
    breaks = tuple(f"{seat}/{check}" for check in bug.breaks if check in checks for seat in seats)
    return Mutant(f"{layer}/{bug.name}", bug.about, breaks, _part(layer, bug.part), bug.seen, RECIPE, bug.seeds)


def _part(layer: str, part: object) -> StackParts:
    if layer == "agentflow":
        return StackParts(flow=cast("agentflow.EngineParts", getattr(part, "engine", part)))
    if layer == "smartsearch":
        return StackParts(search=cast("smartsearch.Parts", part))
    if layer == "raft":
        return StackParts(store=StoreParts(group=cast("raft.Parts", part)))
    return StackParts(store=StoreParts(store=cast("veristore.Parts", part)))


_CHECKS: Mapping[str, Mapping[str, object]] = {
    "agentflow": agentflow.ENGINE_CHECKS,
    "smartsearch": smartsearch.CHECKS,
    "raft": raft.CHECKS,
    "veristore": veristore.object_checks(replicated=True),
}

SEARCH = ("hash-builtin", "foreign-tenant", "any-tenant", "no-conflict")
BUGS = (
    *_planted("raft", ("truncates-always", "ack-unsynced", "no-sessions"), raft.MUTANTS),
    *_planted("veristore", ("weak-etag",), veristore.MODEL.mutants),
    *_planted("agentflow", ("start-has-no-id", "completes-twice", "retries-final"), agentflow.MODEL.mutants),
    *_planted(
        "smartsearch", ("hash-builtin", "foreign-tenant", "any-tenant", "no-conflict"), smartsearch.MODEL.mutants
    ),
)
