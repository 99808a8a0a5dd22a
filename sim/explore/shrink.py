"""Shrink: from a seed that fails to the smallest scenario that still fails in the same way.

Concrete first, then smaller, step by step, each step to its fixpoint and all of them again until nothing changes: an
earlier end, fewer faults, shorter and plainer ones, fewer nodes, less work, a calmer network, rounder numbers.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from sim.explore.commands import reproduce
from sim.explore.executors import hire
from sim.explore.failure import Failure, failure_of_crash, failures_of
from sim.explore.shrinking.beginning import cut_gaps
from sim.explore.shrinking.case import Case, case_of, ns_of, with_ns
from sim.explore.shrinking.faults import drop_faults, simplify_faults
from sim.explore.shrinking.materialise import (
    with_literal_plan,
    with_literal_times,
    with_literal_work,
    with_names,
)
from sim.explore.shrinking.rounding import round_times
from sim.explore.shrinking.trials import OutOfBudget, Trials
from sim.explore.shrinking.work import PARTS_COARSE, less_work
from sim.explore.shrinking.world import calm_network, cut_end, fewer_nodes
from sim.explore.shrunk import USUAL, Budget, NotConcrete, NothingToShrink, Shrunk, Size, size_of
from sim.identity import code_hash, identity, own_models
from sim.result import Run
from sim.running import run
from sim.scenario.loader import Loaded
from sim.world.crash_site import ModelCrash


def shrink(
    loaded: Loaded,
    seed: int,
    *,
    check: str | None = None,
    executor: str = "serial",
    budget: Budget = USUAL,
    folders: tuple[str, ...] = (),
    on_step: Callable[[str], None] = lambda _: None,
) -> Shrunk:
    """Shrink what `seed` does, by the first check that failed or by `check`.

    Raises NothingToShrink, NotConcrete or CrewError.
    """
    modules = own_models(loaded.scenario)
    crew, began = hire(executor, modules), identity(modules)
    try:
        kind, result = failure_of_seed(loaded, seed, check)
        trials = Trials(crew, kind, runs=budget.runs, seconds=budget.seconds, modules=modules, folders=folders)
        origin = Origin(case_of(loaded, seed), reproduce(loaded, (), seed), result)
        return _Shrinking(origin, trials, budget, on_step).finish()
    except NotConcrete as error:
        if code_hash(modules) == began.code:
            raise
        raise NotConcrete(
            f"{error}. But sim or models or the model at hand was edited since this began: run it again"
        ) from None
    finally:
        crew.close(wait=False)


def failure_of_seed(loaded: Loaded, seed: int, check: str | None) -> tuple[Failure, Run | None]:
    """How a seed fails, and its run if it came to an end. NothingToShrink if it does not, or not in `check`."""
    try:
        result = run(loaded, seed)
    except ModelCrash as error:
        return failure_of_crash(error.site), None
    kinds = [kind for kind in failures_of(result) if check in (None, kind.check)]
    if kinds:
        return kinds[0], result
    failed = ", ".join(one.check for one in result.failed)
    if failed:
        raise NothingToShrink(f"seed {seed} does not violate {check}, but {failed}")
    undecided = "" if result.verdict == "pass" else " (undecided: " + "; ".join(_unknown(result)) + ")"
    raise NothingToShrink(f"seed {seed} violates nothing{undecided}: there is nothing to shrink")


def _unknown(result: Run) -> list[str]:
    found = [f"{one.check} {one.detail}" for one in result.checks if one.status == "unknown"]
    return found or list(result.notes)


_FEW = 8
"""So many faults are left alone until the other steps had their turn."""


@dataclass(frozen=True)
class Origin:
    """What is shrunk: the case, the command that shows it, and its run if it came to an end."""

    case: Case
    command: str
    result: Run | None


class _Shrinking:
    """A shrink under way."""

    def __init__(self, origin: Origin, trials: Trials, budget: Budget, on_step: Callable[[str], None]) -> None:
        self._origin = origin.case
        self._found_by = origin.command
        self._result = origin.result
        self._trials = trials
        self._budget = budget
        self._on_step = on_step
        self._steps: list[str] = []
        self._size: Size | None = None
        self._whole: Case | None = None

    def finish(self) -> Shrunk:
        """Make it concrete, then smaller until nothing changes or the budget is used up."""
        finished, interrupted, before = False, False, None
        freedom: list[tuple[int, str]] = []
        try:
            case = self._whole = self._concrete()
            before = self._size = self._size_before(case)
            case = self._without_stop(self._smaller_until_fixed(case))
            finished = True
            freedom += self._freedom(case)
        except OutOfBudget:
            pass
        except KeyboardInterrupt:
            interrupted = True
        best, row = self._trials.best, self._trials.row
        if interrupted and best is None:
            raise KeyboardInterrupt
        if best is None or row is None:
            raise NotConcrete("the budget ended before the plan written out was seen to fail; give it more --runs")
        after, steps, runs = size_of(best, row), tuple(self._steps), self._trials.runs
        return Shrunk(
            self._origin.seed, self._found_by, self._trials.target, best, row, self._again(best), steps, runs, finished,
            before or after, after, tuple(freedom), interrupted,
        )  # fmt: skip

    def _without_stop(self, case: Case) -> Case:
        """The case without the order to stop at the violation, which only saved time."""
        return self._trials.first([case.of({key: one for key, one in case.data.items() if key != "stop"})]) or case

    def _freedom(self, case: Case) -> Iterator[tuple[int, str]]:
        """What could be otherwise: a fault that may last longer is not about its length."""
        for place, fault in enumerate(case.faults):
            lasting = ns_of(fault, "for")
            if lasting is None:
                continue
            longer = [with_ns(fault, for_=times * lasting) for times in (2, 4)]
            cases = [case.with_faults([*case.faults[:place], one, *case.faults[place + 1 :]]) for one in longer]
            if all(self._trials.would_fail(one) for one in cases):
                yield place, "twice and four times as long fails too"

    def _size_before(self, case: Case) -> Size:
        row, result = self._trials.row, self._result
        assert row is not None, "a case that fails has a run"
        size = size_of(case, row)
        if result is None:
            return size
        origin = size_of(self._origin, row)
        counts = result.counts
        return replace(
            origin, faults=len(result.plan), operations=counts.ok + counts.fail + counts.unknown, events=counts.events
        )

    def _again(self, case: Case) -> Run | None:
        """The run of the last case, for its story."""
        try:
            return run(case.load(), case.seed)
        except ModelCrash:
            return None

    def _concrete(self) -> Case:
        """The case with everything literal that can be; what does not fail so is left as it was."""
        result, trials = self._result, self._trials
        if result is None:
            return self._confirmed(self._origin, "it crashes")
        case = with_literal_plan(self._origin, result, trials.target)
        plan = [case.changed(lambda data: data.update(stop="violation")), case]
        planned = trials.first(plan)
        if planned is None:
            raise NotConcrete(
                f"seed {self._origin.seed} fails, and its plan written out does not: a bug of writing plans out; "
                f"sim doctor {self._origin.path} compares the two"
            )
        literal = trials.first([with_literal_times(planned, result)]) or planned
        work = with_literal_work(literal, result)
        return (trials.first([work]) if work is not None else None) or literal

    def _confirmed(self, case: Case, what: str) -> Case:
        found = self._trials.first([case])
        if found is None:
            raise NotConcrete(f"seed {case.seed}: {what}, and not when it is run again")
        return found

    def _smaller_until_fixed(self, case: Case) -> Case:
        """All steps, again from the top until a whole round changes nothing."""
        while True:
            before = case
            for step in self._steps_in_order():
                case = step(case)
                self._tell(case)
            if case == before:
                return case

    def _steps_in_order(self) -> list[Callable[[Case], Case]]:
        trials, retries = self._trials, self._budget.retry_seeds
        return [
            lambda case: cut_end(case, trials),
            lambda case: drop_faults(case, trials),
            self._with_more_time,
            lambda case: less_work(case, trials, PARTS_COARSE),
            lambda case: simplify_faults(case, trials),
            self._named,
            lambda case: fewer_nodes(case, trials, retries),
            lambda case: less_work(case, trials),
            lambda case: calm_network(case, trials),
            lambda case: cut_gaps(case, trials),
            lambda case: cut_end(case, trials),
            lambda case: round_times(case, trials),
        ]

    def _with_more_time(self, case: Case) -> Case:
        """The faults dropped from the case as it was before its end was cut, if most of them seemed needed.

        Without some of its faults a run may fail later than it did with all of them.
        """
        whole, self._whole = self._whole, None
        if whole is None or len(case.faults) <= max(_FEW, len(whole.faults) // 2):
            return case
        dropped = drop_faults(whole, self._trials)
        better = dropped if len(dropped.faults) < len(case.faults) else case
        return cut_end(self._trials.first([better]) or case, self._trials)

    def _named(self, case: Case) -> Case:
        """Names in place of selectors that a step has made plain: a fault that fires once now hits one node."""
        result = self._again(case)
        if result is None:
            return case
        named = with_names(case, result)
        return case if named == case else self._trials.first([named]) or case

    def _tell(self, case: Case) -> None:
        row = self._trials.row
        assert row is not None, "a case that fails has a run"
        size = size_of(case, row)
        assert self._size is not None, "the first size is known"
        for said in self._size.changes(size):
            self._steps.append(said)
            self._on_step(said)
        self._size = size
