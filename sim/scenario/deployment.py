"""Who is where: the names of servers and clients, and what each client is to do."""

from sim.model import find_model
from sim.scenario.schema import Scenario, WorkloadEntry
from sim.world.quantities import DURATION
from sim.world.script import Script, Step


def server_names(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    """System -> names of its servers: n1, n2, ... for the only system, kv/n1, kv/n2, ... where there are several."""
    alone = len(scenario.systems) == 1
    return {
        name: tuple(f"n{i}" if alone else f"{name}/n{i}" for i in range(1, entry.nodes + 1))
        for name, entry in scenario.systems.items()
    }


def scripts(scenario: Scenario) -> dict[str, list[Script]]:
    """System -> what each of its clients is to do. Clients are c1, c2, ..., or kv/c1, ... among several systems."""
    alone = len(scenario.systems) == 1
    found: dict[str, list[Script]] = {name: [] for name in scenario.systems}
    for entry in scenario.workload:
        system = entry.system or next(iter(scenario.systems))
        if system not in found:
            continue  # reported with the file's other problems
        prefix = "" if alone else f"{system}/"
        found[system] += _scripts_of(scenario, entry, system, prefix, len(found[system]))
    return found


def client_names(scenario: Scenario) -> tuple[str, ...]:
    """The names of all clients, in order."""
    return tuple(script.client for group in scripts(scenario).values() for script in group)


def _scripts_of(scenario: Scenario, entry: WorkloadEntry, system: str, prefix: str, before: int) -> list[Script]:
    if entry.operations is not None:
        return _literal(entry, system, prefix)
    mix = entry.mix or dict.fromkeys(find_model(scenario.systems[system].model).verbs, 1)
    rate = max(1, entry.rate // entry.clients)
    return [
        Script(f"{prefix}c{before + i}", mix, entry.keys, rate, entry.timeout, None, system)
        for i in range(1, entry.clients + 1)
    ]


def _literal(entry: WorkloadEntry, system: str, prefix: str) -> list[Script]:
    steps: dict[str, list[Step]] = {}
    for operation in entry.operations or ():
        client = f"{prefix}{operation.get('client', 'c1')}"
        verb = next(key for key in operation if key not in ("at", "client"))
        steps.setdefault(client, []).append(_step(verb, operation[verb], DURATION.parse(operation["at"])))
    return [Script(name, timeout_ns=entry.timeout, literal=tuple(steps[name]), system=system) for name in sorted(steps)]


def _step(verb: str, arguments: object, at_ns: int) -> Step:
    """The first argument is the key; one more is the value, two more are a pair such as (old, new)."""
    values = arguments if isinstance(arguments, list) else [arguments]
    key, rest = str(values[0]), [None if one is None else str(one) for one in values[1:]]
    return Step(verb, key, None if not rest else rest[0] if len(rest) == 1 else tuple(rest), at_ns=at_ns)
