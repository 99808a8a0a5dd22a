"""Less work: no clients at all, fewer of them, fewer operations."""

from collections.abc import Sequence

from sim.explore.shrinking.case import Case, Data
from sim.explore.shrinking.ddmin import ddmin
from sim.explore.shrinking.trials import Trials
from sim.world.quantities import RATE, show_rate

PARTS_MAX = 32
"""Long lists of operations are not cut finer than this: each attempt is a run."""
PARTS_COARSE = 4
"""Nor finer than this at first: less work makes all runs after it shorter."""


def less_work(case: Case, trials: Trials, parts_max: int = PARTS_MAX) -> Case:
    """As few clients and operations as still fail; long lists of operations are cut into at most so many parts."""
    if not case.data.get("workload"):
        return case
    nothing = trials.first([case.of({**case.data, "workload": []})])
    if nothing is not None:
        return nothing
    for place, entry in enumerate(case.work):
        case = (
            _fewer_operations(case, trials, place, parts_max)
            if "operations" in entry
            else _fewer_clients(case, trials, place)
        )
    return case


def _with(case: Case, place: int, entry: Data) -> Case:
    entries = case.work
    entries[place] = entry
    return case.of({**case.data, "workload": entries})


def _fewer_operations(case: Case, trials: Trials, place: int, parts_max: int) -> Case:
    """Whole clients first, then single operations."""
    entry = case.work[place]
    operations: list[Data] = entry["operations"]
    clients = list(dict.fromkeys(str(one["client"]) for one in operations))

    def of_clients(names: Sequence[str]) -> list[int]:
        return [at for at, one in enumerate(operations) if one["client"] in names]

    def with_places(places: Sequence[int]) -> Case:
        return _with(case, place, {**entry, "operations": [operations[at] for at in places]})

    def first_of(candidates: list[Case]) -> int | None:
        found = trials.first(candidates)
        return None if found is None else candidates.index(found)

    left = ddmin(clients, lambda lists: first_of([with_places(of_clients(names)) for names in lists]))
    places = ddmin(of_clients(left), lambda lists: first_of([with_places(at) for at in lists]), parts_max)
    return case if len(places) == len(operations) else with_places(places)


def _fewer_clients(case: Case, trials: Trials, place: int) -> Case:
    """Fewer clients at the pace of each, then fewer keys."""
    entry = case.work[place]
    clients, rate = int(entry.get("clients", 4)), RATE.parse(entry.get("rate", "50/s"))
    fewer = [
        _with(case, place, {**entry, "clients": count, "rate": show_rate(max(1, rate * count // clients))})
        for count in range(1, clients)
    ]
    case = trials.first(fewer) or case
    entry = case.work[place]
    keys = [_with(case, place, {**entry, "keys": count}) for count in range(1, int(entry.get("keys", 3)))]
    return trials.first(keys) or case
