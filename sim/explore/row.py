"""One row per run: what is kept of each seed of a sweep. The trace is not; it is made again from the seed."""

from dataclasses import dataclass
from typing import Literal

from sim.explore.failure import CRASH, WORKER, Failure, failure_of_crash, failures_of, first_failed
from sim.result import Run
from sim.world.crash_site import CrashSite

Outcome = Literal["pass", "violation", "unknown", "crashed", "crashed-worker"]

_OUTCOMES: dict[str, Outcome] = {"pass": "pass", "fail": "violation", "unknown": "unknown"}

Counted = tuple[tuple[str, int], ...]
"""(name, how often), in order of names"""


@dataclass(frozen=True, slots=True)
class Row:
    """What one run came to. Equal for equal code, scenario, `point` and `seed`, but for `wall_s` and `cpu_s`.

    `point` holds the overrides of the place in a varied scenario. `failures` are the kinds, `check`, `detail` and
    `violation_ns` (virtual time) those of the first; `detail` of an undecided run says why. `met` says whether the
    scenario expects this. `fired` counts faults by kind, `sometimes` how often each landmark was reached; `unreached`
    says that nothing but landmarks is undecided, which other runs of a sweep may reach. `features` are those of
    `coverage`, if they were asked for; with them comes `order`, what the nodes saw, which is not kept on disk.
    """

    point: tuple[str, ...]
    seed: int
    outcome: Outcome
    met: bool = False
    failures: tuple[Failure, ...] = ()
    check: str = ""
    detail: str = ""
    fingerprint: str = ""
    events: int = 0
    messages: int = 0
    virtual_ns: int = 0
    ok: int = 0
    fail: int = 0
    unknown: int = 0
    fired: Counted = ()
    skipped: int = 0
    planned: int = 0
    sometimes: Counted = ()
    unreached: bool = False
    violation_ns: int | None = None
    features: tuple[int, ...] = ()
    wall_s: float = 0.0
    cpu_s: float = 0.0
    order: str = ""

    @property
    def failed(self) -> bool:
        """Whether it is a failure: a violation or a crash. Unknown is neither failure nor pass."""
        return bool(self.failures)

    @property
    def kind(self) -> Failure | None:
        """The first kind of its failures."""
        return self.failures[0] if self.failures else None


def row_of(
    run: Run,
    point: tuple[str, ...],
    end_ns: int,
    wall_s: float,
    cpu_s: float,
    features: tuple[int, ...] = (),
    order: str = "",
) -> Row:
    """The row of a run that was to last until `end_ns`."""
    first = first_failed(run)
    counts = run.counts
    reasons = [f"{one.check}: {one.detail}" for one in run.checks if one.status == "unknown"]
    undecided = next(iter([*reasons, *run.notes]), "") if run.verdict == "unknown" else ""
    kinds: dict[str, int] = {}
    for fault in run.fired:
        kinds[fault.kind] = kinds.get(fault.kind, 0) + 1
    landmarks = [(one.check.removeprefix("sometimes "), one.work) for one in run.checks if one.kind == "landmark"]
    return Row(
        point=point,
        seed=run.seed,
        outcome=_OUTCOMES[run.verdict],
        met=run.met,
        failures=failures_of(run),
        check="" if first is None else first.check,
        detail=undecided if first is None else first.detail,
        fingerprint=run.fingerprint,
        events=counts.events,
        messages=counts.sent,
        virtual_ns=run.virtual_ns,
        ok=counts.ok,
        fail=counts.fail,
        unknown=counts.unknown,
        fired=tuple(sorted(kinds.items())),
        skipped=len(run.skipped),
        planned=len(run.plan),
        sometimes=tuple(sorted(landmarks)),
        unreached=_is_unreached(run, end_ns),
        violation_ns=None if first is None else first.at_ns,
        features=features,
        wall_s=wall_s,
        cpu_s=cpu_s,
        order=order,
    )


def _is_unreached(run: Run, end_ns: int) -> bool:
    if run.verdict != "unknown" or run.virtual_ns < end_ns or (run.plan and not run.fired):
        return False
    return {one.kind for one in run.checks if one.status == "unknown"} == {"landmark"}


def crashed_row(site: CrashSite, point: tuple[str, ...], seed: int, wall_s: float, cpu_s: float) -> Row:
    """The row of a run in which the model, or the engine, raised."""
    detail = "; ".join((site.error, *site.frames[-1:]))
    kind = failure_of_crash(site)
    return Row(
        point, seed, "crashed", failures=(kind,), check=CRASH, detail=detail, violation_ns=site.t_ns,
        virtual_ns=site.t_ns, wall_s=wall_s, cpu_s=cpu_s,
    )  # fmt: skip


def lost_row(point: tuple[str, ...], seed: int, said: str) -> Row:
    """The row of a run that ended its worker each time it was tried alone; `said` is what the executor calls that."""
    detail = f"the worker that ran this seed, and nothing else, ended without an answer: {said}"
    kind = Failure(WORKER, "lost", "the worker ended")
    return Row(point, seed, "crashed-worker", failures=(kind,), check=WORKER, detail=detail)


def overdue_row(point: tuple[str, ...], seed: int, wall_s: float, cpu_s: float) -> Row:
    """The row of a run that took longer than the wall clock was told to allow."""
    detail = f"limits: stopped after {wall_s:.0f}s of wall time"
    return Row(point, seed, "unknown", detail=detail, wall_s=wall_s, cpu_s=cpu_s)
