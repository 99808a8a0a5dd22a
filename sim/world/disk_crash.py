"""What a crash leaves on the platter, by mode.

keep: the process was killed, the kernel lives: everything the device had turned to, still dirty where it was dirty.
lose-unsynced: only what is durable. torn: a drawn prefix of the pending changes, the last one cut at a sector.
reordered: each dirty sector on its own, sizes and names a prefix of theirs. wipe: nothing.
What was synced is touched by wipe alone.
"""

from typing import Final, Literal

from sim.world.directory import EntryChange
from sim.world.inode import SECTOR, Change, Inode, put, resize
from sim.world.streams import Stream
from sim.world.units import PERCENT
from sim.world.volume import Changes, Volume

MODES: Final = ("keep", "lose-unsynced", "torn", "reordered", "wipe")

Tear = Literal["sector", "byte"]


def crash(volume: Volume, mode: str, now: int, stream: Stream, *, tear: Tear = "sector", stale: bool = False) -> None:
    """Leave on the platter and in the live view what `mode` leaves at device time `now`.

    The outcome is drawn from the fault's `stream`. `tear` says where a torn write may be cut; with `stale`, space that
    a file was given without its data shows drawn garbage and not zeros.
    """
    assert mode in MODES, f"no crash mode named {mode!r}; there are {', '.join(MODES)}"
    if mode == "wipe":
        volume.wipe()
        return
    volume.forget_unreached(now)
    if mode != "keep":
        volume.write_back(now)
        scatter(volume, volume.take_held(), stream, stale=stale)
        pending = volume.take_pending()
        if mode == "torn":
            volume.store(torn(pending, stream, tear))
        elif mode == "reordered":
            scatter(volume, pending, stream, stale=stale)
    volume.reload()


def torn(changes: Changes, stream: Stream, tear: Tear) -> list[Change | EntryChange]:
    """A drawn prefix of the changes and a part of the one behind it; changes of size and names come whole or not."""
    count = stream.below(len(changes) + 1)
    kept = list(changes[:count])
    last = changes[count] if count < len(changes) else None
    if isinstance(last, Change):
        length = _cut(last, stream, tear)
        if length:
            kept.append(_part(last, length, kept))
    return kept


def _cut(change: Change, stream: Stream, tear: Tear) -> int:
    """How many bytes of a write arrived: up to a drawn sector boundary or byte, and never all."""
    first, step = (1, 1) if tear == "byte" else (SECTOR - change.offset % SECTOR, SECTOR)
    cuts = range(first, len(change.data), step)
    drawn = stream.below(len(cuts) + 1)
    return cuts[drawn - 1] if drawn else 0


def _part(change: Change, length: int, before: Changes) -> Change:
    inode = change.inode
    sizes = [one.size for one in before if isinstance(one, Change) and one.inode is inode]
    size = max(sizes[-1] if sizes else len(inode.platter), change.offset + length)
    return Change(inode, change.serial, change.begun_at, change.offset, change.data[:length], size)


def scatter(volume: Volume, changes: Changes, stream: Stream, *, stale: bool = False) -> None:
    """Keep each sector that the changes made dirty or not, on its own, and a prefix of the sizes and names."""
    if not changes:
        return
    kept_ppb = stream.choice((25, 50, 75)) * PERCENT
    final = _contents(changes)
    journal = _journal(changes)
    for entry in journal[: stream.below(len(journal) + 1)]:
        if isinstance(entry, EntryChange):
            entry.apply(volume.directory.platter)
        else:
            _give_size(entry.inode, entry.size, stream if stale else None)
    dirty = {
        (one.inode.number, sector): one.inode for one in changes if isinstance(one, Change) for sector in one.sectors()
    }
    for (number, sector), inode in dirty.items():
        if stream.chance(kept_ppb):
            content = final[number][sector * SECTOR : (sector + 1) * SECTOR]
            _keep(inode, sector, content)


def _contents(changes: Changes) -> dict[int, bytearray]:
    """What the cache holds of each changed file, by its number."""
    contents: dict[int, bytearray] = {}
    for change in changes:
        if isinstance(change, Change):
            content = contents.get(change.inode.number)
            if content is None:
                content = contents[change.inode.number] = bytearray(change.inode.platter)
            change.apply(content)
    return contents


def _journal(changes: Changes) -> list[Change | EntryChange]:
    """The changes that a file system keeps in order: names, and writes that change the size of their file."""
    sizes: dict[int, int] = {}
    journal: list[Change | EntryChange] = []
    for change in changes:
        if isinstance(change, EntryChange):
            journal.append(change)
        elif change.size != sizes.get(change.inode.number, len(change.inode.platter)):
            sizes[change.inode.number] = change.size
            journal.append(change)
    return journal


def _give_size(inode: Inode, size: int, garbage: Stream | None) -> None:
    before = len(inode.platter)
    resize(inode.platter, size)
    if garbage is not None and size > before:
        words = (garbage.word().to_bytes(8, "little") for _ in range(-(-(size - before) // 8)))
        inode.platter[before:] = b"".join(words)[: size - before]


def _keep(inode: Inode, sector: int, content: bytearray) -> None:
    """Write a sector, as far as the file on the platter reaches."""
    room = len(inode.platter) - sector * SECTOR
    if room > 0:
        put(inode.platter, sector * SECTOR, content[:room])
        inode.unreadable.discard(sector)
