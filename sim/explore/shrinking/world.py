"""A smaller world: an earlier end, fewer nodes, a calmer network."""

from collections.abc import Iterator
from typing import Any

from sim.explore.row import Row
from sim.explore.shrinking.case import Case, Data, ns_of, verb_of
from sim.explore.shrinking.faults import GROUPS, SELECTORS, selector_of
from sim.explore.shrinking.trials import Trials
from sim.world.quantities import show_exact_ns
from sim.world.units import MS, SECOND

STEP = 100 * MS
"""Ends are multiples of this."""


def cut_end(case: Case, trials: Trials) -> Case:
    """End soon after the violation. What must happen after everything has healed keeps all the time it had for that."""
    row = trials.row
    if row is None:
        return case
    is_liveness = any(kind == trials.target and kind.anomaly == "liveness" for kind in row.failures)
    ends = _ends_of_storm(case) if is_liveness else _ends(case, row)
    found = trials.first(_ending(case, end, case.settle_ns if is_liveness else 0) for end in ends)
    return found or case


def _ends(case: Case, row: Row) -> list[int]:
    """When the run may end, soonest first."""
    if row.violation_ns is None:
        return [end for end in (case.duration_ns // 4, case.duration_ns // 2) if end]
    soon = -(-(row.violation_ns + 1) // STEP) * STEP
    ends = {soon, soon + STEP, soon + SECOND, min(case.duration_ns, soon + 5 * SECOND)}
    return sorted(end for end in ends if end < case.duration_ns or (end == case.duration_ns and case.settle_ns))


def _ends_of_storm(case: Case) -> list[int]:
    """When the storm may end and leave the settle phase as it is."""
    storm = case.duration_ns - case.settle_ns
    healed = [(ns_of(fault, "at") or 0) + (ns_of(fault, "for") or 0) for fault in case.faults]
    last = -(-max(healed, default=0) // STEP) * STEP
    ends = {STEP, storm // 4, storm // 2, last, last + STEP}
    return sorted({-(-end // STEP) * STEP + case.settle_ns for end in ends if 0 < end < storm} - {case.duration_ns})


def _ending(case: Case, end: int, settle: int) -> Case:
    """The case with another end; faults and operations beyond it are gone."""
    storm = end - settle

    def change(data: Data) -> None:
        data["duration"], data["settle"] = show_exact_ns(end), show_exact_ns(settle)
        data["faults"] = [fault for fault in data["faults"] if (ns_of(fault, "at") or 0) < storm]
        for entry in _work(data):
            if "operations" in entry:
                entry["operations"] = [one for one in entry["operations"] if (ns_of(one, "at") or 0) < end]

    return case.changed(change)


def _work(data: Data) -> list[Data]:
    work = data.get("workload") or []
    return work if isinstance(work, list) else [work]


def fewer_nodes(case: Case, trials: Trials, retry_seeds: int = 0) -> Case:
    """As few servers as still fail, from one on; with further seeds if asked, for fewer nodes are another world."""
    for name, system in case.data["systems"].items():
        prefix = "" if len(case.data["systems"]) == 1 else f"{name}/"
        found = trials.first(
            seeded
            for count in range(1, int(system.get("nodes", 3)))
            for smaller in _with_nodes(case, name, prefix, count)
            for seeded in _seeds(smaller, retry_seeds)
        )
        case = found or case
    return case


def _seeds(case: Case, retries: int) -> Iterator[Case]:
    for further in range(retries + 1):
        yield Case(case.text, case.seed + further, case.path)


def _with_nodes(case: Case, system: str, prefix: str, count: int) -> Iterator[Case]:
    """The case with so many servers: the first ones; and those that faults name, in place of the first ones."""
    kept = [f"{prefix}n{i}" for i in range(1, count + 1)]
    everybody = [f"{prefix}n{i}" for i in range(1, int(case.data["systems"][system].get("nodes", 3)) + 1)]
    hit = [name for name in everybody if any(name in _named(fault) for fault in case.faults)]
    moved = dict(zip([*hit, *(name for name in everybody if name not in hit)], everybody, strict=True))
    for rename in ({name: name for name in everybody}, moved):
        mapped = {name: to for name, to in rename.items() if to in kept}
        gone = frozenset(everybody) - frozenset(mapped)
        faults = [_renamed(fault, mapped, gone) for fault in case.faults]
        systems = {**case.data["systems"], system: {**case.data["systems"][system], "nodes": count}}
        yield case.of({**case.data, "systems": systems, "faults": [fault for fault in faults if fault is not None]})


def _named(fault: Data) -> set[str]:
    """The names in a fault."""
    found: set[str] = set()

    def look(value: Any) -> None:
        if isinstance(value, str):
            found.add(value)
        elif isinstance(value, dict):
            for one in value.values():
                look(one)
        elif isinstance(value, list):
            for one in value:
                look(one)

    look(fault[verb_of(fault)])
    return found


def _renamed(fault: Data, names: dict[str, str], gone: frozenset[str]) -> Data | None:
    """The fault with other names; None if it is left without anybody."""
    verb = verb_of(fault)
    body = _renamed_body(fault[verb], names, gone)
    return None if body is None else {**fault, verb: body}


def _renamed_body(body: Data, names: dict[str, str], gone: frozenset[str]) -> Data | None:
    changed = dict(body)
    for option, value in body.items():
        if option == "one-way":
            changed[option] = _renamed_body(value, names, gone)
        elif option in SELECTORS:
            changed[option] = _renamed_selector(value, names, gone)
        elif option in GROUPS:
            groups = [_renamed_selector(group, names, gone) for group in value]
            changed[option] = [group for group in groups if group is not None]
            if len(changed[option]) < 2:
                return None
    return None if any(value is None for value in changed.values()) else changed


def _renamed_selector(value: Any, names: dict[str, str], gone: frozenset[str]) -> Any:
    if isinstance(value, str):
        return None if value in gone else names.get(value, value)
    left = [names.get(one, one) for one in value if one not in gone]
    return selector_of(left) if left else None


def calm_network(case: Case, trials: Trials) -> Case:
    """A network that does nothing but take a millisecond; else without each of the things that happen on it."""
    network = case.data.get("network")
    if not network or network == {"latency": "1ms"}:
        return case
    found = trials.first(case.of({**case.data, "network": one}) for one in _calmer(network))
    return case if found is None else calm_network(found, trials)


def _calmer(network: Data) -> Iterator[Data]:
    yield {"latency": "1ms"}
    for key in network:
        if key != "latency":
            yield {name: value for name, value in network.items() if name != key}
    latency = network.get("latency", "1ms")
    if isinstance(latency, dict):
        ((_, of),) = latency.items()
        yield {**network, "latency": of["median"] if isinstance(of, dict) else of if isinstance(of, str) else of[0]}
