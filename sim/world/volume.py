"""Everything one disk stores, from the page cache down to the platter.

A change is first pending in the cache and then on the platter. In between it may be `held`: a sync that lied has
claimed it durable while it lies in the device's own cache. Held changes are older than the pending ones of their file.
"""

from collections.abc import Sequence
from typing import TypeVar

from sim.world.directory import Directory, EntryChange
from sim.world.disk_profile import DiskProfile
from sim.world.inode import PAGE, SECTOR, Change, Inode, resize
from sim.world.streams import Stream

C = TypeVar("C", Change, EntryChange)
Changes = Sequence[Change | EntryChange]


class Volume:
    """The files and names of one disk. `stream` draws when dirty data is written back on its own."""

    def __init__(self, profile: DiskProfile, stream: Stream) -> None:
        self.directory = Directory()
        self.held: list[Change | EntryChange] = []
        self._inodes = 0
        self._lenient = profile.entries == "lenient"
        self._writeback = profile.writeback
        self._stream = stream

    def make(self) -> Inode:
        """A new file without a name."""
        self._inodes += 1
        return Inode(self._inodes)

    def wipe(self) -> None:
        """Forget all files."""
        self.directory = Directory()
        self.held = []

    def used(self) -> int:
        """Bytes in all files that have a name."""
        return sum(len(inode.live) for inode in self.directory.live.values())

    def inodes(self) -> list[Inode]:
        """Every file that has a name, may get one back by a crash or is still to be written, oldest first."""
        names = self.directory
        found = {inode.number: inode for side in (names.platter, names.live) for inode in side.values()}
        found |= {one.inode.number: one.inode for one in [*names.pending, *self.held] if one.inode is not None}
        return [found[number] for number in sorted(found)]

    def take(self, inode: Inode | None, before: int) -> Changes:
        """Let what is pending of a file (None: of the names) below serial `before` be pending no more; returns it."""
        return self.directory.take(before) if inode is None else inode.take(before)

    def settle(self, inode: Inode | None, before: int) -> None:
        """What an honest sync does: flush the device's cache and make what is pending below `before` durable."""
        if self.held:
            self.store(self.take_held())
        if inode is None:
            self.directory.settle(before)
            return
        inode.settle(before)
        if self._lenient:
            self.directory.settle_name(inode, before)

    def take_held(self) -> list[Change | EntryChange]:
        """Let nothing lie in the device's cache; returns what lay there."""
        held, self.held = self.held, []
        return held

    def store(self, changes: Changes) -> None:
        """Put changes on the platter, in order."""
        for change in changes:
            if isinstance(change, Change):
                change.store()
            else:
                change.apply(self.directory.platter)

    def pass_on(self, changes: Changes) -> None:
        """Write changes without a flush: onto the platter, or behind what the device's cache holds."""
        if self.held:
            self.held += changes
        else:
            self.store(changes)

    def write_back(self, now: int) -> None:
        """Do what the kernel has done on its own up to device time `now`.

        As in Linux, age is kept per file: when the oldest change of a file is due, all its changes are written. It is
        worked out only when somebody looks at the platter, and comes out the same whenever that is.
        """
        for inode in self.inodes():
            self.pass_on(self._due(inode.pending, now))
        self.pass_on(self._due(self.directory.pending, now))

    def _due(self, pending: list[C], now: int) -> list[C]:
        """Remove from `pending` and return what was due by `now`."""
        written: list[C] = []
        low, high = self._writeback
        while pending and pending[0].begun_at + low <= now:
            due = pending[0].begun_at + self._stream.child(pending[0].serial).between(low, high)
            if due > now:
                break
            count = sum(1 for change in pending if change.begun_at <= due)
            written += pending[:count]
            del pending[:count]
        return written

    def forget_unreached(self, now: int) -> None:
        """Drop the changes that the device had not turned to before `now`: they never happened."""
        self.directory.pending = [one for one in self.directory.pending if one.begun_at < now]
        for inode in self.inodes():
            inode.pending = [one for one in inode.pending if one.begun_at < now]

    def take_pending(self) -> list[Change | EntryChange]:
        """Let nothing be pending; returns what was, in the order in which it was asked for."""
        changes: list[Change | EntryChange] = [*self.directory.pending]
        for inode in self.inodes():
            changes += inode.pending
            inode.pending = []
        self.directory.pending = []
        return sorted(changes, key=lambda one: one.serial)

    def reload(self) -> None:
        """Forget the cache: files and names are what the platter, the device's cache and pending changes make them."""
        for inode in self.inodes():
            inode.live = self._reread(inode)
            inode.dirty = sum(len(change.data) for change in inode.pending)
        self.reload_names()

    def reload_names(self) -> None:
        """Forget the cached names."""
        names = self.directory
        names.live = dict(names.platter)
        for change in [*self.held, *names.pending]:
            if isinstance(change, EntryChange):
                change.apply(names.live)

    def reload_file(self, inode: Inode) -> None:
        """Forget the cached pages of one file."""
        inode.live = self._reread(inode)

    def evict(self, inode: Inode, sector: int) -> None:
        """Forget the cached page that this sector lies in: the next read takes it from the platter."""
        begin = sector * SECTOR // PAGE * PAGE
        end = min(begin + PAGE, len(inode.live))
        if begin < end:
            content = self._reread(inode)
            resize(content, len(inode.live))
            inode.live[begin:end] = content[begin:end]

    def unreadable(self, inode: Inode, offset: int, end: int) -> int | None:
        """The first sector between two offsets that cannot be read: not on the platter and not from the cache."""
        written = [*(one for one in self.held if isinstance(one, Change) and one.inode is inode), *inode.pending]
        for sector in sorted(inode.unreadable):
            inside = offset < (sector + 1) * SECTOR and sector * SECTOR < end
            if inside and not any(change.covers(sector) for change in written):
                return sector
        return None

    def content(self, inode: Inode, before: int) -> bytearray:
        """A file as the platter, the device's cache and its pending changes with a serial below `before` make it."""
        content = bytearray(inode.platter)
        for change in self.held:
            if isinstance(change, Change) and change.inode is inode:
                change.apply(content)
        for pending in inode.pending:
            if pending.serial < before:
                pending.apply(content)
        return content

    def _reread(self, inode: Inode) -> bytearray:
        return self.content(inode, inode.pending[-1].serial + 1 if inode.pending else 0)
