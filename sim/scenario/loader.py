"""Loads a scenario file: everything that is wrong with it is found before anything runs, and said all at once."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath

import pydantic

from sim.faults.fault import FAULTS
from sim.scenario.consistency import find_contradictions
from sim.scenario.errors import Problem, ScenarioErrors
from sim.scenario.overrides import override
from sim.scenario.schema import (
    CHECK_SHORT,
    CHECKS,
    CheckEntry,
    FaultEntry,
    Part,
    Scenario,
    When,
)
from sim.scenario.translate import near, translate
from sim.scenario.yaml_text import Data, Document, Path, parse, read_text

WHEN_KEYS = tuple(field.alias or name for name, field in When.model_fields.items())


@dataclass(frozen=True)
class Loaded:
    """A scenario with the text it came from, the overrides laid over it, and its path as the user wrote it."""

    scenario: Scenario
    text: str
    path: str
    overrides: tuple[str, ...] = ()

    def with_(self, changes: Mapping[str, Data] | None = None, **top: Data) -> "Loaded":
        """The scenario with other values, checked as files are: ``with_({"network.loss": "1%"}, duration="20s")``.

        Keys of `changes` are paths with dots, those of `top` stand at the top of the file. ScenarioErrors says what is
        wrong.
        """
        laid = {**(changes or {}), **top}
        more = tuple(f"{path}={one if isinstance(one, str) else json.dumps(one)}" for path, one in laid.items())
        return load_text(self.text, self.path, (*self.overrides, *more))


def load(file: str | FilePath, overrides: tuple[str, ...] = ()) -> Loaded:
    """Load a file, with `path=value` overrides laid over it. ScenarioErrors holds all that is wrong."""
    return load_text(read_text(file), str(file), overrides)


def load_text(text: str, file: str = "<text>", overrides: tuple[str, ...] = ()) -> Loaded:
    """Load a text; `file` is the name that errors give it."""
    document = parse(text, file)
    for one in overrides:
        override(document, one)
    return Loaded(_Loading(document, file).scenario(), text, file, overrides)


class _Loading:
    """One document on its way to a Scenario, and the problems found on it."""

    def __init__(self, document: Document, file: str) -> None:
        self._document = document
        self._file = file
        self._problems: list[Problem] = []

    def scenario(self) -> Scenario:
        """The scenario; raises with all problems if there are any."""
        data = self._document.data
        if not isinstance(data, dict):
            raise ScenarioErrors(
                [Problem(self._file, 1, 1, "", "expected a mapping with version, name, duration, systems")]
            )
        built = dict[str, object](data)
        built["faults"] = self._entries(data, "faults", self._fault)
        built["checks"] = self._entries(data, "checks", self._check)
        if isinstance(data.get("workload"), dict):
            built["workload"] = [data["workload"]]
            self._document.lift("workload")
        scenario = self._validated(Scenario, built, ())
        if isinstance(scenario, Scenario):
            for path, message in find_contradictions(scenario):
                self._report(path, message)
        if self._problems:
            raise ScenarioErrors(self._problems)
        assert isinstance(scenario, Scenario), "without problems there is a scenario"
        return scenario

    def _entries(self, data: Mapping[str, Data], key: str, build: Callable[[Data, Path], object]) -> list[object]:
        entries = data.get(key)
        if entries is None:
            return []
        if not isinstance(entries, list):
            self._report((key,), "expected a list")
            return []
        built = (build(entry, (key, index)) for index, entry in enumerate(entries))
        return [one for one in built if one is not None]

    def _fault(self, entry: Data, path: Path) -> object:
        """{at: 5s, for: 2s, crash: {...}}: the keys of When, and one verb."""
        if not isinstance(entry, dict):
            self._report(path, "expected a mapping such as {at: 5s, for: 2s, crash: {nodes: leader}}")
            return None
        verbs = [key for key in entry if key not in WHEN_KEYS]
        for verb in verbs:
            if verb not in FAULTS:
                self._report((*path, verb), f"unknown key{near(verb, (*FAULTS, *WHEN_KEYS))}")
        known = [verb for verb in verbs if verb in FAULTS]
        if len(known) > 1 or not verbs:
            said = " and ".join(known) if known else "none"
            self._report(path, f"expected one fault of {', '.join(FAULTS)}; found {said}")
        when = self._validated(When, {key: value for key, value in entry.items() if key in WHEN_KEYS}, path)
        faults = [self._validated(FAULTS[verb], _options(verb, entry[verb]), (*path, verb)) for verb in known]
        if when is None or len(faults) != 1 or faults[0] is None:
            return None
        return FaultEntry(when, faults[0])  # type: ignore[arg-type] # validated as these classes

    def _check(self, entry: Data, path: Path) -> object:
        """`linearizable`, or {sometimes: leader_changed}."""
        if isinstance(entry, str):
            entry = {entry: {}}
        if not isinstance(entry, dict) or len(entry) != 1:
            self._report(path, "expected a check such as linearizable or {sometimes: leader_changed}")
            return None
        ((name, options),) = entry.items()
        if name not in CHECKS:
            self._report((*path, name), f"no check named {name!r}{near(name, tuple(CHECKS))}")
            return None
        if name in CHECK_SHORT and isinstance(options, str):
            options = {CHECK_SHORT[name]: options}
        found = self._validated(CHECKS[name], options if options is not None else {}, (*path, name))
        return None if found is None else CheckEntry(name, found)  # type: ignore[arg-type] # one of CheckOptions

    def _validated(self, model: type[pydantic.BaseModel], data: object, path: Path) -> pydantic.BaseModel | None:
        try:
            return model.model_validate(data)
        except pydantic.ValidationError as error:
            self._problems += translate(error, model, self._document, self._file, path)
            return None

    def _report(self, path: Path, message: str) -> None:
        line, column = self._document.place(path)
        self._problems.append(Problem(self._file, line, column, ".".join(map(str, path)), message))


def _options(verb: str, data: Data) -> object:
    """What stands behind a verb; `call: pkg.mod:function` is short for {function: ...}."""
    if verb == "call" and isinstance(data, str):
        return {"function": data}
    return {} if data is None else data


__all__ = ["Loaded", "Part", "load", "load_text"]
