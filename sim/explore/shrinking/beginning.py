"""An earlier beginning: take away the quiet time before the first fault or operation, and that between two faults."""

from collections.abc import Iterator

from sim.explore.shrinking.case import Case, Data, ns_of, with_ns
from sim.explore.shrinking.trials import Trials
from sim.world.quantities import show_exact_ns
from sim.world.units import MS, SECOND

QUIET = 2 * SECOND
"""Less quiet time than this is left alone: systems need some to come up."""


def cut_gaps(case: Case, trials: Trials) -> Case:
    """Move everything behind a long quiet time forward, as far as still fails."""
    found = trials.first(_with_less_quiet(case))
    return case if found is None else cut_gaps(found, trials)


def _with_less_quiet(case: Case) -> Iterator[Case]:
    """Without most, or half, of each quiet time."""
    busy = sorted(_busy(case))
    before = 0
    for begin, end in busy:
        gap = begin - before
        if gap > QUIET:
            for by in (gap - SECOND, gap // 2 // MS * MS):
                yield _moved(case, before, by)
        before = max(before, end)


def _busy(case: Case) -> Iterator[tuple[int, int]]:
    """When faults are on and operations are called."""
    for fault in case.faults:
        at = ns_of(fault, "at")
        if at is not None:
            yield at, at + (ns_of(fault, "for") or 0)
    for entry in case.work:
        for operation in entry.get("operations", []):
            at = ns_of(operation, "at") or 0
            yield at, at


def _moved(case: Case, after: int, by: int) -> Case:
    """The case with everything behind `after` earlier by so much, its end too."""

    def move(entry: Data) -> Data:
        at = ns_of(entry, "at")
        return entry if at is None or at <= after else with_ns(entry, at=at - by)

    data = {**case.data, "faults": [move(fault) for fault in case.faults]}
    data["duration"] = show_exact_ns(max(case.duration_ns - by, case.settle_ns + MS))
    if "workload" in case.data:
        data["workload"] = [
            {**entry, "operations": [move(one) for one in entry["operations"]]} if "operations" in entry else entry
            for entry in case.work
        ]
    return case.of(data)
