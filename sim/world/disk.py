"""The simulated disk of a node: files behind a page cache on a device that works one operation at a time.

A call changes what reads see at once and queues the work on the device. Until a sync of the file has completed, a crash
may lose, tear or reorder it; until a sync of the directory has, the name of a new file may be gone (Pillai and others,
"All File Systems Are Not Created Equal", OSDI 2014). Dirty pages also reach the platter on their own, 5 to 30 s after
they were written: code that relies on either outcome is wrong.
"""

from collections import deque
from collections.abc import Callable
from functools import partial
from typing import TypeVar

import msgspec
import simpy

from sim.world import records
from sim.world.directory import Directory, EntryChange
from sim.world.disk_crash import cut_power
from sim.world.disk_errors import Corrupt, DiskError, NoSpace, ReadOnly, SyncFailed, Unreadable
from sim.world.disk_levers import Levers
from sim.world.disk_profile import DiskProfile
from sim.world.inode import SECTOR, Change, Inode
from sim.world.streams import Stream
from sim.world.sync import Sync

__all__ = ["Corrupt", "Disk", "DiskError", "NoSpace", "ReadOnly", "SyncFailed", "Unreadable"]

S = TypeVar("S", bound=msgspec.Struct)

_U32 = 0xFFFFFFFF


def _ignore(error: DiskError) -> None:
    """Nobody asked to be told."""


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
        self.directory = Directory()
        self.levers = Levers(stream.child("levers"))
        self.on_error: Callable[[DiskError], None] = _ignore
        self.pending_syncs = 0
        self._stream = stream
        self._now = now
        self._at = at
        self._profile = profile
        self._event = event
        self._serial = 0
        self._inodes = 0
        self._free_at = 0
        self._queue: deque[Sync] = deque()
        self._boots = 0
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
        """Cut a file, or extend it with zeros."""
        inode = self._find(name)
        self._refuse_if_read_only()
        inode.change(Change(inode, self._next(), self._take(self._profile.write), 0, b"", size))

    def read(self, name: str, offset: int = 0, size: int | None = None) -> bytes:
        """Bytes of a file as last written, durable or not; fewer at its end. Unreadable for a bad sector."""
        inode = self._find(name)
        self._take(self._profile.read)
        end = len(inode.live) if size is None else min(offset + size, len(inode.live))
        for sector in sorted(inode.unreadable):
            if offset < (sector + 1) * SECTOR and sector * SECTOR < end:
                raise Unreadable(self.name, f"sector {sector} of {name!r} cannot be read")
        return bytes(inode.live[offset:end])

    def size(self, name: str) -> int:
        """Bytes in a file."""
        return len(self._find(name).live)

    def exists(self, name: str) -> bool:
        """Whether there is a file of this name."""
        return name in self.directory.live

    def names(self, prefix: str = "") -> list[str]:
        """The names of all files that begin with `prefix`, sorted."""
        return sorted(name for name in self.directory.live if name.startswith(prefix))

    def rename(self, old: str, new: str) -> None:
        """Give a file another name, replacing what bore it: at once for lookups, durable after `fsync_dir`."""
        inode = self._find(old)
        self._refuse_if_read_only()
        self._change_entry(new, inode, old)

    def unlink(self, name: str) -> None:
        """Remove a name: at once for lookups, durable after `fsync_dir`; before that the file may come back."""
        self._find(name)
        self._refuse_if_read_only()
        self._change_entry(name, None)

    # Durability.

    def fsync(self, name: str) -> Sync:
        """Make the bytes and the size of a file durable. Its name, if new, needs `fsync_dir`."""
        return self.sync(self._find(name))

    def fsync_dir(self) -> Sync:
        """Make all changes of names durable, in order."""
        return self.sync(None)

    def after(self, callback: Callable[[], None]) -> None:
        """Call back when every sync issued so far is done, in order of these calls; at once if none is under way."""
        if self._queue:
            self._queue[-1].waiters.append(callback)
        else:
            callback()

    def crash(self, mode: str, stream: Stream) -> None:
        """Lose the power, or the process (`keep`). The queue is cut: what the device had not begun never happened."""
        self._boots += 1
        self._queue.clear()
        self.pending_syncs = 0
        self._slots.clear()
        cut_power(self.directory, mode, self._now(), self._stream, stream)
        self._free_at = self._now()

    def inodes(self) -> list[Inode]:
        """Every file that a name leads to, live or on the platter, in the order in which they were made."""
        found = {
            inode.number: inode for names in (self.directory.platter, self.directory.live) for inode in names.values()
        }
        return [found[number] for number in sorted(found)]

    def used(self) -> int:
        """Bytes in all files."""
        return sum(len(inode.live) for inode in self.directory.live.values())

    # The device.

    def sync(self, inode: Inode | None) -> Sync:
        """Queue a sync of a file, or of the directory."""
        size = inode.pending_bytes(self._serial + 1) if inode is not None else 0
        latency = self._profile.sync_ns(self._stream.word() & _U32, size)
        sync = Sync(self._event, inode, self._next(), self._take(self.levers.slowed(latency)))
        self._queue.append(sync)
        self.pending_syncs += 1
        self._at(sync.done_at, partial(self._pump, self._boots))
        return sync

    def stall(self, ns: int) -> None:
        """Let no operation complete for `ns`."""
        self._free_at = max(self._free_at, self._now()) + ns
        for sync in self._queue:
            sync.done_at += ns
            self._at(sync.done_at, partial(self._pump, self._boots))

    def _pump(self, boots: int) -> None:
        now = self._now()
        while boots == self._boots and self._queue and self._queue[0].done_at <= now:
            self._complete(self._queue[0], boots)

    def _complete(self, sync: Sync, boots: int) -> None:
        """Finish the first sync of the queue and let go what waited for it.

        It leaves the queue last, so that what a waiter sends goes behind what waited before it: the gate keeps order.
        """
        error = self.levers.complete(self, sync)
        if not sync.finish(error) and error is not None:
            self.on_error(error)
        for waiter in sync.waiters:  # grows while it runs
            if boots != self._boots:
                return  # the error crashed the node: what waited is lost
            waiter()
        if boots == self._boots:
            self._queue.popleft()
            self.pending_syncs -= 1

    def _take(self, latency: int) -> int:
        """Keep the device busy for `latency` ns after what it has to do; returns when that ends."""
        self._free_at = done_at = max(self._free_at, self._now()) + latency
        return done_at

    def _next(self) -> int:
        self._serial += 1
        return self._serial

    # Names and space.

    def _find(self, name: str) -> Inode:
        inode = self.directory.live.get(name)
        if inode is None:
            raise FileNotFoundError(f"{self.name}: no file named {name!r}")
        return inode

    def _open(self, name: str) -> Inode:
        inode = self.directory.live.get(name)
        if inode is None:
            self._refuse_if_read_only()
            self._inodes += 1
            inode = Inode(self._inodes)
            self._change_entry(name, inode)
        return inode

    def _change_entry(self, name: str, inode: Inode | None, gone: str | None = None) -> None:
        self.directory.change(EntryChange(self._next(), self._take(self._profile.write), name, inode, gone))

    def _write(self, inode: Inode, offset: int, data: bytes) -> None:
        self._refuse_if_read_only()
        size = max(len(inode.live), offset + len(data))
        growth = size - len(inode.live)
        if growth and self.levers.capacities and self.used() + growth > min(self.levers.capacities):
            raise NoSpace(self.name, f"no space for {growth} bytes")
        inode.change(Change(inode, self._next(), self._take(self._profile.write), offset, bytes(data), size))

    def _refuse_if_read_only(self) -> None:
        if self.levers.read_only:
            raise ReadOnly(self.name, "the file system is read-only")
