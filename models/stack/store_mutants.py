# ruff: noqa: D102 - the class says what is wrong with its one method
"""Known bugs of replicated stores: Raft's that only rotten disks show, the store's, and one of their joint."""

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

from models import raft, veristore
from models.stack.parts import StoreParts
from models.stack.replica import StoreReplica
from sim import Mutant


class LocalClockApply(StoreReplica):
    """Lets every replica read its own clock where the log says what time it is."""

    def machine_parts(self) -> veristore.MachineParts:
        node = self

        class OwnClock(veristore.LogicalClock):
            def tick(self, draft: veristore.Draft, command: veristore.Tick) -> veristore.Reply:  # noqa: ARG002
                return super().tick(draft, veristore.Tick(max(node.now(), 0)))

        return replace(super().machine_parts(), clock=OwnClock)


def _of_raft(name: str, recipe: str) -> Mutant:
    """A mutant of the log below, found by what the store's clients see or by the log's own promises."""
    known = raft.MUTANTS[name]
    part = StoreParts(group=cast("raft.Parts", known.part))
    return Mutant(name, known.about, known.breaks, part, known.seen, f"scenarios/stack/{recipe}.yaml")


def _of_store(name: str, recipe: str) -> Mutant:
    known = veristore.MODEL.mutants[name]
    part = StoreParts(store=cast("veristore.Parts", known.part))
    return Mutant(name, known.about, known.breaks, part, known.seen, f"scenarios/stack/{recipe}.yaml")


_ALL = (
    Mutant(
        "local-clock-apply",
        "reads the replica's own clock while it applies",
        ("same-state",),
        StoreParts(replica=LocalClockApply),
        "the composition rule: apply is a function of state and command",
        "scenarios/stack/store-calm.yaml",
    ),
    _of_raft("blind-cut", "store-rot-minority"),
    _of_raft("wrong-repair", "mutants/wrong-repair"),
    _of_store("eager-collector", "store-calm"),
    _of_store("check-then-put", "store-calm"),
)

MUTANTS: Mapping[str, Mutant] = {mutant.name: mutant for mutant in _ALL}
