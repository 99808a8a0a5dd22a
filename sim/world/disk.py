"""The simulated disk of a node: files behind a page cache on a device that works one operation at a time.

A call changes what reads see at once and queues the work on the device. Until a sync of the file has completed, a crash
may lose, tear or reorder it; until a sync of the directory has, the name of a new file may be gone (Pillai and others,
"All File Systems Are Not Created Equal", OSDI 2014). Dirty data also reaches the platter on its own, 5 to 30 s after
it was written: code that relies on either outcome is wrong.
"""

from collections.abc import Callable
from typing import TypeVar

import msgspec
import simpy

from sim.world import disk_crash, disk_damage, records
from sim.world.device import Device
from sim.world.directory import EntryChange
from sim.world.disk_errors import Corrupt, DiskError, NoSpace, ReadOnly, SyncFailed, Unreadable
from sim.world.disk_levers import Levers
from sim.world.disk_profile import DiskProfile
from sim.world.inode import Change, Inode
from sim.world.streams import Stream
from sim.world.sync import Sync
from sim.world.volume import Volume

__all__ = ["Corrupt", "Disk", "DiskError", "NoSpace", "ReadOnly", "SyncFailed", "Unreadable"]

S = TypeVar("S", bound=msgspec.Struct)

DIRECTORY = "."
"""What the directory is called where files are chosen by name."""


def _ignore(error: DiskError) -> None:
    """Nobody asked to be told."""


def _at_once(act: Callable[[], None]) -> bool:
    act()
    return True


