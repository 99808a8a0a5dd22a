"""What a schema cannot see: times that contradict each other, and names that no model, node or check has."""

from collections.abc import Iterator, Sequence

import pydantic

from sim.faults.fault import FAULTS
from sim.faults.selectors import unknown_names
from sim.model import Model, UnknownModel, find_model
from sim.scenario.deployment import client_names, server_names
from sim.scenario.schema import CHECKS, FaultEntry, Nemesis, Scenario, SometimesOptions, SystemEntry, WorkloadEntry
from sim.scenario.translate import near
from sim.world.units import show_ns

Finding = tuple[tuple[str | int, ...], str]
"""(path, what is wrong there)"""


def find_contradictions(scenario: Scenario) -> Iterator[Finding]:
    """Everything wrong with a scenario whose parts are each well formed."""
    yield from _times(scenario)
    models: dict[str, Model] = {}
    for name, entry in scenario.systems.items():
        try:
            models[name] = find_model(entry.model)
        except UnknownModel as error:
            hint = near(error.name, error.known) if not error.reason else f": {error.reason}"
            yield ("systems", name, "model"), f"no model named {error.name!r}{hint}"
        else:
            yield from _system(name, entry, models[name])
    if len(models) == len(scenario.systems):
        yield from _workloads(scenario, models)
        yield from _checks(scenario, models)
        yield from _faults(scenario, models)
        yield from _zones(scenario)
        yield from _missing_links(scenario)
    yield from _nemesis(scenario)


def _times(scenario: Scenario) -> Iterator[Finding]:
    if scenario.duration == 0:
        yield ("duration",), "expected more than 0s"
    elif scenario.settle >= scenario.duration:
        yield ("settle",), f"{show_ns(scenario.settle)} leaves nothing of the duration, {show_ns(scenario.duration)}"
    storm = scenario.duration - scenario.settle
    for index, entry in enumerate(scenario.faults):
        at = entry.when.at
        if at is not None and at >= storm:
            yield (
                ("faults", index, "at"),
                f"{show_ns(at)} is not before {show_ns(storm)}, when everything heals (duration - settle)",
            )
    if scenario.nemesis is not None and scenario.nemesis.start >= storm:
        yield ("nemesis", "start"), f"not before {show_ns(storm)}, when everything heals"


def _system(name: str, entry: SystemEntry, model: Model) -> Iterator[Finding]:
    where = ("systems", name)
    if entry.mutant is not None and entry.mutant not in model.mutants:
        yield (
            (*where, "mutant"),
            f"{entry.model} has no mutant {entry.mutant!r}{near(entry.mutant, tuple(model.mutants))}",
        )
    try:
        parameters = model.parameters.model_validate(dict(entry.parameters))
    except pydantic.ValidationError as error:
        from sim.scenario.translate import _say

        for details in error.errors():
            yield (*where, "parameters", *details["loc"]), _say(details, model.parameters)
        return
    for parameter, message in model.refuse(parameters, entry.nodes):
        yield (*where, *(("parameters", parameter) if parameter in entry.parameters else ("nodes",))), message


def _workloads(scenario: Scenario, models: dict[str, Model]) -> Iterator[Finding]:
    for index, entry in enumerate(scenario.workload):
        where = ("workload", index)
        name = entry.system or next(iter(scenario.systems))
        if name not in models:
            yield (*where, "system"), f"no system named {name!r}{near(name, tuple(models))}"
        elif entry.system is None and len(models) > 1:
            yield where, f"expected 'system', one of {', '.join(models)}"
        else:
            yield from _verbs(where, entry, models[name])


def _verbs(where: tuple[str | int, ...], entry: WorkloadEntry, model: Model) -> Iterator[Finding]:
    for verb in entry.mix:
        if verb not in model.words:
            yield (*where, "mix", verb), f"{model.name} has no operation {verb!r}{near(verb, tuple(model.words))}"
    if entry.mix and not sum(entry.mix.values()):
        yield (*where, "mix"), "expected at least one weight above 0"
    for number, operation in enumerate(entry.operations or ()):
        yield from _operation((*where, "operations", number), operation, model)


def _operation(where: tuple[str | int, ...], operation: dict[str, object], model: Model) -> Iterator[Finding]:
    """{at: 2s, client: c1, put: [x, 17]}"""
    from sim.world.quantities import DURATION

    verbs = [key for key in operation if key not in ("at", "client")]
    if len(verbs) != 1 or verbs[0] not in model.words:
        word = verbs[0] if verbs else ""
        yield (*where, word) if word else where, f"expected one operation{near(word, tuple(model.words))}"
        return
    arguments = operation[verbs[0]]
    given = len(arguments) if isinstance(arguments, list) else 1
    if given != 1 + model.words[verbs[0]]:
        yield (*where, verbs[0]), f"expected the key and {model.words[verbs[0]]} more, found {given} entries"
    if not isinstance(operation.get("client", "c1"), str):
        yield (*where, "client"), "expected the name of a client"
    try:
        DURATION.parse(operation.get("at"))
    except ValueError as error:
        yield (*where, "at"), str(error)


