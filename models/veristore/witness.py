"""A view that remembers what it showed, so that the checks can be told."""

from struct import Struct

from models.veristore.engine.batch import mark_of_key
from models.veristore.machine.view import View

_VERSION = Struct("<Q")
NO_VERSION = 0


class Witness:
    """Another view, and the versions that it has shown."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._shown: dict[bytes, int] = {}

    @property
    def shown(self) -> bytes:
        """16 bytes for each key that was looked at: its mark and its version, 0 if it has none."""
        return b"".join([mark_of_key(key) + _VERSION.pack(version) for key, version in self._shown.items()])

    def get(self, key: bytes) -> tuple[bytes, int] | None:
        """The value of a key and its version."""
        found = self._view.get(key)
        self._shown[key] = NO_VERSION if found is None else found[1]
        return found

    def scan(self, prefix: bytes, after: bytes, limit: int) -> list[tuple[bytes, bytes, int]]:
        """(key, value, version) in order."""
        found = self._view.scan(prefix, after, limit)
        for key, _, version in found:
            self._shown[key] = version
        return found