class Disk:
    """One disk. `now` gives world time in ns, `at(time, callback)` calls back then; `event` makes a simpy event."""

    def __init__(
        self,
        *,
        name: str,
        stream: Stream,
        now: Callable[[], int],
        at: Callable[[int, Callable[[], None]], None],
        profile: DiskProfile,
        event: Callable[[], simpy.Event],
    ) -> None:
        self.name = name
        self.on_error: Callable[[DiskError], None] = _ignore
        self.notice: Callable[[Callable[[], None]], bool] = _at_once
        """Calls what tells of a sync that has ended; or keeps it for later and says False, if nobody listens now."""
        self.volume = Volume(profile, stream.child("writeback"))
        self.device = Device(stream, now, at, event, profile, self._complete, self._failed, self._notice)
        self.levers = Levers(self, profile.capacity)
        self.replacements = 0
        """How many times the disk was replaced by an empty one: whoever installs a disk knows that it did."""
        self._serial = 0
        self._slots: dict[str, records.Slots] = {}

    # Small records.

    def save(self, record: msgspec.Struct) -> Sync:
        """Keep one record of its type, durable when the sync is done; a crash gives the old one or the new one."""
        kind = type(record).__name__
        slots = self._slots.get(kind)
        if slots is None:
            slots = self._slots[kind] = records.find(self, kind)
        return records.save(self, slots, record)

    def load(self, kind: type[S]) -> S | None:
        """The record of this type that was saved last; None if none ever was. Corrupt if both its copies are bad."""
        return records.load(self, kind)

    # Files.

    def append(self, name: str, data: bytes) -> int:
        """Write behind the end of a file, which is made if it is not there; returns the offset. NoSpace if full."""
        inode = self._open(name)
        offset = len(inode.live)
        self._write(inode, offset, data)
        return offset

    def write(self, name: str, offset: int, data: bytes) -> None:
        """Write at an offset of a file, which is made if it is not there; a gap reads as zeros. NoSpace if full."""
        self._write(self._open(name), offset, data)

    def truncate(self, name: str, size: int) -> None:
        """Cut a file, or extend it with zeros. NoSpace if that does not fit."""
        inode = self._find(name)
        self._refuse_if_read_only()
        growth = size - len(inode.live)
        if growth > 0:
            self._refuse_if_full(growth, inode, offset=0, data=b"")
        if growth:
            inode.change(Change(inode, self._next(), self.device.write(), 0, b"", size))

    def read(self, name: str, offset: int = 0, size: int | None = None) -> bytes:
        """Bytes of a file as last written, durable or not; fewer at its end. Unreadable for a bad sector."""
        inode = self._find(name)
        end = len(inode.live) if size is None else min(offset + size, len(inode.live))
        self.device.read(max(0, end - offset))
        if inode.unreadable:
            bad = self.volume.unreadable(inode, offset, end)
            if bad is not None:
                raise Unreadable(self.name, f"sector {bad} of {name!r} cannot be read")
        return bytes(inode.live[offset:end])

    def size(self, name: str) -> int:
        """Bytes in a file."""
        return len(self._find(name).live)

    def exists(self, name: str) -> bool:
        """Whether there is a file of this name."""
        return name in self.volume.directory.live

    def names(self, prefix: str = "") -> list[str]:
        """The names of all files that begin with `prefix`, sorted; a saved record has two, `record.<type>.<n>`."""
        return sorted(name for name in self.volume.directory.live if name.startswith(prefix))

    def rename(self, old: str, new: str) -> None:
        """Give a file another name, replacing what bore it: at once for lookups, durable after `fsync_dir`."""
        inode = self._find(old)
        self._refuse_if_read_only()
        if old != new:
            self._change_entry(new, inode, old)

    def unlink(self, name: str) -> None:
        """Remove a name: at once for lookups, durable after `fsync_dir`; before that the file may come back."""
        self._find(name)
        self._refuse_if_read_only()
        self._change_entry(name, None)

    def inodes(self) -> list[Inode]:
        """Every file that has a name or may get one back by a crash, in the order in which they were made."""
        return self.volume.inodes()

    def used(self) -> int:
        """Bytes in all files."""
        return self.volume.used()

    # Durability.

    @property
    def pending_syncs(self) -> int:
        """How many syncs are under way."""
        return len(self.device.queue)

    def fsync(self, name: str) -> Sync:
        """Make the bytes and the size of a file durable. Its name, if new, needs `fsync_dir`."""
        return self.sync(self._find(name), name)

    def fsync_dir(self) -> Sync:
        """Make all changes of names durable, in order."""
        return self.device.sync(None, DIRECTORY, self._next(), 0)

    def sync(self, inode: Inode, name: str) -> Sync:
        """`fsync` of a file at hand."""
        size, inode.dirty = inode.dirty, 0
        return self.device.sync(inode, name, self._next(), size)

    def after(self, callback: Callable[[], None]) -> None:
        """Call back when every sync issued so far is done, in order of these calls; at once if none is under way."""
        queue = self.device.queue
        if queue:
            queue[-1].waiters.append(callback)
        else:
            callback()

    def crash(self, mode: str, stream: Stream, *, tear: disk_crash.Tear = "sector", stale: bool = False) -> None:
        """Lose the power, or the process (`keep`). The queue is cut: what the device had not begun never happened.

        The outcome is drawn from `stream`, the fault's. `tear` says where a torn write may be cut; with `stale`, space
        that a file was given without its data shows garbage instead of zeros.
        """
        self.device.cut()
        self._slots.clear()
        self.replacements += mode == "wipe"
        disk_crash.crash(self.volume, mode, self.device.time(), stream, tear=tear, stale=stale)

    def record_steps(self) -> list[int]:
        """A list that from now on takes the world time (ns) at which each queued operation will end."""
        steps: list[int] = []
        self.device.steps = steps
        return steps

    # What the device calls.

    def _complete(self, sync: Sync) -> DiskError | None:
        volume, levers = self.volume, self.levers
        if not levers.flaws:
            volume.settle(sync.inode, sync.serial)
            return None
        volume.write_back(self.device.time())
        error = disk_damage.complete(volume, levers.flaws, sync, self.name)
        levers.retire()
        return error

    def _failed(self, error: DiskError) -> None:
        self.on_error(error)

    def _notice(self, act: Callable[[], None]) -> bool:
        return self.notice(act)

    # Names and space.

    def _next(self) -> int:
        self._serial += 1
        return self._serial

    def _find(self, name: str) -> Inode:
        inode = self.volume.directory.live.get(name)
        if inode is None:
            raise FileNotFoundError(f"{self.name}: no file named {name!r}")
        return inode

    def _open(self, name: str) -> Inode:
        inode = self.volume.directory.live.get(name)
        if inode is None:
            self._refuse_if_read_only()
            inode = self.volume.make()
            self._change_entry(name, inode)
        return inode

    def _change_entry(self, name: str, inode: Inode | None, gone: str | None = None) -> None:
        self.volume.directory.change(EntryChange(self._next(), self.device.write(), name, inode, gone))

    def _write(self, inode: Inode, offset: int, data: bytes) -> None:
        self._refuse_if_read_only()
        growth = offset + len(data) - len(inode.live)
        if growth > 0:
            self._refuse_if_full(growth, inode, offset, data)
        self._put(inode, offset, data)

    def _put(self, inode: Inode, offset: int, data: bytes) -> None:
        if data:
            size = max(len(inode.live), offset + len(data))
            inode.change(Change(inode, self._next(), self.device.write(), offset, bytes(data), size))

    def _refuse_if_full(self, growth: int, inode: Inode, offset: int, data: bytes) -> None:
        missing = self.levers.missing(growth)
        if missing:
            if self.levers.short:
                self._put(inode, offset, data[: max(0, len(data) - missing)])
            raise NoSpace(self.name, f"no space for {growth} bytes")

    def _refuse_if_read_only(self) -> None:
        if self.levers.locks:
            raise ReadOnly(self.name, "the file system is read-only")
