"""The check `linearizable`: each operation seems to happen at one instant between its call and its return."""

from collections.abc import Sequence

from sim.checks.budget import Budget
from sim.checks.check import Check, RunRecord
from sim.checks.decision import Decision
from sim.checks.explain import explain, name_of
from sim.checks.follower import Follower
from sim.checks.history import History, HistoryError
from sim.checks.portfolio import Algorithm, decide
from sim.checks.specs.spec import Spec
from sim.checks.timeline import FaultSpan, returned, timeline
from sim.checks.verdict import Verdict
from sim.world.operations import OperationRow

_SHOWN_MAX = 16
"""Operations of which a timeline is shown with the verdict."""


class Linearizable(Check):
    """Decides the history of the run against the model's spec, within a budget of configurations."""

    name = "linearizable"

    def __init__(self, spec: Spec, budget: int = 500_000) -> None:
        self._spec = spec
        self._budget = budget
        self._follower = Follower(spec) if Follower.can_follow(spec) else None

    @property
    def violated(self) -> bool:
        """Whether a return was seen that no order explains."""
        return self._follower is not None and self._follower.violated

    def follow(self, row: OperationRow, *, returned: bool) -> None:
        """Carry on what the objects can be."""
        if self._follower is not None:
            self._follower.take(row, returned=returned)

    def conclude(self, record: RunRecord) -> Verdict:
        """Decide, and say in one sentence why. What the object cannot read is undecided."""
        try:
            return judge(record.history, self._spec, Budget(self._budget), record.faults)
        except HistoryError as error:
            return Verdict(self.name, "unknown", str(error), "history")


def judge(
    history: History,
    spec: Spec,
    budget: Budget,
    faults: Sequence[FaultSpan] = (),
    algorithm: Algorithm = "auto",
    *,
    all_parts: bool = False,
) -> Verdict:
    """The verdict of a history, with its reasons; with `all_parts` those of every part that fails.

    Raises HistoryError if the specification cannot read the history.
    """
    if not len(history):
        return Verdict(Linearizable.name, "unknown", "no operation was called, so nothing was decided", "history")
    decision = decide(history, spec, budget, algorithm, all_parts=all_parts)
    if decision.status == "fail":
        return _fail(decision, history, faults)
    detail = say_pass(decision, history) if decision.status == "pass" else say_unknown(decision)
    name, notes = Linearizable.name, history.notes
    return Verdict(name, decision.status, detail, "history", decision.algorithm, decision.work, notes=notes)


def _fail(decision: Decision, history: History, faults: Sequence[FaultSpan]) -> Verdict:
    why = decision.explain()
    shown = timeline(why.ops, faults) if len(why.ops) <= _SHOWN_MAX else []
    others = [explain(part, decision.spec.prepared(part), found).sentence for part, found in decision.failed[1:]]
    return Verdict(
        Linearizable.name,
        "fail",
        why.sentence,
        "history",
        decision.algorithm,
        decision.work,
        tuple(op.op for op in why.ops),
        None if why.bad is None else why.bad.ret_ns,
        history.notes,
        (*why.because, *shown, *others),
    )


def say_pass(decision: Decision, history: History) -> str:
    """What was decided, and how much of it was unknown."""
    unknown = history.count("unknown")
    size = f"{len(history):,} operations ({unknown:,} unknown)"
    parts = "1 key" if decision.parts == 1 else f"{decision.parts:,} keys"
    return f"{parts}, {size}, {decision.algorithm}, witness replayed"


def say_unknown(decision: Decision) -> str:
    """How far it got."""
    part, found = decision.part, decision.found
    assert part is not None, "what is undecided is a part"
    assert found is not None, "something is known of every part"
    done = [i for i in range(len(part)) if not part.maybe[i]]
    left = [i for i in done if part.ret[i] >= found.furthest]
    before = max((i for i in done if part.ret[i] < found.furthest), key=part.ret.__getitem__, default=None)
    last = "its beginning" if before is None else returned(part.op(before))
    stopped = f" (stopped by the {decision.stopped}; not reproducible)" if decision.stopped else ""
    return (
        f"{name_of(part)} is undecided after {decision.work:,} configurations{stopped}: linearizable up to "
        f"{last}, {len(left):,} of {len(done):,} operations undecided; "
        f"{decision.decided:,} of {decision.parts:,} keys pass"
    )
