"""Overrides: `--set network.loss=1%` lays a value over a path of the document, before it is checked."""

from itertools import product

from sim.scenario.errors import Problem, ScenarioErrors
from sim.scenario.schema import Scenario
from sim.scenario.yaml_text import Data, Document, Path, parse, walk


def override(document: Document, text: str) -> None:
    """Lay `path=value` over the document. Paths have dots; entries of lists are numbers: ``faults.0.at=3s``."""
    path_text, equals, value_text = text.partition("=")
    if not equals or not path_text:
        raise _refused(text, "expected path=value, such as network.loss=1%")
    path = tuple(int(part) if part.isdigit() else part for part in path_text.split("."))
    value = parse(value_text, f"--set {path_text}").data if value_text else None
    parent = _parent(document.data, path, text)
    if isinstance(parent, list):
        parent[_index(parent, path, text)] = value
    elif isinstance(parent, dict):
        parent[str(path[-1])] = value
    else:
        raise _refused(text, f"{'.'.join(map(str, path[:-1]))} is neither a mapping nor a list")
    _forget_places(document, path, value)


def _parent(data: Data, path: Path, text: str) -> Data:
    """What holds the last part of a path; mappings on the way that are not there are made."""
    here = data
    for depth, part in enumerate(path[:-1]):
        if isinstance(here, list):
            here = here[_index(here, path[: depth + 1], text)]
        elif isinstance(here, dict):
            here = here.setdefault(str(part), {})
        else:
            raise _refused(text, f"{'.'.join(map(str, path[:depth]))} is neither a mapping nor a list")
    return here


def _index(entries: list[Data], path: Path, text: str) -> int:
    part = path[-1]
    if not isinstance(part, int) or part >= len(entries):
        where = ".".join(map(str, path[:-1]))
        raise _refused(text, f"{where} has {len(entries)} entries, found {part!r}; expected a number from 0")
    return part


def _forget_places(document: Document, path: Path, value: Data) -> None:
    """What was laid over has no place in the file."""
    for inner, _ in walk(value, path):
        document.places[inner] = (0, 0)


def _refused(text: str, message: str) -> ScenarioErrors:
    return ScenarioErrors([Problem(f"--set {text}", 0, 0, "", message)])


def points(scenario: Scenario) -> list[tuple[str, ...]]:
    """The overrides of each point that `vary` spans: all combinations, in the order of the file; one point without."""
    axes = [[f"{path}={value}" for value in values] for path, values in scenario.vary.items()]
    return list(product(*axes))
