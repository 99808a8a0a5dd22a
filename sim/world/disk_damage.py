"""What a sync does on a disk with flaws: it fails, it lies, or a sector of it goes astray.

Failing syncs follow what Rebello and others measured of file systems ("Can Applications Recover from fsync Failures?",
ATC 2020): after the error the pages are marked clean, so the next sync succeeds without writing them. Lost and
misdirected writes are those of Bairavasundaram and others ("An Analysis of Data Corruption in the Storage Stack",
FAST 2008).
"""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final, Literal

from sim.world.disk_errors import DiskError, SyncFailed
from sim.world.inode import SECTOR, Change, Inode
from sim.world.streams import Stream
from sim.world.sync import Sync
from sim.world.volume import Volume

Pages = Literal["clean", "revert", "retain"]


@dataclass(eq=False)
class FailingSync:
    """The next `left` syncs (None: all) of matching files fail, and leave their pages clean, reverted or dirty."""

    files: str
    left: int | None
    pages: Pages
    stream: Stream


@dataclass(eq=False)
class LyingSync:
    """Syncs of matching files return at once; what they cover lies in the device's cache."""

    files: str


@dataclass(eq=False)
class StrayWrite:
    """Of the next `left` syncs of matching files, one sector each keeps its old content on the platter.

    A lost write has `into` None. A misdirected one overwrites another sector, of the same file if `into` is empty, else
    of a file that matches it.
    """

    files: str
    left: int
    into: str | None
    stream: Stream


Flaw = FailingSync | LyingSync | StrayWrite

KINDS: Final = (FailingSync, LyingSync, StrayWrite)
"""The gravest first: a sync that fails or lies writes nothing that could go astray."""


def complete(volume: Volume, flaws: list[Flaw], sync: Sync, disk: str) -> DiskError | None:
    """Do what `sync` does, as the gravest flaw that matches its file makes it; returns the error of a failed one."""
    matching = [
        flaw for kind in KINDS for flaw in flaws if isinstance(flaw, kind) and fnmatchcase(sync.name, flaw.files)
    ]
    flaw = matching[0] if matching else None
    if isinstance(flaw, FailingSync):
        _fail(volume, sync, flaw)
        return SyncFailed(disk, f"the sync of {sync.name!r} returned an input/output error")
    if isinstance(flaw, LyingSync):
        volume.held += volume.take(sync.inode, sync.serial)
    elif isinstance(flaw, StrayWrite) and sync.inode is not None:
        _go_astray(volume, sync.inode, sync.serial, flaw)
    else:
        volume.settle(sync.inode, sync.serial)
    return None


def spent(flaw: Flaw) -> bool:
    """Whether it has had all its effect."""
    return not isinstance(flaw, LyingSync) and flaw.left == 0


def _fail(volume: Volume, sync: Sync, flaw: FailingSync) -> None:
    """Write a drawn part of what the sync covers, never all of it, and treat the rest as the flaw's `pages` say."""
    if flaw.left is not None:
        flaw.left -= 1
    if sync.inode is None:
        _fail_names(volume, sync.serial, flaw)
        return
    volume.pass_on(_leading_sectors(volume, sync.inode, sync.serial, flaw.stream))
    if flaw.pages != "retain":
        sync.inode.take(sync.serial)
    if flaw.pages == "revert":
        volume.reload_file(sync.inode)


def _fail_names(volume: Volume, before: int, flaw: FailingSync) -> None:
    names = volume.directory
    changes = [change for change in names.pending if change.serial < before]
    written = changes[: flaw.stream.below(max(1, len(changes)))]
    volume.pass_on(written)
    kept = written[-1].serial + 1 if written else 0
    names.take(kept if flaw.pages == "retain" else before)
    if flaw.pages == "revert":
        volume.reload_names()


def _leading_sectors(volume: Volume, inode: Inode, before: int, stream: Stream) -> list[Change]:
    """The dirty sectors that reached the device before the error, as writes; the file grows as far as they reach."""
    changes = [change for change in inode.pending if change.serial < before]
    sectors = _dirty(changes)
    content, size = volume.content(inode, before), len(volume.content(inode, 0))
    written = []
    for sector in sectors[: stream.below(max(1, len(sectors)))]:
        data = bytes(content[sector * SECTOR : (sector + 1) * SECTOR])
        size = max(size, sector * SECTOR + len(data))
        written.append(Change(inode, before, changes[-1].begun_at, sector * SECTOR, data, size))
    return written


def _go_astray(volume: Volume, inode: Inode, before: int, flaw: StrayWrite) -> None:
    """Sync a file but for one drawn sector. With no dirty sector, or none to hit instead, the flaw waits."""
    volume.settle(inode, 0)
    sectors = _dirty([change for change in inode.pending if change.serial < before])
    old = {sector: inode.sector(sector) for sector in sectors}
    volume.settle(inode, before)
    if not sectors:
        return
    missed = flaw.stream.choice(sectors)
    new = inode.sector(missed)
    if flaw.into is not None:
        victims = [one for one in _sectors(volume, inode, flaw.into) if one != (inode, missed)]
        if not victims:
            return
        victim, place = flaw.stream.choice(victims)
        victim.overwrite(place, new, keep=True)
        volume.evict(victim, place)
    flaw.left -= 1
    inode.overwrite(missed, old[missed])
    volume.evict(inode, missed)


def _dirty(changes: list[Change]) -> list[int]:
    """The sectors that the changes write and leave within the file, ascending."""
    found = {sector: None for change in changes for sector in change.sectors()}
    return sorted(sector for sector in found if sector * SECTOR < changes[-1].size)


def _sectors(volume: Volume, inode: Inode, into: str) -> list[tuple[Inode, int]]:
    """Every sector that a misdirected write of `inode` may land on, by name and position."""
    names = volume.directory.live
    files = [names[name] for name in sorted(names) if fnmatchcase(name, into)] if into else [inode]
    return [(one, sector) for one in files for sector in range(-(-len(one.platter) // SECTOR))]
