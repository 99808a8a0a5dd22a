"""The records of a trace in words: who got what from whom, who said what happened inside, which fault began."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from sim.model import find_model
from sim.scenario.schema import Scenario
from sim.world import trace as codes
from sim.world.message import Event, Message
from sim.world.units import show_ns

_SHORT = 60
_DIGEST = 32
FieldNames = Mapping[str, tuple[tuple[str, ...], ...]]
"""Type -> the names of its fields; several of them if there are several types of this name, the likeliest first."""
_spoken_of: ContextVar[FieldNames | None] = ContextVar("_spoken_of", default=None)


@dataclass(frozen=True)
class Record:
    """One record of a trace: its number, from 1, its time in ns, its code and what stands behind it.

    `node` is where it happened. `cause` is the number of the record whose handler sent or emitted it, None if it has
    none: a timer, a start, a fault.
    """

    number: int
    t_ns: int
    code: int
    rest: tuple[Any, ...]

    @property
    def node(self) -> str:
        """Where it happened: the target of a message, the node of a timer; empty for a fault."""
        if self.code in (codes.DELIVER, codes.LOST, codes.CALL, codes.RETURN):
            return str(self.rest[1])
        return "" if self.code == codes.FAULT else str(self.rest[0])

    @property
    def cause(self) -> int | None:
        """The record that this one follows from."""
        if self.code in (codes.DELIVER, codes.LOST):
            return int(self.rest[3])
        return int(self.rest[2]) if self.code == codes.EMIT else None

    @property
    def said(self) -> list[Any] | None:
        """The message or event in it, as a list that begins with its type."""
        if self.code in (codes.DELIVER, codes.LOST):
            found: list[Any] = self.rest[4]
            return found
        if self.code == codes.EMIT:
            event: list[Any] = self.rest[3]
            return event
        return None

    def words(self) -> str:
        """The record as a sentence without its time."""
        return str(_WORDS[self.code](*self.rest))

    def exactly(self) -> str:
        """The record with its time to the nanosecond."""
        return f"{self.t_ns:,} ns  {self.words()}"

    def __str__(self) -> str:
        return f"{show_ns(self.t_ns)}  {self.words()}"


def records_of(decoded: Sequence[Sequence[Any]], before: int = 0) -> list[Record]:
    """The records of a decoded trace, of which the first has so many before it."""
    return [Record(number, one[0], one[1], tuple(one[2:])) for number, one in enumerate(decoded, before + 1)]


def _deliver(source: str, target: str, sent_ns: int, cause: int, message: Sequence[Any]) -> str:  # noqa: ARG001
    return f"{target} gets {say(message)} from {source}, sent at {show_ns(sent_ns)}"


def _lost(source: str, target: str, sent_ns: int, cause: int, message: Sequence[Any], why: str) -> str:  # noqa: ARG001
    return f"{say(message)} from {source} never reaches {target}: {why}"


def _emit(node: str, incarnation: int, cause: int, event: Sequence[Any]) -> str:  # noqa: ARG001
    return f"{node}: {say(event)}"


def _fault(fault: str, what: str, kind: str, targets: Sequence[str]) -> str:
    verb = {"inject": "begins", "heal": "ends", "skip": "finds no target"}.get(what, what)
    who = f" of {', '.join(targets)}" if targets else ""
    return f"fault {fault}: {kind}{who} {verb}"


def _node(node: str, incarnation: int, what: str) -> str:
    if what == "start":
        return f"{node} starts" if incarnation == 1 else f"{node} starts again (incarnation {incarnation})"
    return f"{node}: {what}"


def _call(op: int, client: str, verb: str, key: object, arg: object) -> str:
    shown = "" if arg is None else f" {_value(arg)}"
    return f"{client} calls {verb}#{op} of {key}{shown}"


def _return(op: int, client: str, outcome: str, result: object) -> str:
    return f"{client} is told {outcome} for #{op}" + ("" if result is None else f": {_value(result)}")


def _timer(node: str, name: str) -> str:
    return f"{node}: timer {name}"


def _wake(node: str, task: str) -> str:
    return f"{node}: {task} goes on"


_WORDS: dict[int, Any] = {
    codes.DELIVER: _deliver,
    codes.LOST: _lost,
    codes.TIMER: _timer,
    codes.EMIT: _emit,
    codes.FAULT: _fault,
    codes.NODE: _node,
    codes.CALL: _call,
    codes.RETURN: _return,
    codes.WAKE: _wake,
}


def say(said: Sequence[Any]) -> str:
    """A message or event with the names of its fields: ``Granted(term 1, to n2)``; of a call what is inside it."""
    name, values = str(said[0]), list(said[1:])
    if name in ("Ask", "Answer") and len(values) > 2 and isinstance(values[2], list):
        return say(values[2])
    names = names_of(said)
    shown = [f"{field} {_value(value)}" for field, value in zip(names, values, strict=False) if _tells(value)]
    if not names:
        shown = [_value(value) for value in values if _tells(value)]
    return f"{name}({', '.join(shown)})" if shown else name


def _tells(value: Any) -> bool:
    """Whether a value says something to a person: digests do not."""
    return not isinstance(value, bytes) and value != [] and value is not False and not _is_digest(value)


def _is_digest(value: Any) -> bool:
    return isinstance(value, str) and len(value) == _DIGEST and not value.strip("0123456789abcdef")


def _value(value: Any) -> str:
    if isinstance(value, bytes):
        return value.hex()[:8]
    if value is True:
        return "yes"
    if isinstance(value, (list, tuple)):
        if len(value) > 1 and isinstance(value[0], str) and value[0] in field_names():
            return _short(say(value))
        if value and isinstance(value[0], list) and value[0] and isinstance(value[0][0], str):
            return f"{len(value)} {value[0][0]}"
        return _short(" ".join(_value(one) for one in value))
    return _short(str(value))


def _short(text: str) -> str:
    return text if len(text) <= _SHORT else text[:_SHORT] + "..."


def speak_of(scenario: Scenario) -> None:
    """From now on words are those of this scenario's models: two models may use one name for different things."""
    packages: dict[str, None] = {}
    for entry in scenario.systems.values():
        own = _package(find_model(entry.model).build.__module__)
        packages[own] = None
        for name in sorted(sys.modules):
            if name.startswith(own):
                used = [one.__name__ for one in vars(sys.modules[name]).values() if isinstance(one, ModuleType)]
                packages.update(dict.fromkeys(_package(one) for one in used if one.startswith("models.")))
    _spoken_of.set(_field_names(tuple(packages)))


