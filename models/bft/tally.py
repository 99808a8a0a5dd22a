"""Counting by names: what each party said first, of one kind."""

from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Tally(Generic[T]):
    """The first thing that each party said, in order of arrival. Its length is a number of parties."""

    def __init__(self) -> None:
        self._said: dict[str, T] = {}

    def add(self, source: str, said: T) -> bool:
        """Count what `source` said, unless it has said something of this kind before."""
        if source in self._said:
            return False
        self._said[source] = said
        return True

    def __len__(self) -> int:
        return len(self._said)

    def __contains__(self, source: str) -> bool:
        return source in self._said

    def __iter__(self) -> Iterator[T]:
        return iter(self._said.values())

    def items(self) -> list[tuple[str, T]]:
        """(who, what) in order of arrival."""
        return list(self._said.items())


class Support:
    """Who said which value. A party counts once for each value."""

    def __init__(self) -> None:
        self._names: dict[object, dict[str, None]] = {}

    def add(self, source: str, value: object) -> bool:
        """Count `source` for `value`, once."""
        names = self._names.setdefault(value, {})
        if source in names:
            return False
        names[source] = None
        return True

    def of(self, value: object) -> int:
        """How many said it."""
        return len(self._names.get(value, ()))
