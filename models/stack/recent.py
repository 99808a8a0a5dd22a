"""What one actor has seen lately and need not ask for again: the newest few, by tenant and name."""

from typing import Generic, TypeVar

T = TypeVar("T")
Name = tuple[str, str]


class Recent(Generic[T]):
    """At most `size` values; the one that was kept first goes first."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: dict[Name, T] = {}

    def get(self, name: Name) -> T | None:
        """What was kept under the name."""
        return self._values.get(name)

    def forget(self, name: Name) -> None:
        """It may be another one, or none."""
        self._values.pop(name, None)

    def keep(self, name: Name, value: T) -> None:
        """Keep a value."""
        self._values[name] = value
        if len(self._values) > self._size:
            del self._values[next(iter(self._values))]