def _package(module: str) -> str:
    parts = module.split(".")
    return ".".join(parts[:2]) if parts[0] == "models" else parts[0]


def field_names() -> FieldNames:
    """Type of message or event -> names of its fields, of the models that are spoken of before all others."""
    known = _spoken_of.get()
    return _field_names(()) if known is None else known


def names_of(said: Sequence[Any]) -> tuple[str, ...]:
    """The names of the fields of a message or event, a list that begins with its type; of as many as it has."""
    known = field_names().get(str(said[0]), ())
    return next((names for names in known if len(names) == len(said) - 1), known[0] if known else ())


def _field_names(packages: tuple[str, ...]) -> FieldNames:
    found: dict[str, list[tuple[int, str, tuple[str, ...]]]] = {}
    for kind in (kind for base in (Message, Event) for kind in _subclasses(base)):
        near = [place for place, package in enumerate(packages) if kind.__module__.startswith(package)]
        meant = (min(near, default=len(packages)), kind.__module__, kind.__struct_fields__)
        found.setdefault(kind.__name__, []).append(meant)
    return {name: tuple(fields for _, _, fields in sorted(kinds)) for name, kinds in found.items()}


def homes() -> Mapping[str, tuple[str, ...]]:
    """Type of message or event -> the packages that have one of this name."""
    found: dict[str, dict[str, None]] = {}
    for kind in (kind for base in (Message, Event) for kind in _subclasses(base)):
        found.setdefault(kind.__name__, {})[_package(kind.__module__)] = None
    return {name: tuple(sorted(packages)) for name, packages in found.items()}


def _subclasses(base: type[Message] | type[Event]) -> Iterator[type[Message] | type[Event]]:
    for kind in base.__subclasses__():
        yield kind
        yield from _subclasses(kind)
