"""A promise of the honest parties that may have nothing to judge in a run, and then holds."""

from sim import Check, RunRecord, Verdict
from sim.agreement import Promise


class Invariant(Promise):
    """Like any promise, but a run that never came near it has kept it: the landmarks say where a run has been."""

    def conclude(self, record: RunRecord) -> Verdict:
        """Pass instead of unknown if nothing was seen and nothing was left undecided."""
        found = super().conclude(record)
        if found.status == "unknown" and not found.work and not self.undecided:
            return Verdict(self.name, "pass", f"{self.claim}: it never came up", self.kind, notes=found.notes)
        return found


class NotPromised(Check):
    """A check that is not about the protocol of this run."""

    def __init__(self, name: str) -> None:
        self.name = name

    def conclude(self, record: RunRecord) -> Verdict:  # noqa: ARG002
        """There is nothing to hold."""
        return Verdict(self.name, "pass", "this protocol does not promise it")
