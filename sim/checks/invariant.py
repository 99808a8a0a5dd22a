"""A promise over emitted events: it holds until two events contradict each other, and the first pair is the verdict."""

from sim.checks.check import Check, RunRecord
from sim.checks.verdict import Verdict
from sim.world.message import Emitted


class Invariant(Check):
    """A fold that keeps the first contradiction it finds. `claim` says in words what held when there was none."""

    claim: str

    def __init__(self) -> None:
        self._found: Verdict | None = None

    @property
    def violated(self) -> bool:
        """Whether a contradiction was found."""
        return self._found is not None

    def contradict(self, now: Emitted, sentence: str) -> None:
        """The event `now` contradicts an earlier one; `sentence` names both."""
        if self._found is None:
            self._found = Verdict(self.name, "fail", sentence, at_ns=now.t_ns)

    def conclude(self, record: RunRecord) -> Verdict:  # noqa: ARG002 - a fold over events needs no more
        """The first contradiction, or that there was none."""
        return self._found or Verdict(self.name, "pass", self.claim)
