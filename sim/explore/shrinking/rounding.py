"""Rounder numbers: times in whole seconds, tenths or milliseconds, where it makes no difference.

Times are rounded down only, so that rounding and shortening never undo each other.
"""

from collections.abc import Iterator

from sim.explore.shrinking.case import Case, Data, ns_of, with_ns
from sim.explore.shrinking.trials import Trials
from sim.world.units import MS, SECOND

GRIDS = (SECOND, 100 * MS, 10 * MS, MS)


def round_times(case: Case, trials: Trials) -> Case:
    """Round the times of all faults and operations together, else of each fault alone, as coarsely as still fails."""
    together = trials.first(one for grid in GRIDS if (one := _all_on(case, grid)) is not None)
    case = together or case
    for place in range(len(case.faults)):
        for key in ("at", "for"):
            case = trials.first(_rounded(case, place, key)) or case
    return case


def _rounded(case: Case, place: int, key: str) -> Iterator[Case]:
    """One time of one fault, coarser than it is."""
    fault = case.faults[place]
    now = ns_of(fault, key)
    if not now:
        return
    for grid in GRIDS:
        if now % grid == 0:
            return
        if now >= grid:
            faults = list(case.faults)
            faults[place] = _on(fault, key, grid)
            yield case.with_faults(faults)


def _all_on(case: Case, grid: int) -> Case | None:
    """Every time on a grid, but for those below it; None if nothing changes."""

    def change(data: Data) -> None:
        data["faults"] = [_on(_on(fault, "at", grid), "for", grid) for fault in data.get("faults", [])]
        for entry in data.get("workload") or []:
            if isinstance(entry, dict) and "operations" in entry:
                entry["operations"] = [_on(one, "at", grid) for one in entry["operations"]]

    changed = case.changed(change)
    return None if changed == case else changed


def _on(entry: Data, key: str, grid: int) -> Data:
    now = ns_of(entry, key)
    if not now or now < grid:
        return entry
    return with_ns(entry, **{"at" if key == "at" else "for_": now // grid * grid})
