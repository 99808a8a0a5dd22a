"""Known bugs of single layers, planted into the whole stack: the verdict has to name the layer.

Each is the layer's own mutant, found by the layer's own promise. Names have the layer in front.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

from models import agentflow, bft, llm_cache, raft, smartsearch, veriflow, veristore
from models.stack.parts import StoreParts
from models.stack.poll_alarm import OneAlarmDispatch
from models.stack.stack_parts import StackParts
from sim import Mutant

RECIPES = {
    "veriflow": "gpu-layers",
    "serving": "gpu-layers",
    "agreement": "anchors",
}
"""Layer -> the recipe of its bugs, of those that `layers` is not for."""

SEATS = {"raft": ("veristore", "metadata")}
"""Whose bugs are planted in several layers at once, and in which."""

KNOWN: Mapping[str, Mapping[str, Mutant]] = {
    "raft": raft.MUTANTS,
    "veristore": veristore.MODEL.mutants,
    "agentflow": agentflow.MODEL.mutants,
    "smartsearch": smartsearch.MODEL.mutants,
    "serving": llm_cache.MODEL.mutants,
    "veriflow": veriflow.MODEL.mutants,
    "agreement": bft.MODEL.mutants,
}

CHECKS: Mapping[str, Mapping[str, object]] = {
    "raft": raft.CHECKS,
    "veristore": veristore.object_checks(replicated=True),
    "agentflow": agentflow.ENGINE_CHECKS,
    "smartsearch": smartsearch.CHECKS,
    "serving": llm_cache.MODEL.checks,
    "veriflow": veriflow.MODEL.checks,
    "agreement": bft.CHECKS,
}


def planted(layer: str, name: str, recipe: str = "") -> Mutant:
    """A layer's own mutant in the whole stack. KeyError if the layer has none of this name."""
    bug = KNOWN[layer][name]
    breaks = tuple(
        f"{seat}/{check}" for check in bug.breaks if check in CHECKS[layer] for seat in SEATS.get(layer, (layer,))
    )
    file = f"scenarios/stack/mutants/{recipe or RECIPES.get(layer, 'layers')}.yaml"
    return Mutant(f"{layer}/{name}", bug.about, breaks, _part(layer, bug.part), bug.seen, file, bug.seeds)


def _part(layer: str, part: object) -> StackParts:
    if layer == "agentflow":
        return StackParts(flow=_flow(cast("agentflow.EngineParts", getattr(part, "engine", part))))
    if layer == "smartsearch":
        return StackParts(search=cast("smartsearch.Parts", part))
    if layer == "raft":
        return StackParts(store=StoreParts(group=cast("raft.Parts", part)))
    if layer == "veristore":
        return StackParts(store=StoreParts(store=cast("veristore.Parts", part)))
    if layer == "serving":
        return StackParts(serving=cast("llm_cache.Parts", part))
    if layer == "veriflow":
        return StackParts(cluster=cast("veriflow.Parts", part))
    return StackParts(agreement=cast("bft.Parts", part))


def _flow(bug: agentflow.EngineParts) -> agentflow.EngineParts:
    """The bug's engine, with the stack's own dispatch unless that is what the bug is in."""
    usual = bug.dispatch is agentflow.EngineParts().dispatch
    return replace(bug, dispatch=OneAlarmDispatch) if usual else bug


FOUND: Mapping[str, tuple[str, ...]] = {
    "raft": ("truncates-always", "ack-unsynced", "no-sessions"),
    "veristore": ("weak-etag", "clock-upload-id", "check-then-put"),
    "agentflow": ("start-has-no-id", "completes-twice", "retries-final"),
    "smartsearch": ("hash-builtin", "foreign-tenant", "any-tenant", "no-conflict"),
    "serving": ("use-not-saved", "size-not-saved", "no-epoch", "shares-partial"),
    "veriflow": ("no-ledger", "three-writes", "no-expectation", "hot-loop"),
    "agreement": ("cert-by-value", "no-instance", "pmvba-all-zero-restart"),
}
"""Layer -> those of its bugs that are found through the stack. What no client of a stack does, shows no bug."""

BUGS = tuple(planted(layer, name) for layer, names in FOUND.items() if layer != "agreement" for name in names)

LEDGER_BUGS = tuple(planted("agreement", name) for name in FOUND["agreement"])
"""Those that need organisations."""
