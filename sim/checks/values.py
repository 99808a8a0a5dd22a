"""Values as a history compares them: equal only if they are of one type, and numbered in order of first appearance."""

from collections.abc import Hashable, Iterable, Iterator

_PLAIN = frozenset((str, int, bytes, type(None)))
"""Types whose equal values are of the same type among themselves: no bool, no float."""


def typed(value: object) -> Hashable:
    """A key that is equal for two values exactly if they are the same: ``1``, ``True`` and ``1.0`` are three."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is tuple:
        return value if _PLAIN.issuperset(map(type, value)) else (tuple, *map(typed, value))  # type: ignore[call-overload]
    if kind is frozenset:
        return value if _PLAIN.issuperset(map(type, value)) else (frozenset, frozenset(map(typed, value)))  # type: ignore[call-overload]
    if kind is float:
        return (float, repr(value))
    return (kind, value)


def same(one: object, other: object) -> bool:
    """Whether two values are the same one, type and all."""
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    return one == other if type(one) in _PLAIN else typed(one) == typed(other)


class Values:
    """A table of distinct values: code -> value, and value -> code."""

    __slots__ = ("_codes", "_values", "mixed")

    def __init__(self, values: Iterable[object] = ()) -> None:
        self._codes: dict[Hashable, int] = {}
        self._values: list[object] = []
        self.mixed = False
        """Whether a tuple among them holds what needs more than ``==`` to be told apart: a bool, a float, a tuple."""
        for value in values:
            self.code(value)

    def code(self, value: object) -> int:
        """The number of `value`, a new one if it has none."""
        key = typed(value)
        code = self._codes.get(key)
        if code is None:
            code = self._codes[key] = len(self._values)
            self._values.append(value)
            self.mixed = self.mixed or (key is not value and type(value) is tuple)
        return code

    def find(self, value: object) -> int:
        """The number of `value`, -1 if it has none."""
        return self._codes.get(typed(value), -1)

    def find_all(self, values: Iterable[object]) -> "list[int]":
        """The number of each value, -1 for those that have none."""
        get = self._codes.get
        return [get(value if type(value) in _PLAIN else typed(value), -1) for value in values]

    @property
    def list(self) -> list[object]:
        """The values by code; not to be changed."""
        return self._values

    def __getitem__(self, code: int) -> object:
        return self._values[code]

    def __len__(self) -> int:
        return len(self._values)

    def __iter__(self) -> Iterator[object]:
        return iter(self._values)
