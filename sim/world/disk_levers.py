"""The levers of a disk that faults pull: what a sync does when something is wrong with it, and rot of what is stored.

Failing syncs follow what Rebello and others measured of file systems ("Can Applications Recover from fsync Failures?",
ATC 2020): after the error the pages are marked clean, so the next sync succeeds without writing them.
"""

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final, Literal

from sim.world.disk_errors import DiskError, SyncFailed
from sim.world.inode import SECTOR, Change, Inode
from sim.world.streams import Stream
from sim.world.units import MILLION

if TYPE_CHECKING:
    from sim.world.disk import Disk
    from sim.world.sync import Sync

Pages = Literal["clean", "revert", "retain"]
Where = Literal["head", "middle", "tail", "any"]
BITS: Final = SECTOR * 8


class Levers:
    """The levers of one disk. Those in pairs count, so that faults which overlap heal in any order."""

    __slots__ = (
        "_failing",
        "_lied",
        "_lying",
        "_misdirected",
        "_slow",
        "_stream",
        "_swallowed",
        "capacities",
        "read_only",
    )

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._failing: list[Pages] = []
        self._lying = 0
        self._lied = False
        self._swallowed = 0
        self._misdirected = 0
        self._slow: list[int] = []
        self.capacities: list[int] = []
        self.read_only = 0

    def state(self) -> tuple[object, ...]:
        """What the levers stand at, for comparing before and after."""
        return (
            tuple(self._failing), self._lying, self._swallowed, self._misdirected, tuple(self._slow),
            tuple(self.capacities), self.read_only,
        )  # fmt: skip

    def fail_syncs(self, times: int, pages: Pages = "clean") -> None:
        """Let the next `times` syncs fail. `pages`: clean (ext4, XFS), revert (btrfs), or retain (still dirty)."""
        self._failing += [pages] * times

    def stop_failing(self) -> None:
        """Let syncs succeed again. What was lost stays lost."""
        self._failing.clear()

    def lie(self) -> None:
        """Let syncs return at once while the sectors lie in the device's cache."""
        self._lying += 1

    def stop_lying(self) -> None:
        """Undo one `lie`. The next sync also writes what the lies left behind."""
        self._lying -= 1

    def lose_writes(self, times: int) -> None:
        """Let one sector of each of the next `times` synced writes never reach the platter."""
        self._swallowed += times

    def misdirect_writes(self, times: int) -> None:
        """Let one sector of each of the next `times` synced writes land on another sector of the file."""
        self._misdirected += times

    def stop_losing(self) -> None:
        """Let writes reach the platter again."""
        self._swallowed = 0

    def stop_misdirecting(self) -> None:
        """Let writes land where they belong again."""
        self._misdirected = 0

    def slow(self, factor_ppm: int) -> None:
        """Multiply the latency of syncs."""
        self._slow.append(factor_ppm)

    def hasten(self, factor_ppm: int) -> None:
        """Undo one `slow` of this factor."""
        self._slow.remove(factor_ppm)

    def slowed(self, latency: int) -> int:
        """A latency in ns as the levers make it."""
        for factor in self._slow:
            latency = latency * factor // MILLION
        return latency

    def complete(self, disk: "Disk", sync: "Sync") -> DiskError | None:
        """Do what a sync does, as the levers make it do it."""
        if self._failing:
            return self._fail(disk, sync, self._failing.pop(0))
        if self._lying:
            self._lied = True
            for change in _covered(disk, sync):
                change.lied = True
            return None
        if self._lied:
            self._flush_lies(disk)
        self._settle(disk, sync)
        return None

    def _settle(self, disk: "Disk", sync: "Sync") -> None:
        if sync.inode is None:
            disk.directory.settle(sync.serial)
            return
        inode = sync.inode
        covered = [change for change in inode.pending if change.serial < sync.serial]
        if (self._swallowed or self._misdirected) and any(change.data for change in covered):
            self._settle_with_damage(inode, covered)
        else:
            inode.settle(covered)

    def _settle_with_damage(self, inode: Inode, covered: list[Change]) -> None:
        """One drawn sector keeps its old content; if misdirected, its new content lands on another sector."""
        sectors = sorted({sector for change in covered for sector in change.sectors()})
        missed = self._stream.choice(sectors)
        before = bytes(inode.platter[missed * SECTOR : (missed + 1) * SECTOR])
        inode.settle(covered)
        after = bytes(inode.platter[missed * SECTOR : (missed + 1) * SECTOR])
        inode.platter[missed * SECTOR : missed * SECTOR + len(after)] = before.ljust(len(after), b"\0")[: len(after)]
        if self._misdirected:
            self._misdirected -= 1
            others = [one for one in range(-(-len(inode.platter) // SECTOR)) if one != missed]
            if others:
                victim = self._stream.choice(others) * SECTOR
                room = min(len(after), len(inode.platter) - victim)
                inode.platter[victim : victim + room] = after[:room]
        else:
            self._swallowed -= 1
        inode.evict()

    def _fail(self, disk: "Disk", sync: "Sync", pages: Pages) -> DiskError:
        error = SyncFailed(disk.name, "a sync returned an input/output error")
        inode = sync.inode
        if pages == "retain":
            return error
        if inode is None:
            disk.directory.pending = [one for one in disk.directory.pending if one.serial >= sync.serial]
            if pages == "revert":
                disk.directory.evict()
            return error
        covered = [change for change in inode.pending if change.serial < sync.serial]
        sectors = [(change, sector) for change in covered for sector in change.sectors()]
        for change, sector in sectors[: self._stream.below(len(sectors) + 1)]:
            change.apply_sector(inode.platter, sector)
        inode.drop(covered)
        if pages == "revert":
            inode.evict()
        return error

    def _flush_lies(self, disk: "Disk") -> None:
        self._lied = False
        for inode in disk.inodes():
            inode.settle([change for change in inode.pending if change.lied])
        lied = [change.serial for change in disk.directory.pending if change.lied]
        if lied:
            disk.directory.settle(max(lied) + 1)

    def rot(self, disk: "Disk", files: str, bits: int, where: Where, stream: Stream) -> str | None:
        """Flip `bits` bits in a drawn durable sector of a file like `files`; says which, None if there is none."""
        chosen = _draw_sector(disk, files, where, stream)
        if chosen is None:
            return None
        name, inode, sector = chosen
        size = min(SECTOR, len(inode.platter) - sector * SECTOR)
        for bit in stream.sample(range(size * 8), bits):
            inode.platter[sector * SECTOR + bit // 8] ^= 1 << bit % 8
        inode.evict()
        return f"{bits} bits in sector {sector} of {name}"

    def spoil(self, disk: "Disk", files: str, where: Where, stream: Stream) -> tuple[str, Inode, int] | None:
        """Make one drawn durable sector unreadable until it is written again; (name, inode, sector), None if none."""
        chosen = _draw_sector(disk, files, where, stream)
        if chosen is not None:
            chosen[1].unreadable.add(chosen[2])
        return chosen


def _covered(disk: "Disk", sync: "Sync") -> list[Change]:
    pending = disk.directory.pending if sync.inode is None else sync.inode.pending
    return [change for change in pending if change.serial < sync.serial]  # type: ignore[misc] # both kinds can lie


def _draw_sector(disk: "Disk", files: str, where: Where, stream: Stream) -> tuple[str, Inode, int] | None:
    named = [
        (name, inode)
        for name, inode in sorted(disk.directory.platter.items())
        if inode.platter and fnmatchcase(name, files)
    ]
    if not named:
        return None
    name, inode = stream.choice(named)
    count = -(-len(inode.platter) // SECTOR)
    third = max(1, count // 3)
    spans = {"head": (0, third - 1), "middle": (count // 3, count - 1 - count // 3), "tail": (count - third, count - 1)}
    low, high = spans.get(where, (0, count - 1))
    return name, inode, stream.between(min(low, high), max(low, high))
