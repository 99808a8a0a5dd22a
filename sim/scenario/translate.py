"""Says in our words what pydantic found: what stood there, what was expected, the nearest word."""

import types
import typing
from collections.abc import Sequence
from difflib import get_close_matches

import pydantic
from pydantic_core import ErrorDetails

from sim.scenario.errors import Problem
from sim.scenario.yaml_text import Document, Path

_EXPECTED = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "bool_type": "true or false",
    "string_type": "text",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "mapping_type": "a mapping",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_attributes_type": "a mapping",
}


def near(word: str, known: Sequence[str]) -> str:
    """The nearest of the known words as a question, or all of them if none is near."""
    found = get_close_matches(word, known, 1, 0.5)
    if found:
        return f", did you mean {found[0]!r}?"
    return f"; there are {', '.join(map(str, known))}" if known else ""


def translate(
    error: pydantic.ValidationError, model: type[pydantic.BaseModel], document: Document, file: str, base: Path
) -> list[Problem]:
    """The problems of a model that was validated from the part of the document at `base`."""
    return [_problem(details, model, document, file, base) for details in error.errors()]


def _problem(
    details: ErrorDetails, model: type[pydantic.BaseModel], document: Document, file: str, base: Path
) -> Problem:
    path: Path = (*base, *(part for part in details["loc"] if part != "[key]"))
    line, column = document.place(path)
    return Problem(file, line, column, ".".join(map(str, path)), _say(details, model))


def _say(details: ErrorDetails, model: type[pydantic.BaseModel]) -> str:
    kind, context, found = details["type"], details.get("ctx", {}), details["input"]
    last = str(details["loc"][-1]) if details["loc"] else ""
    if kind == "extra_forbidden":
        return f"unknown key{near(last, _keys(model, details['loc'][:-1]))}"
    if kind == "missing":
        return f"missing, expected a key {last!r}"
    if kind == "value_error":
        return str(context.get("error", details["msg"]))
    if kind == "literal_error":
        words = [word.strip(" '") for word in str(context["expected"]).replace(" or ", ",").split(",")]
        return f"found {_shown(found)}{near(str(found), words)}"
    if kind in _EXPECTED:
        return f"expected {_EXPECTED[kind]}, found {_shown(found)}"
    return _say_bound(kind, context, found, details["msg"])


def _say_bound(kind: str, context: dict[str, object], found: object, message: str) -> str:
    bounds = {
        "greater_than_equal": ("at least", "ge"),
        "greater_than": ("more than", "gt"),
        "less_than_equal": ("at most", "le"),
        "less_than": ("less than", "lt"),
    }
    if kind in bounds:
        words, key = bounds[kind]
        return f"expected {words} {context[key]}, found {_shown(found)}"
    if kind == "string_pattern_mismatch":
        return f"expected letters, digits, '-', '_' and '.', found {_shown(found)}"
    if kind in ("too_short", "too_long", "missing_argument", "unexpected_positional_argument"):
        return f"expected {'more' if kind == 'too_short' else 'fewer'} entries, found {_shown(found)}"
    return f"{message[:1].lower()}{message[1:]}, found {_shown(found)}"


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, (list, tuple)):
        return "a list"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _keys(model: type[pydantic.BaseModel], loc: Sequence[str | int]) -> list[str]:
    """The keys that the mapping at `loc` may have."""
    inner = _model_at(model, loc)
    return [] if inner is None else [field.alias or name for name, field in inner.model_fields.items()]


def _model_at(model: type[pydantic.BaseModel], loc: Sequence[str | int]) -> type[pydantic.BaseModel] | None:
    here: object = model
    for part in loc:
        if isinstance(here, type) and issubclass(here, pydantic.BaseModel):
            fields = {field.alias or name: field for name, field in here.model_fields.items()}
            here = _plain(fields[str(part)].annotation) if str(part) in fields else None
        else:
            arguments = [one for one in typing.get_args(here) if one is not Ellipsis]
            here = _plain(arguments[-1]) if arguments else None
    return here if isinstance(here, type) and issubclass(here, pydantic.BaseModel) else None


def _plain(annotation: object) -> object:
    """An annotation without Annotated and without `| None`."""
    if typing.get_origin(annotation) is typing.Annotated:
        return _plain(typing.get_args(annotation)[0])
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return _plain(next(one for one in typing.get_args(annotation) if one is not type(None)))
    return annotation
