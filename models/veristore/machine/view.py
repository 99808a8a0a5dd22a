"""What the machine sees of the durable map, and what it wants changed.

The map is ordered by key; every value has a version, the sequence number of the command that wrote it. The machine
reads through a `View` and answers an `Outcome`; who applies it, and when it is durable, is the engine's affair.
"""

from typing import NamedTuple, Protocol


class View(Protocol):
    """The map as of one sequence number. Reading changes nothing."""

    def get(self, key: bytes) -> tuple[bytes, int] | None:
        """The value of `key` and its version; None if it has none."""
        ...

    def scan(self, prefix: bytes, after: bytes, limit: int) -> list[tuple[bytes, bytes, int]]:
        """(key, value, version) of keys that begin with `prefix` and are greater than `after`.

        In order of the keys' bytes, at most `limit`; with `after` empty from the first on.
        """
        ...


class Change(NamedTuple):
    """`key` gets `value`, or with None is deleted."""

    key: bytes
    value: bytes | None


class Outcome(NamedTuple):
    """What a command does: its reply, and its changes, all or nothing, at most one for each key."""

    reply: bytes
    changes: tuple[Change, ...]


class Draft:
    """The changes of one command while it is worked out: reads show the command its own writes.

    `seq` is the command's own number: the version of all that it writes.
    """

    def __init__(self, view: View, seq: int) -> None:
        self.view = view
        self.seq = seq
        self._written: dict[bytes, bytes | None] = {}

    def get(self, key: bytes) -> tuple[bytes, int] | None:
        """The value of `key` and its version, as this command leaves it so far."""
        if key in self._written:
            value = self._written[key]
            return None if value is None else (value, self.seq)
        return self.view.get(key)

    def scan(self, prefix: bytes, after: bytes, limit: int) -> list[tuple[bytes, bytes, int]]:
        """What the map held before this command: a command scans before it writes there."""
        return self.view.scan(prefix, after, limit)

    def put(self, key: bytes, value: bytes) -> None:
        """`key` gets `value`."""
        self._written[key] = value

    def delete(self, key: bytes) -> None:
        """`key` has no value any more. Deleting what is not there is no change."""
        if self.view.get(key) is None:
            self._written.pop(key, None)
        else:
            self._written[key] = None

    def drop(self) -> None:
        """Forget all changes: the command is refused."""
        self._written.clear()

    def changes(self) -> tuple[Change, ...]:
        """Everything that is to change, in the order in which keys were first written."""
        return tuple(Change(key, value) for key, value in self._written.items())
