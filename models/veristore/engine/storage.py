"""The disk as the engine uses it: refused changes and failed reads become the engine's own errors.

A failed sync keeps its own error and is not caught by anybody: the process ends, and recovery finds out what is left.
"""

from collections.abc import Awaitable
from typing import Protocol

from models.veristore.engine.damage import Damage, NoRoom
from sim import DiskError

SECTOR = 512


class Files(Protocol):
    """A disk: the part of the simulated one that the engine needs."""

    def append(self, name: str, data: bytes) -> int:
        """Write behind the end; returns the offset."""
        ...

    def write(self, name: str, offset: int, data: bytes) -> None:
        """Write at an offset."""
        ...

    def truncate(self, name: str, size: int) -> None:
        """Cut to `size`."""
        ...

    def read(self, name: str, offset: int = 0, size: int | None = None) -> bytes:
        """Bytes as last written."""
        ...

    def size(self, name: str) -> int:
        """Bytes in a file."""
        ...

    def exists(self, name: str) -> bool:
        """Whether there is such a file."""
        ...

    def names(self, prefix: str = "") -> list[str]:
        """All names that begin with `prefix`, sorted."""
        ...

    def rename(self, old: str, new: str) -> None:
        """Give a file another name."""
        ...

    def unlink(self, name: str) -> None:
        """Remove a name."""
        ...

    def fsync(self, name: str) -> Awaitable[None]:
        """Make bytes and size of a file durable."""
        ...

    def fsync_dir(self) -> Awaitable[None]:
        """Make all names durable."""
        ...


class Storage:
    """Files of one directory. Changes raise NoRoom if refused, reads Damage if they fail, syncs DiskError."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def append(self, name: str, data: bytes) -> int:
        """Write behind the end of a file, all or nothing; returns the offset."""
        files = self._files
        before = files.size(name) if files.exists(name) else None
        try:
            return files.append(name, data)
        except DiskError as error:
            self._undo_append(name, before)
            raise NoRoom(str(error)) from error

    def write(self, name: str, offset: int, data: bytes) -> None:
        """Overwrite bytes that the file has."""
        try:
            self._files.write(name, offset, data)
        except DiskError as error:
            raise NoRoom(str(error)) from error

    def truncate(self, name: str, size: int) -> None:
        """Cut a file."""
        try:
            self._files.truncate(name, size)
        except DiskError as error:
            raise NoRoom(str(error)) from error

    def rename(self, old: str, new: str) -> None:
        """Give a file another name; durable after `sync_names`."""
        try:
            self._files.rename(old, new)
        except DiskError as error:
            raise NoRoom(str(error)) from error

    def remove(self, name: str) -> None:
        """Remove a file if it is there; durable after `sync_names`."""
        if not self._files.exists(name):
            return
        try:
            self._files.unlink(name)
        except DiskError as error:
            raise NoRoom(str(error)) from error

    def remove_if_possible(self, name: str) -> bool:
        """Remove a file that is not needed; returns whether that worked. If not, the next opening removes it."""
        try:
            self.remove(name)
        except NoRoom:
            return False
        return True

    def read(self, name: str, offset: int = 0, size: int | None = None) -> bytes:
        """Bytes of a file."""
        if not self._files.exists(name):
            raise Damage(name, "it is not there")
        try:
            return self._files.read(name, offset, size)
        except DiskError as error:
            raise Damage(name, str(error)) from error

    def salvage(self, name: str) -> tuple[bytes, frozenset[int]]:
        """A whole file with zeros for the sectors that cannot be read, and the numbers of those."""
        try:
            return self._files.read(name), frozenset()
        except DiskError:
            pass
        parts, lost = [], []
        for sector in range(-(-self._files.size(name) // SECTOR)):
            try:
                parts.append(self._files.read(name, sector * SECTOR, SECTOR))
            except DiskError:
                parts.append(bytes(min(SECTOR, self._files.size(name) - sector * SECTOR)))
                lost.append(sector)
        return b"".join(parts), frozenset(lost)

    def size(self, name: str) -> int:
        """Bytes in a file."""
        return self._files.size(name)

    def exists(self, name: str) -> bool:
        """Whether there is such a file."""
        return self._files.exists(name)

    def names(self, prefix: str = "") -> list[str]:
        """All names that begin with `prefix`, sorted."""
        return self._files.names(prefix)

    async def sync(self, name: str) -> None:
        """Make bytes and size of a file durable."""
        await self._files.fsync(name)

    async def sync_names(self) -> None:
        """Make new, changed and removed names durable."""
        await self._files.fsync_dir()

    def _undo_append(self, name: str, before: int | None) -> None:
        """A full disk may have made the file, or taken a part of the write: neither must be found there later."""
        if not self._files.exists(name):
            return
        if before is None:
            self._files.unlink(name)
        elif self._files.size(name) > before:
            self._files.truncate(name, before)
