"""Reading what can be read of a file some of whose sectors cannot."""

from typing import Protocol

from sim import DiskError

SECTOR = 512


class Readable(Protocol):
    """What is asked of a disk."""

    def read(self, name: str, offset: int = 0, size: int | None = None) -> bytes:
        """Bytes of a file."""
        ...

    def size(self, name: str) -> int:
        """Bytes in a file."""
        ...


def salvage(disk: Readable, name: str) -> bytes:
    """A file, with zeros where its sectors cannot be read: whoever reads it has checksums."""
    try:
        return disk.read(name)
    except DiskError:
        return b"".join([_sector(disk, name, at) for at in range(0, disk.size(name), SECTOR)])


def _sector(disk: Readable, name: str, at: int) -> bytes:
    size = min(SECTOR, disk.size(name) - at)
    try:
        return disk.read(name, at, size)
    except DiskError:
        return bytes(size)
