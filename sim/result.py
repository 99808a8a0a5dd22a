"""What a run gives: one frozen value with the verdict, the plan that was drawn, the history and the counts."""

from dataclasses import dataclass, field
from typing import Literal

from sim.card import MARKS, card
from sim.checks.history import History
from sim.checks.verdict import Verdict
from sim.scenario.loader import Loaded
from sim.world.units import SECOND

Status = Literal["pass", "fail", "unknown"]
_RANK: dict[str, int] = {"pass": 0, "unknown": 1, "fail": 2}


@dataclass(frozen=True)
class FiredFault:
    """A fault that was injected: when (world time, ns), on whom, until when, and what it did.

    `written` is the fault as a scenario writes it, with the names that it hit: ``{"crash": {"nodes": "n2"}}``.
    """

    id: str
    kind: str
    inject_ns: int
    heal_ns: int | None
    targets: tuple[str, ...]
    effect: str = ""
    written: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class SkippedFault:
    """A fault that found no target."""

    id: str
    kind: str
    at_ns: int
    reason: str


@dataclass(frozen=True)
class Counts:
    """How much happened. Messages count each copy that was sent, delivered or lost; operations by outcome."""

    events: int
    sent: int
    delivered: int
    lost: int
    duplicated: int
    corrupted: int
    ok: int
    fail: int
    unknown: int


@dataclass(frozen=True, repr=False)
class Run:
    """One run of a scenario under one seed.

    `verdict` is the worst of `checks`; `promised` names those that come from a
    model. `met` says whether it is what the scenario expects, and `ok` is short for that.
    `fingerprint` is 32 hex digits over every record of the trace. `checkpoints` are (records, digest) along the way.
    `loaded` is the scenario that was run, for whoever wants to run the seed again.
    """

    scenario: str
    seed: int
    verdict: Status
    met: bool
    expect: str
    fingerprint: str
    checks: tuple[Verdict, ...]
    promised: tuple[str, ...]
    plan: tuple[dict[str, object], ...]
    fired: tuple[FiredFault, ...]
    skipped: tuple[SkippedFault, ...]
    history: History
    counts: Counts
    servers: tuple[str, ...]
    clients: tuple[str, ...]
    virtual_ns: int
    wall_s: float
    notes: tuple[str, ...]
    checkpoints: tuple[tuple[int, str], ...]
    reproduce: str
    trace: tuple[bytes, ...] = field(default=(), repr=False)
    loaded: Loaded | None = field(default=None, repr=False, compare=False)

    def __repr__(self) -> str:
        return f"<Run {self.scenario} seed {self.seed}: {self.verdict}, fingerprint {self.fingerprint[:16]}>"

    @property
    def ok(self) -> bool:
        """Whether the run ended as its scenario expects."""
        return self.met

    @property
    def failed(self) -> tuple[Verdict, ...]:
        """The checks that found a violation, in the order in which they are listed."""
        return tuple(check for check in self.checks if check.status == "fail")

    def _repr_html_(self) -> str:
        counts = self.counts
        title = f"{self.scenario}  seed {self.seed}: {MARKS[self.verdict]}, {self.virtual_ns / SECOND:g}s virtual"
        shared = [one for one in self.checks if one.status == "pass" and one.check in self.promised]
        rows = [(MARKS[one.status], one.check, one.detail) for one in self.checks if one not in shared]
        if shared:
            rows.append((MARKS["pass"], f"{len(shared)} invariants", ", ".join(one.check for one in shared)))
        size = (
            f"faults: {len(self.fired)} fired, {len(self.skipped)} skipped; {counts.sent:,} messages, {counts.lost:,} "
            f"of them lost; operations: {counts.ok:,} ok, {counts.fail:,} fail, {counts.unknown:,} unknown; "
            f"fingerprint {self.fingerprint[:16]}"
        )
        return card(title, (self.reproduce,), ("verdict", "check", "detail"), rows, (size, *self.notes))


def worst(verdicts: tuple[Verdict, ...]) -> Status:
    """Fail before unknown before pass; no checks at all is unknown, for nothing was decided."""
    return max((one.status for one in verdicts), key=_RANK.__getitem__, default="unknown")


def meets(expect: str, verdict: Status, verdicts: tuple[Verdict, ...]) -> bool:
    """Whether `expect` (``pass``, ``fail`` or ``violates NAME``) is what happened."""
    if expect.startswith("violates "):
        name = expect.removeprefix("violates ")
        return any(one.status == "fail" and one.is_of(name) for one in verdicts)
    return verdict == expect
