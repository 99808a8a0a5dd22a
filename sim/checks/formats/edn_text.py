"""Writes EDN: what `edn` reads back as the same value."""

from collections.abc import Iterable
from decimal import Decimal
from math import isinf

from sim.checks.formats.error import DEPTH_MAX, FormatError, shown
from sim.checks.formats.forms import Char, Keyword, Map, Set, Symbol, Tagged

_ESCAPES = str.maketrans({'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f"})


def edn(value: object, depth: int = 0) -> str:
    """A value as EDN, on one line; FormatError for what EDN has no form for, bytes for instance.

    Sets of Python are written in a fixed order, whatever the hash seed; lists and tuples are vectors.
    """
    kind = type(value)
    if kind is str:
        return f'"{str(value).translate(_ESCAPES)}"'
    if kind is int:
        return str(value)
    if value is None:
        return "nil"
    if kind is bool:
        return "true" if value else "false"
    if isinstance(value, (float, Decimal, Keyword, Symbol, Char)):
        return _atom(value)
    if depth >= DEPTH_MAX:
        raise FormatError(f"a value nested more than {DEPTH_MAX} deep")
    return _compound(value, depth + 1)


def _atom(value: float | Decimal | Keyword | Symbol | Char) -> str:
    if isinstance(value, Keyword):
        return f":{value.name}"
    if isinstance(value, Symbol):
        return value.name
    if isinstance(value, Char):
        return _char(value.text)
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise FormatError(f"{value} found", "a finite decimal number")
        return f"{value}M"
    if value != value:
        return "##NaN"
    return repr(value) if not isinf(value) else "##Inf" if value > 0 else "##-Inf"


def _char(text: str) -> str:
    return f"\\u{ord(text):04x}" if text.isspace() or text < " " else f"\\{text}"


def _compound(value: object, depth: int) -> str:
    if isinstance(value, (tuple, list)):
        return f"[{_row(value, depth)}]"
    if isinstance(value, (frozenset, set)):
        return f"#{{{' '.join(sorted((edn(part, depth) for part in value), key=_by_size))}}}"
    if isinstance(value, Set):
        return f"#{{{_row(value.members, depth)}}}"
    if isinstance(value, Map):
        return f"{{{', '.join(_row(pair, depth) for pair in value.pairs)}}}"
    if isinstance(value, Tagged):
        return f"#{value.tag} {edn(value.form, depth)}"
    raise FormatError(f"{shown(value)} of type {type(value).__name__}", "numbers, texts, tuples or sets of them")


def _row(parts: Iterable[object], depth: int) -> str:
    return " ".join([edn(part, depth) for part in parts])


def _by_size(text: str) -> tuple[int, str]:
    return len(text), text
