"""YAML 1.2 with positions: plain data beside the line and column that each part of it stands at.

PyYAML reads the structure; scalars are resolved here by the core schema of YAML 1.2, in which `no` and `on` are words.
Duplicate keys, several documents, aliases that multiply and texts beyond 1 MiB are refused.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path as FilePath

import yaml

from sim.scenario.errors import Problem, ScenarioErrors

TEXT_MAX = 1 << 20
NODES_MAX = 100_000
DEPTH_MAX = 64

Data = None | bool | int | float | str | list["Data"] | dict[str, "Data"]
Path = tuple[str | int, ...]

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULL = ("", "~", "null", "Null", "NULL")
_TRUE, _FALSE = ("true", "True", "TRUE"), ("false", "False", "FALSE")
_INT = re.compile(r"[-+]?[0-9]+$")
_OCTAL, _HEX = re.compile(r"0o[0-7]+$"), re.compile(r"0x[0-9a-fA-F]+$")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$")


@dataclass
class Document:
    """The data of a text, and where things stand: path -> (line, column), from 1. A key's place is `(*path, key)`."""

    data: Data
    places: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def lift(self, key: str) -> None:
        """What stands under `key` is taken as a list of one: let its places be found under `key`.0, too."""
        inner = [(path, place) for path, place in self.places.items() if path[:1] == (key,)]
        self.places |= {(key, 0, *path[1:]): place for path, place in inner}

    def place(self, path: Path) -> tuple[int, int]:
        """Where `path` stands, or the nearest part around it."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (1, 1))


def read_text(file: str | FilePath) -> str:
    """The text of a file; ScenarioErrors if there is none, or it is too large, or no text."""
    path = FilePath(file)
    try:
        size = path.stat().st_size
        if size > TEXT_MAX:
            raise _one(path, f"the file has {size:,} bytes; a scenario has at most {TEXT_MAX:,}")
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        raise _one(path, f"there is no such file{_near_file(path)}") from None
    except IsADirectoryError:
        raise _one(path, "this is a folder, expected a scenario file") from None
    except PermissionError:
        raise _one(path, "the file may not be read") from None
    except UnicodeDecodeError as error:
        raise _one(path, f"the file is no UTF-8 text (byte {error.start})") from None


def _one(path: FilePath, message: str) -> ScenarioErrors:
    return ScenarioErrors([Problem(str(path), 0, 0, "", message)])


def _near_file(path: FilePath) -> str:
    from difflib import get_close_matches

    try:
        names = [entry.name for entry in path.parent.iterdir() if entry.suffix in (".yaml", ".yml")]
    except OSError:
        return ""
    near = get_close_matches(path.name, names, 1)
    return f", did you mean '{path.parent / near[0]}'?" if near else ""


def parse(text: str, file: str) -> Document:
    """The one document in `text`; ScenarioErrors with its line and column if it is not YAML as we take it."""
    if len(text) > TEXT_MAX:
        raise ScenarioErrors(
            [Problem(file, 0, 0, "", f"{len(text):,} characters; a scenario has at most {TEXT_MAX:,}")]
        )
    try:
        root = _compose(text, file)
    except yaml.YAMLError as error:
        raise ScenarioErrors([_yaml_problem(file, error)]) from None
    except RecursionError:
        raise ScenarioErrors([Problem(file, 0, 0, "", "nested too deeply")]) from None
    builder = _Builder(file)
    document = Document(builder.build(root, (), 0), builder.places)
    if builder.problems:
        raise ScenarioErrors(builder.problems)
    return document


def _refuse_deep(text: str, file: str) -> None:
    """Refuse nesting before anything is built from it: composing is recursive, and deep texts cost gigabytes."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEPTH_MAX:
                mark = event.start_mark
                line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
                raise ScenarioErrors([Problem(file, line, column, "", f"nested more deeply than {DEPTH_MAX}")])
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _compose(text: str, file: str) -> yaml.Node:
    _refuse_deep(text, file)
    loader = _LOADER(text)
    try:
        root = loader.get_single_node()
    finally:
        loader.dispose()
    if root is None:
        raise ScenarioErrors([Problem(file, 1, 1, "", "the file is empty, expected a scenario")])
    assert isinstance(root, yaml.Node), "a document is a node"
    return root


def _yaml_problem(file: str, error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None)
    said = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
    if said.startswith("but found another document"):
        said = "found a second document, expected one scenario a file"
    return Problem(file, line, column, "", f"not YAML: {said}")


class _Builder:
    """Turns composed nodes into data; aliases are followed, and counted, so that they cannot multiply for ever."""

    def __init__(self, file: str) -> None:
        self.places: dict[Path, tuple[int, int]] = {}
        self.problems: list[Problem] = []
        self._file = file
        self._count = 0

    def build(self, node: yaml.Node, path: Path, depth: int) -> Data:
        """The data of a node, its place noted."""
        self._count += 1
        if self._count > NODES_MAX or depth > DEPTH_MAX:
            what = "aliases multiply to more than" if self._count > NODES_MAX else "nested more deeply than"
            limit = NODES_MAX if self._count > NODES_MAX else DEPTH_MAX
            raise ScenarioErrors([self._problem(node, path, f"{what} {limit:,}")])
        self.places.setdefault(path, _mark(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path, depth)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(one, (*path, i), depth + 1) for i, one in enumerate(node.value)]
        return self._scalar(node, path)

    def _mapping(self, node: yaml.MappingNode, path: Path, depth: int) -> Data:
        found: dict[str, Data] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self.problems.append(self._problem(key_node, path, "a key is a word, found a list or mapping"))
                continue
            key = key_node.value
            if key in found:
                line = self.places[(*path, key)][0]
                self.problems.append(
                    self._problem(key_node, (*path, key), f"duplicate key {key!r}, first in line {line}")
                )
                continue
            self.places[(*path, key)] = _mark(key_node)
            found[key] = self.build(value_node, (*path, key), depth + 1)
        return found

    def _scalar(self, node: yaml.Node, path: Path) -> Data:
        text = str(node.value)
        if node.tag.startswith("!"):
            self.problems.append(self._problem(node, path, f"unknown tag {node.tag!r}"))
        return text if getattr(node, "style", None) in ("'", '"', "|", ">") else resolve_scalar(text)

    def _problem(self, node: yaml.Node, path: Path, message: str) -> Problem:
        return Problem(self._file, *_mark(node), ".".join(map(str, path)), message)


def resolve_scalar(text: str) -> Data:
    """A plain scalar by the core schema of YAML 1.2."""
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if _INT.match(text):
        return int(text) if len(text) < 4000 else text
    if _OCTAL.match(text):
        return int(text[2:], 8)
    if _HEX.match(text):
        return int(text[2:], 16)
    if _FLOAT.match(text) or text.lower().lstrip("+-") in (".inf", ".nan"):
        return float(text.replace(".inf", "inf").replace(".nan", "nan"))
    return text


def _mark(node: yaml.Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


def walk(data: Data, path: Path = ()) -> Iterator[tuple[Path, Data]]:
    """Every part of the data with its path, outer ones first."""
    yield path, data
    parts = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in parts:
        yield from walk(value, (*path, key))
