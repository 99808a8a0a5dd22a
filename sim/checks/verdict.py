"""What a check decided, and the one sentence that says so."""

from dataclasses import dataclass
from typing import Literal

from sim.card import MARKS, card

Status = Literal["pass", "fail", "unknown"]


@dataclass(frozen=True)
class Verdict:
    """The verdict of one check.

    `detail` is one sentence that an engineer can verify by hand. `kind` classes the check (``invariant``, ``history``,
    ``liveness``, ``landmark``). `work` counts what a search examined, `involved` are operation numbers, `at_ns` is the
    virtual time of the violation. `because` are further lines: the reasons, and what happened when.
    """

    check: str
    status: Status
    detail: str
    kind: str = "invariant"
    algorithm: str = ""
    work: int = 0
    involved: tuple[int, ...] = ()
    at_ns: int | None = None
    notes: tuple[str, ...] = ()
    because: tuple[str, ...] = ()

    def is_of(self, name: str) -> bool:
        """Whether this is the verdict of check `name`: with several systems ``kv/liveness`` is one of ``liveness``."""
        return self.check == name or self.check.endswith(f"/{name}")

    def _repr_html_(self) -> str:
        rows = [(MARKS[self.status], self.check, self.detail)]
        return card(self.check, (), ("verdict", "check", "detail"), rows, (*self.because, *self.notes))
