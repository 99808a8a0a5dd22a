"""What a crash leaves on the platter, by mode.

keep: the process was killed, the kernel lives: everything the device had taken in. lose-unsynced: only what is durable.
torn: a drawn prefix of the pending changes, the last one cut at a sector. reordered: each pending sector on its own,
sizes and names a prefix of theirs. wipe: nothing. What was synced is touched by wipe alone.
"""

from typing import Final

from sim.world.directory import Directory, EntryChange
from sim.world.inode import Change, Inode, resize
from sim.world.streams import Stream
from sim.world.units import PERCENT, SECOND

MODES: Final = ("keep", "lose-unsynced", "torn", "reordered", "wipe")
WRITEBACK: Final = (5 * SECOND, 30 * SECOND)
"""Dirty pages reach the platter on their own after a time drawn between these."""


def cut_power(directory: Directory, mode: str, now: int, own: Stream, fault: Stream) -> None:
    """Leave on the platter and in the live view what `mode` leaves; draws come from the `fault`'s stream.

    When pages were written back on their own is drawn from the disk's `own` stream.
    """
    assert mode in MODES, f"no crash mode named {mode!r}; there are {', '.join(MODES)}"
    inodes = _inodes(directory)
    if mode == "wipe":
        directory.live, directory.platter, directory.pending = {}, {}, []
        return
    _forget_unreached(directory, inodes, now)
    if mode != "keep":
        _write_back(directory, inodes, now, own)
        _keep_some_lies(directory, inodes, fault)
        if mode == "torn":
            _tear(directory, inodes, fault)
        elif mode == "reordered":
            _reorder(directory, inodes, fault)
        directory.pending = []
        for inode in inodes:
            inode.pending = []
    directory.evict()
    for inode in inodes:
        inode.evict()


def _inodes(directory: Directory) -> list[Inode]:
    found = {inode.number: inode for names in (directory.platter, directory.live) for inode in names.values()}
    found |= {one.inode.number: one.inode for one in directory.pending if one.inode is not None}
    return [found[number] for number in sorted(found)]


def _forget_unreached(directory: Directory, inodes: list[Inode], now: int) -> None:
    """Changes that the device had not begun when the crash came never happened."""
    directory.pending = [one for one in directory.pending if one.done_at <= now]
    for inode in inodes:
        inode.pending = [one for one in inode.pending if one.done_at <= now]


def _write_back(directory: Directory, inodes: list[Inode], now: int, own: Stream) -> None:
    """Make durable what was dirty for so long that the kernel has written it back; names and sizes in order."""
    for inode in inodes:
        if inode.pending and now - inode.pending[0].done_at >= WRITEBACK[0]:
            old = [one for one in inode.pending if now - one.done_at >= own.between(*WRITEBACK)]
            inode.settle(old)
    if directory.pending and now - directory.pending[0].done_at >= own.between(*WRITEBACK):
        directory.settle(directory.pending[0].serial + 1)


def _keep_some_lies(directory: Directory, inodes: list[Inode], fault: Stream) -> None:
    """Of what a lying sync left in the device's cache, each sector reaches the platter or not, evenly."""
    for inode in inodes:
        lies = [one for one in inode.pending if one.lied]
        for change in lies:
            _keep_sectors(change, 50 * PERCENT, fault)
        inode.pending = [one for one in inode.pending if not one.lied]
    lied = [one for one in directory.pending if one.lied]
    if lied:
        directory.settle(lied[fault.below(len(lied))].serial + fault.below(2))


def _keep_sectors(change: Change, ppb: int, fault: Stream) -> None:
    """Each sector of a write is kept with this probability; bytes beyond the platter's end take the size along."""
    platter = change.inode.platter
    for sector in change.sectors():
        if fault.chance(ppb):
            change.apply_sector(platter, sector)


def _tear(directory: Directory, inodes: list[Inode], fault: Stream) -> None:
    """A prefix of all pending changes in the order in which they were made; the next one in part."""
    pending = _in_order(directory, inodes)
    kept = fault.below(len(pending) + 1)
    for change in pending[:kept]:
        if isinstance(change, Change):
            change.apply(change.inode.platter)
        else:
            change.apply(directory.platter)
    if kept < len(pending):
        _cut(pending[kept], fault)


def _cut(change: Change | EntryChange, fault: Stream) -> None:
    """Write some of the leading sectors of a write, not all of them. Names change as a whole or not at all."""
    if not isinstance(change, Change):
        return
    sectors = change.sectors()
    for sector in sectors[: fault.below(len(sectors))] if sectors else ():
        change.apply_sector(change.inode.platter, sector)


def _reorder(directory: Directory, inodes: list[Inode], fault: Stream) -> None:
    """Each pending sector is kept or not on its own; names and sizes keep a prefix of their own order.

    A size that was kept without the bytes behind it reads as zeros there.
    """
    ppb = fault.choice((25, 50, 75)) * PERCENT
    pending = _in_order(directory, inodes)
    sizes = {inode.number: len(inode.platter) for inode in inodes}
    ordered = _sizes_and_names(pending, dict(sizes))
    for change in ordered[: fault.below(len(ordered) + 1)]:
        if isinstance(change, Change):
            sizes[change.inode.number] = change.size
        else:
            change.apply(directory.platter)
    for change in pending:
        if isinstance(change, Change):
            _keep_sectors(change, ppb, fault)
    for inode in inodes:
        resize(inode.platter, sizes[inode.number])


def _sizes_and_names(pending: list[Change | EntryChange], size_of: dict[int, int]) -> list[Change | EntryChange]:
    """The changes of metadata among the pending ones: names, and writes that changed the size of their file."""
    found: list[Change | EntryChange] = []
    for change in pending:
        if isinstance(change, EntryChange):
            found.append(change)
        elif change.size != size_of[change.inode.number]:
            size_of[change.inode.number] = change.size
            found.append(change)
    return found


def _in_order(directory: Directory, inodes: list[Inode]) -> list[Change | EntryChange]:
    changes: list[Change | EntryChange] = [change for inode in inodes for change in inode.pending]
    return sorted([*changes, *directory.pending], key=lambda one: one.serial)
