"""Fewer and simpler faults: leave them out, shorten them, aim at fewer nodes, take a plainer kind."""

from collections.abc import Iterator, Sequence
from typing import Any

from sim.explore.shrinking.case import Case, Data, ns_of, verb_of, with_ns
from sim.explore.shrinking.ddmin import ddmin
from sim.explore.shrinking.trials import Trials
from sim.world.units import MS

_DEFAULTS: dict[str, dict[str, Any]] = {
    "crash": {"disk": "keep"},
    "link": {"checksum": True, "both": True},
}
"""Verb -> values of options that ask for least."""
_EFFECTS = ("latency", "loss", "duplicate", "reorder", "corrupt", "bandwidth", "replay")
SELECTORS = ("nodes", "from", "to", "isolate", "bridge", "order")
"""Options that name nodes."""
GROUPS = ("groups", "sides")
"""Options that name several groups of nodes."""


def selector_of(names: list[str]) -> str | list[str]:
    """Names as a selector is written: a single one without brackets."""
    return names[0] if len(names) == 1 else names


def drop_faults(case: Case, trials: Trials) -> Case:
    """Leave out every fault that is not needed: the rest is 1-minimal."""
    faults = case.faults

    def first_failing(lists: Sequence[list[int]]) -> int | None:
        candidates = [case.with_faults([faults[place] for place in places]) for places in lists]
        found = trials.first(candidates)
        return None if found is None else candidates.index(found)

    kept = ddmin(range(len(faults)), first_failing)
    return case if len(kept) == len(faults) else case.with_faults([faults[place] for place in kept])


def simplify_faults(case: Case, trials: Trials) -> Case:
    """Make each fault as short, small and plain as it can be."""
    for place in range(len(case.faults)):
        while True:
            found = trials.first(_with(case, place, simpler) for simpler in _simpler(case.faults[place]))
            if found is None:
                break
            case = found
    return case


def _with(case: Case, place: int, fault: Data) -> Case:
    faults = list(case.faults)
    faults[place] = fault
    return case.with_faults(faults)


def _simpler(fault: Data) -> Iterator[Data]:
    """Simpler forms of a fault, the boldest first."""
    verb = verb_of(fault)
    body: Data = fault[verb]
    if fault.get("times", 1) > 1:
        yield {**fault, "times": 1}
        yield {**fault, "times": int(fault["times"]) // 2}
    yield from ({**fault, verb: one} for one in _plainer(verb, body))
    yield from ({**fault, verb: one} for one in _with_fewer_nodes(body))
    yield from _shorter(fault)


def _plainer(verb: str, body: Data) -> Iterator[Data]:
    for option, least in _DEFAULTS.get(verb, {}).items():
        if body.get(option, least) != least or (verb == "crash" and "disk" not in body):
            yield {**body, option: least}
    if "flapping" in body:
        yield _without(body, "flapping")
    if "one-way" in body:
        ends = body["one-way"]
        yield {**_without(body, "one-way"), "groups": [ends["from"], ends["to"]]}
    effects = [one for one in _EFFECTS if one in body] if verb == "link" else []
    for effect in effects:
        if len(effects) > 1:
            yield _without(body, effect)
    if "corrupt" in body and "loss" not in body:
        yield {**_without(body, "corrupt"), "loss": body["corrupt"]}


def _without(body: Data, key: str) -> Data:
    return {name: value for name, value in body.items() if name != key}


def _with_fewer_nodes(body: Data) -> Iterator[Data]:
    """With one node less in each place that names several."""
    for option in SELECTORS:
        named = body.get(option)
        if isinstance(named, list) and len(named) > 1 and option != "order":
            for place in range(len(named)):
                yield {**body, option: selector_of(named[:place] + named[place + 1 :])}
    for option in GROUPS:
        groups: list[Any] = body.get(option) or []
        for place, group in enumerate(groups):
            if isinstance(group, list) and len(group) > 1:
                for name in group:
                    smaller = selector_of([one for one in group if one != name])
                    yield {**body, option: [*groups[:place], smaller, *groups[place + 1 :]]}


def _shorter(fault: Data) -> Iterator[Data]:
    """Half as long, from its beginning or to its end. One that never heals is first let heal."""
    lasting, at = ns_of(fault, "for"), ns_of(fault, "at")
    if lasting is None or lasting < 2 * MS:
        return
    half = lasting // 2 // MS * MS
    yield with_ns(fault, for_=half)
    if at is not None:
        yield with_ns(fault, at=at + half, for_=lasting - half)
    quarter = lasting // 4 // MS * MS
    if quarter:
        yield with_ns(fault, for_=lasting - quarter)
        if at is not None:
            yield with_ns(fault, at=at + quarter, for_=lasting - quarter)
