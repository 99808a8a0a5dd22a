"""Values of files as a history holds them: hashable, without keywords, the same for every notation.

| read | held |
|---|---|
| keyword, symbol, character | its text, without colon or backslash |
| vector, list, array | tuple |
| set | frozenset |
| map, object | tuple of pairs (key, value), sorted by key |
| tagged form | tuple (tag, value) |

A set or a map that would lose a member by it is refused: frozenset holds one of ``1``, ``1.0`` and ``true`` only.
"""

from collections.abc import Sequence

from sim.checks.formats.edn_text import edn
from sim.checks.formats.error import DEPTH_MAX, FormatError
from sim.checks.formats.forms import Char, Keyword, Map, Set, Symbol, Tagged

_HELD = frozenset((str, int, type(None), bool, float))


def plain(form: object, line: int, depth: int = 0) -> object:
    """A form of EDN or a value of JSON as a history holds it; FormatError names `line`."""
    kind = type(form)
    if kind in _HELD:
        return form
    if isinstance(form, (Keyword, Symbol)):
        return form.name
    if depth >= DEPTH_MAX:
        raise FormatError(f"a value nested more than {DEPTH_MAX} deep", "a history", line)
    deeper = depth + 1
    if isinstance(form, (tuple, list)):
        return tuple([plain(part, line, deeper) for part in form])
    if isinstance(form, dict):
        return _pairs(list(form.items()), line, deeper)
    if isinstance(form, Map):
        return _pairs(form.pairs, line, deeper)
    if isinstance(form, Set):
        return _members(form, line, deeper)
    if isinstance(form, Tagged):
        return (form.tag, plain(form.form, line, deeper))
    return form.text if isinstance(form, Char) else form


def _members(form: Set, line: int, depth: int) -> frozenset[object]:
    members = frozenset([plain(member, line, depth) for member in form.members])
    if len(members) != len(form.members):
        raise FormatError("a set that holds equal members", "members that differ, and not only in type", line)
    return members


def _pairs(pairs: Sequence[tuple[object, object]], line: int, depth: int) -> tuple[tuple[object, object], ...]:
    held = [(plain(key, line, depth), plain(value, line, depth)) for key, value in pairs]
    if len({key for key, _ in held}) != len(held):
        raise FormatError("a map that holds a key twice", "keys that differ, and not only in type", line)
    return tuple(sorted(held, key=_by_key))


def _by_key(pair: tuple[object, object]) -> tuple[int, int, str]:
    """Integers by size, then everything else by its text: no order of insertion, no hash."""
    key = pair[0]
    return (0, key, "") if type(key) is int else (1, 0, edn(key))
