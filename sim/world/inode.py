"""A file's content: what is on the platter, what the cache shows, and the changes in between.

A sector (512 bytes) is what the device writes whole or not at all.
"""

from collections.abc import Iterable

SECTOR = 512


class Change:
    """One change of a file that is not known to be durable: bytes written at an offset, or a new size.

    `serial` orders all changes of a disk; `done_at` is the world time (ns) at which the device had taken it into its
    cache; `lied` says that a sync claimed it durable while it lay in the device's own cache.
    """

    __slots__ = ("data", "done_at", "inode", "lied", "offset", "serial", "size")

    def __init__(self, inode: "Inode", serial: int, done_at: int, offset: int, data: bytes, size: int) -> None:
        self.inode = inode
        self.serial = serial
        self.done_at = done_at
        self.offset = offset
        self.data = data
        self.size = size
        self.lied = False

    def sectors(self) -> range:
        """The sectors it touches; none for a change of size alone."""
        return range(self.offset // SECTOR, -(-(self.offset + len(self.data)) // SECTOR)) if self.data else range(0)

    def apply(self, content: bytearray) -> None:
        """Make the change in `content`."""
        put(content, self.offset, self.data)
        resize(content, self.size)

    def apply_sector(self, content: bytearray, sector: int) -> None:
        """Write only the bytes that fall into `sector`, without changing the size beyond them."""
        begin = max(self.offset, sector * SECTOR)
        end = min(self.offset + len(self.data), (sector + 1) * SECTOR)
        put(content, begin, self.data[begin - self.offset : end - self.offset])


class Inode:
    """A file without its name. `live` is what reads see, `platter` what a power loss leaves."""

    __slots__ = ("live", "number", "pending", "platter", "unreadable")

    def __init__(self, number: int) -> None:
        self.number = number
        self.live = bytearray()
        self.platter = bytearray()
        self.pending: list[Change] = []
        self.unreadable: set[int] = set()

    def change(self, change: Change) -> None:
        """Take a change into the cache. Writing a sector makes it readable again."""
        change.apply(self.live)
        self.pending.append(change)
        if self.unreadable:
            self.unreadable.difference_update(change.sectors())

    def settle(self, changes: Iterable[Change]) -> None:
        """Make these changes durable, in their order, and pending no more."""
        done = list(changes)
        for change in done:
            change.apply(self.platter)
        self.drop(done)

    def drop(self, changes: list[Change]) -> None:
        """Let these changes be pending no more, whatever became of them."""
        if len(changes) == len(self.pending):
            self.pending.clear()
        else:
            gone = {change.serial for change in changes}
            self.pending = [change for change in self.pending if change.serial not in gone]

    def evict(self) -> None:
        """Forget the cache: what is shown is the platter and what is still to be written."""
        self.live = bytearray(self.platter)
        for change in self.pending:
            change.apply(self.live)

    def pending_bytes(self, before: int) -> int:
        """Bytes of the changes with a serial below `before`."""
        return sum(len(change.data) for change in self.pending if change.serial < before)


def put(content: bytearray, offset: int, data: bytes | bytearray) -> None:
    """Write `data` at `offset`; a gap before it reads as zeros."""
    if offset > len(content):
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(data)] = data


def resize(content: bytearray, size: int) -> None:
    """Cut or extend with zeros."""
    if size < len(content):
        del content[size:]
    elif size > len(content):
        content.extend(bytes(size - len(content)))
