"""A file's content: what is on the platter, what the cache shows, and the changes in between.

A sector (512 bytes) is what the device writes whole or not at all; a page (4096 bytes) is what the cache holds.
"""

from typing import Final

SECTOR: Final = 512
PAGE: Final = 4096


class Change:
    """One change of a file that is not known to be durable: bytes written at an offset, and the size afterwards.

    `serial` orders all changes of a disk; `begun_at` is the device time (ns) at which the device turns to it.
    """

    __slots__ = ("begun_at", "data", "inode", "offset", "serial", "size")

    def __init__(self, inode: "Inode", serial: int, begun_at: int, offset: int, data: bytes, size: int) -> None:
        self.inode = inode
        self.serial = serial
        self.begun_at = begun_at
        self.offset = offset
        self.data = data
        self.size = size

    def sectors(self) -> range:
        """The sectors it writes; none for a change of size alone."""
        return range(self.offset // SECTOR, -(-(self.offset + len(self.data)) // SECTOR)) if self.data else range(0)

    def covers(self, sector: int) -> bool:
        """Whether it overwrites every byte that `sector` has."""
        begin = sector * SECTOR
        return self.offset <= begin and min(begin + SECTOR, self.size) <= self.offset + len(self.data)

    def apply(self, content: bytearray) -> None:
        """Make the change in `content`; a gap before it reads as zeros."""
        if self.data:
            put(content, self.offset, self.data)
        if len(content) != self.size:
            resize(content, self.size)

    def store(self) -> None:
        """Put the change on the platter. A sector that is overwritten becomes readable."""
        self.apply(self.inode.platter)
        bad = self.inode.unreadable
        if bad:
            bad.difference_update([sector for sector in self.sectors() if self.covers(sector)])


class Inode:
    """A file without its name. `live` is what reads see, `platter` what a power loss leaves.

    `live` may also show bytes that are neither on the platter nor pending: those a failed sync has lost.
    """

    __slots__ = ("dirty", "live", "number", "pending", "platter", "unreadable")

    def __init__(self, number: int) -> None:
        self.number = number
        self.live = bytearray()
        self.platter = bytearray()
        self.pending: list[Change] = []
        self.dirty = 0  # bytes written since the last sync was asked for
        self.unreadable: set[int] = set()

    def change(self, change: Change) -> None:
        """Take a change into the cache."""
        change.apply(self.live)
        self.pending.append(change)
        self.dirty += len(change.data)

    def take(self, before: int) -> list[Change]:
        """Let the changes with a serial below `before` be pending no more; returns them."""
        pending = self.pending
        if not pending or pending[-1].serial < before:
            self.pending = []
            return pending
        taken = [change for change in pending if change.serial < before]
        del pending[: len(taken)]
        return taken

    def settle(self, before: int) -> None:
        """Make the changes with a serial below `before` durable, in order."""
        for change in self.take(before):
            change.store()

    def sector(self, number: int) -> bytes:
        """The bytes of a sector on the platter."""
        return bytes(self.platter[number * SECTOR : (number + 1) * SECTOR])

    def overwrite(self, number: int, content: bytes, *, keep: bool = False) -> None:
        """Put other bytes into a sector of the platter, as many as it has; missing ones are zeros or (`keep`) stay."""
        begin = number * SECTOR
        size = min(SECTOR, len(self.platter) - begin)
        content = content[:size]
        rest = self.platter[begin + len(content) : begin + size] if keep else bytes(size - len(content))
        self.platter[begin : begin + size] = content + rest


def put(content: bytearray, offset: int, data: bytes | bytearray) -> None:
    """Write `data` at `offset`; a gap before it reads as zeros."""
    if offset > len(content):
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(data)] = data


def resize(content: bytearray, size: int) -> None:
    """Cut or extend with zeros."""
    if size < len(content):
        del content[size:]
    else:
        content.extend(bytes(size - len(content)))
