"""Makes a case concrete: the plan that a seed drew as literal faults, and what its clients did as literal operations.

Only then can parts be taken away one by one while everything else stays what it was.
"""

from typing import Any

from sim.checks.history import Op
from sim.explore.failure import CRASH, Failure
from sim.explore.shrinking.case import Case, Data, ns_of, with_ns
from sim.model import Model, find_model
from sim.result import FiredFault, Run
from sim.world.quantities import show_exact_ns


def with_literal_plan(case: Case, run: Run, target: Failure) -> Case:
    """The case with the faults of the run, written with the names they hit and the times they lasted; no nemesis.

    Only the check that fails is asked for beside the model's own, and the run ends as soon as it fails.
    """
    case = case.with_choices()
    fired = {}
    for one in run.fired:
        fired[one.id] = None if one.id in fired else one  # one that fired twice has no one time
    data = {key: value for key, value in case.data.items() if key not in ("nemesis", "vary", "about")}
    data["faults"] = [_as_long(dict(entry), fired.get(str(entry["id"]))) for entry in run.plan]
    data["checks"] = [entry for entry in case.data.get("checks") or [] if _name(entry) == target.check]
    if target.check != CRASH:
        data["expect"] = {"violates": target.check}
    return case.of(data)


def _name(entry: Any) -> str:
    """The name of a check's entry as verdicts give it: `linearizable`, `sometimes leader_changed`."""
    if isinstance(entry, str):
        return entry
    ((name, options),) = entry.items()
    if name == "eventually":
        return "eventually progress"
    return f"{name} {options}" if isinstance(options, str) else str(name)


def _as_long(entry: Data, fired: FiredFault | None) -> Data:
    """The entry with the time that it really lasted, where everything healed before it would have."""
    if fired is None or fired.heal_ns is None or ns_of(entry, "at") is None:
        return entry
    lasted = fired.heal_ns - fired.inject_ns
    planned = ns_of(entry, "for")
    return with_ns(entry, for_=lasted) if planned is None or planned > lasted else entry


def with_names(case: Case, run: Run) -> Case:
    """The case with the names that its faults hit in this run of it, as far as they fired once."""
    written = {str(entry["id"]): dict(entry) for entry in run.plan}
    return case.with_faults([written.get(str(fault.get("id")), fault) for fault in case.faults])


def with_literal_times(case: Case, run: Run) -> Case:
    """The case with a fault for each time that one fired, so that none waits for an event."""
    plain = [entry for entry in case.faults if "after" not in entry]
    waiting = {str(entry["id"]): entry for entry in case.faults if "after" in entry}
    for number, one in enumerate(run.fired):
        entry = waiting.get(one.id)
        if entry is not None:
            kept = {key: value for key, value in entry.items() if key not in ("after", "times", "if_none")}
            literal = with_ns({**kept, **one.written}, at=one.inject_ns)
            literal["id"] = f"{one.id}-{number}"
            plain.append(literal if one.heal_ns is None else with_ns(literal, for_=one.heal_ns - one.inject_ns))
    return case.with_faults(sorted(plain, key=lambda entry: ns_of(entry, "at") or 0))


def with_literal_work(case: Case, run: Run) -> Case | None:
    """The case with the operations that the clients called, at their times; None if they cannot be written so."""
    if not case.data.get("workload"):
        return None
    systems = case.data["systems"]
    alone = len(systems) == 1
    entries: list[Data] = []
    for name, system in systems.items():
        prefix = "" if alone else f"{name}/"
        model = find_model(system["model"])
        mine = [op for op in run.history.ops if alone or op.client.startswith(prefix)]
        operations = [_operation(op, model, prefix) for op in mine]
        if any(one is None for one in operations):
            return None
        if operations:
            entry: Data = {} if alone else {"system": name}
            timeout = _timeout(case, name)
            entries.append(entry | ({"timeout": timeout} if timeout else {}) | {"operations": operations})
    return case.of({**case.data, "workload": entries})


def _timeout(case: Case, system: str) -> str | None:
    """How long the system's clients wait."""
    work = case.data["workload"]
    entries = work if isinstance(work, list) else [work]
    return next((entry.get("timeout") for entry in entries if entry.get("system", system) == system), None)


def _operation(op: Op, model: Model, prefix: str) -> Data | None:
    """An operation as a scenario writes it: {at: 2s, client: c1, put: [x, 17]}; None if it says less than was done."""
    arguments = [] if op.arg is None else list(op.arg) if isinstance(op.arg, tuple) else [op.arg]
    if model.verbs.get(op.f) != len(arguments) or not isinstance(op.key, str):
        return None
    if not all(one is None or isinstance(one, str) for one in arguments):
        return None
    client = op.client.removeprefix(prefix)
    return {"at": show_exact_ns(op.call_ns), "client": client, op.f: [op.key, *arguments]}
