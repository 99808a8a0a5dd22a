"""What was decided of a history: the verdict, its proof, how far it got, and why it failed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sim.checks.found import Found, Status
from sim.checks.history import History
from sim.checks.part import Part
from sim.checks.specs.spec import Spec
from sim.checks.timeline import FaultSpan, timeline

if TYPE_CHECKING:
    from pandas import DataFrame

    from sim.checks.explain import Explanation
    from sim.checks.minimise import Minimal


@dataclass(frozen=True)
class Decision:
    """What the portfolio decided of a history.

    `part` is the first part that failed, or was left undecided, and `found` what is known of it. `decided` counts the
    parts that passed. `algorithm` names what decided, `work` the configurations that were examined. `stopped` says that
    the clock or the memory ended it, so that the verdict is not reproducible. `failed` are all parts that failed, if
    all were asked for.
    """

    status: Status
    part: Part | None
    spec: Spec
    found: Found | None
    decided: int
    parts: int
    algorithm: str
    work: int
    stopped: str = ""
    witnesses: tuple[tuple[Part, Sequence[int]], ...] = field(default=(), repr=False)
    failed: tuple[tuple[Part, Found], ...] = ()

    def explain(self) -> "Explanation":
        """Why the history failed; ValueError if it did not."""
        from sim.checks.explain import explain

        part, found = self._failure()
        return explain(part, self.spec, found)

    def minimal(self) -> "Minimal":
        """The few operations that the failure rests on; ValueError if there is none."""
        from sim.checks.minimise import minimise

        part, found = self._failure()
        return minimise(part, self.spec, found.bad, found.certificate)

    def timeline(self, faults: Sequence[FaultSpan] = ()) -> list[str]:
        """The operations of the explanation as lines of text, and the faults that were on meanwhile."""
        return timeline(self.explain().ops, faults)

    def to_frame(self) -> "DataFrame":
        """The operations of the explanation as a pandas frame, see `History.to_frame`."""
        return History(self.explain().ops).to_frame()

    def _failure(self) -> tuple[Part, Found]:
        if self.status != "fail" or self.part is None or self.found is None:
            raise ValueError(f"there is nothing to explain: the verdict is {self.status}")
        return self.part, self.found