def _checks(scenario: Scenario, models: dict[str, Model]) -> Iterator[Finding]:
    landmarks = [name for model in models.values() for name in model.landmarks]
    for index, entry in enumerate(scenario.checks):
        options = entry.options
        if isinstance(options, SometimesOptions) and options.landmark not in landmarks:
            word = options.landmark
            yield ("checks", index, entry.name), f"no landmark named {word!r}{near(word, landmarks)}"
        if entry.name == "linearizable" and not any(model.spec for model in models.values()):
            yield ("checks", index), "no model of this scenario has a history to check"
    if scenario.expect.startswith("violates "):
        promised = [name for model in models.values() for name in model.checks]
        known = [*promised, *(entry.name for entry in scenario.checks), *CHECKS]
        system, _, rest = scenario.expect.removeprefix("violates ").rpartition("/")
        name = rest if system in scenario.systems else scenario.expect.removeprefix("violates ")
        if name not in known and name.partition(" ")[0] not in CHECKS:
            yield ("expect", "violates"), f"no check named {name!r}{near(name, known)}"


def _faults(scenario: Scenario, models: dict[str, Model]) -> Iterator[Finding]:
    names = [*(name for group in server_names(scenario).values() for name in group), *client_names(scenario)]
    roles = [role for model in models.values() for role in model.roles]
    seen: dict[str, int] = {}
    for index, entry in enumerate(scenario.faults):
        yield from _selectors(index, entry, names, roles, tuple(scenario.systems))
        if entry.when.id is not None:
            if entry.when.id in seen:
                yield ("faults", index, "id"), f"{entry.when.id!r} is the id of faults.{seen[entry.when.id]} already"
            seen[entry.when.id] = index


def _selectors(
    index: int, entry: FaultEntry, names: Sequence[str], roles: Sequence[str], systems: Sequence[str]
) -> Iterator[Finding]:
    verb = type(entry.fault).verb
    for field, selector in entry.fault.selectors():
        for _, message in unknown_names(selector, names, roles, systems):
            yield ("faults", index, verb, field), message


def _missing_links(scenario: Scenario) -> Iterator[Finding]:
    names = [*(name for group in server_names(scenario).values() for name in group), *client_names(scenario)]
    for index, pair in enumerate(scenario.network.missing):
        for name in pair:
            if name not in names:
                yield ("network", "missing", index), f"no node named {name!r}{near(name, names)}"


def _zones(scenario: Scenario) -> Iterator[Finding]:
    zones = scenario.network.zones
    if zones is None:
        return
    for index, link in enumerate(zones.links):
        for name in link.zones:
            if name not in zones.members:
                yield ("network", "zones", "links", index), f"no zone named {name!r}{near(name, tuple(zones.members))}"


def _nemesis(scenario: Scenario) -> Iterator[Finding]:
    if scenario.nemesis is None:
        return
    known = [verb for verb in FAULTS if verb != "call"]
    for kind in scenario.nemesis.kinds:
        if kind not in known:
            yield ("nemesis", "kinds", kind), f"no fault named {kind!r}{near(kind, known)}"
    yield from _choices(scenario, scenario.nemesis)


def _choices(scenario: Scenario, nemesis: Nemesis) -> Iterator[Finding]:
    """Every value that a swarm may choose is one that its system could be given."""
    where = ("nemesis", "parameters")
    if nemesis.parameters and not nemesis.swarm:
        yield where, "nothing is chosen without 'swarm: true'"
    for system, choices in nemesis.parameters.items():
        if system not in scenario.systems:
            yield (*where, system), f"no system named {system!r}{near(system, tuple(scenario.systems))}"
            continue
        entry = scenario.systems[system]
        fields = find_model(entry.model).parameters
        for name, values in choices.items():
            if name not in fields.model_fields:
                yield (*where, system, name), f"no parameter named {name!r}{near(name, tuple(fields.model_fields))}"
                continue
            for place, value in enumerate(values):
                message = _refused(fields, name, value)
                if message:
                    yield (*where, system, name, place), message


def _refused(fields: type[pydantic.BaseModel], name: str, value: object) -> str:
    """What is wrong with one value of one parameter by itself."""
    from sim.scenario.translate import _say

    try:
        fields.model_validate({name: value})
    except pydantic.ValidationError as error:
        own = [details for details in error.errors() if details["loc"][:1] == (name,)]
        return _say(own[0], fields) if own else ""
    return ""
