"""The levers of a disk that faults pull, and what rots on its platter.

A lever that heals returns its heal: a call that puts back this one lever, in whatever order others are put back, and
never the data. Draws come from the stream of the fault that pulls.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from math import prod
from typing import TYPE_CHECKING, Literal, TypeVar

from sim.world.disk_damage import KINDS, FailingSync, Flaw, LyingSync, Pages, StrayWrite, spent
from sim.world.inode import SECTOR, Inode
from sim.world.streams import Stream

if TYPE_CHECKING:
    from sim.world.disk import Disk

Heal = Callable[[], None]
Where = Literal["head", "middle", "tail", "any"]
T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Spot:
    """A sector of a file; `bits` of it were flipped."""

    file: str
    sector: int
    inode: Inode
    bits: int = 0


@dataclass(frozen=True, eq=False)
class Ceiling:
    """All files together may hold `size` bytes; with `short`, a write that does not fit is taken in part."""

    size: int
    short: bool = False


@dataclass(frozen=True, eq=False)
class Pace:
    """Every latency is `factor` times as long."""

    factor: int


class Levers:
    """The levers of one disk. `files` is a glob over names; the directory's own name is `.`."""

    def __init__(self, disk: "Disk", capacity: int | None) -> None:
        self._disk = disk
        self.flaws: list[Flaw] = []
        self.ceilings: list[Ceiling] = [] if capacity is None else [Ceiling(capacity)]
        self.locks: list[object] = []
        self._paces: list[Pace] = []
        self._stalls: list[object] = []

    def state(self) -> tuple[int, ...]:
        """What is pulled, for comparing before and after."""
        kinds = [sum(isinstance(flaw, kind) for flaw in self.flaws) for kind in KINDS]
        return (*kinds, len(self.ceilings), len(self.locks), self._disk.device.slowness, len(self._stalls))

    # What syncs do.

    def fail_syncs(self, stream: Stream, *, files: str = "*", times: int | None = 1, pages: Pages = "clean") -> Heal:
        """Let the next `times` syncs fail (None: all). `pages`: clean (ext4, XFS), revert (btrfs) or retain (dirty)."""
        return self._pull(self.flaws, FailingSync(files, times, pages, stream))

    def lie(self, *, files: str = "*") -> Heal:
        """Let syncs return while the sectors lie in the device's cache; the next honest sync flushes them."""
        return self._pull(self.flaws, LyingSync(files))

    def lose_writes(self, stream: Stream, *, files: str = "*", times: int = 1) -> Heal:
        """Let one sector of each of the next `times` synced files never reach the platter."""
        return self._pull(self.flaws, StrayWrite(files, times, None, stream))

    def misdirect_writes(self, stream: Stream, *, files: str = "*", into: str = "", times: int = 1) -> Heal:
        """Let one sector of each of the next `times` synced files land on another, of the same file or of `into`."""
        return self._pull(self.flaws, StrayWrite(files, times, into, stream))

    def retire(self) -> None:
        """Forget the flaws that have had all their effect."""
        self.flaws[:] = [flaw for flaw in self.flaws if not spent(flaw)]

    # How long it takes and what is refused.

    def slow(self, factor: int) -> Heal:
        """Multiply every latency from now on."""
        assert factor >= 1, f"a disk {factor} times as slow"
        heal = self._pull(self._paces, Pace(factor))
        self._set_pace()

        def hasten() -> None:
            heal()
            self._set_pace()

        return hasten

    def stall(self) -> Heal:
        """Let no operation complete."""
        mark = object()
        self._stalls.append(mark)
        self._disk.device.stall()

        def unstall() -> None:
            if mark in self._stalls:
                self._stalls.remove(mark)
                self._disk.device.unstall()

        return unstall

    def fill(self, slack: int, *, short: bool = False) -> Heal:
        """Leave room for `slack` bytes more; with `short`, a write that does not fit is taken as far as it does."""
        return self._pull(self.ceilings, Ceiling(self._disk.used() + slack, short))

    def missing(self, growth: int) -> int:
        """How many of `growth` more bytes do not fit."""
        if not self.ceilings:
            return 0
        room = min(ceiling.size for ceiling in self.ceilings) - self._disk.used()
        return min(growth, max(0, growth - room))

    @property
    def short(self) -> bool:
        """Whether a write that does not fit is taken in part."""
        return any(ceiling.short for ceiling in self.ceilings)

    def lock(self) -> Heal:
        """Refuse every change, as a file system does after a journal error."""
        return self._pull(self.locks, object())

    # What is stored.

    def rot(self, stream: Stream, *, files: str = "*", where: Where = "any", bits: int = 1) -> Spot | None:
        """Flip 1 to `bits` bits in a drawn sector of the platter and evict its page; None if no file matches."""
        spot = self._draw_spot(stream, files, where)
        if spot is None:
            return None
        platter, begin = spot.inode.platter, spot.sector * SECTOR
        places = min(SECTOR, len(platter) - begin) * 8
        flips: dict[int, None] = {}
        for _ in range(stream.between(1, min(bits, places))):
            flips[_next_free(stream.below(places), flips, places)] = None
        for bit in flips:
            platter[begin + bit // 8] ^= 1 << bit % 8
        self._disk.volume.evict(spot.inode, spot.sector)
        return Spot(spot.file, spot.sector, spot.inode, len(flips))

    def spoil(self, stream: Stream, *, files: str = "*", where: Where = "any") -> Spot | None:
        """Let a drawn sector be unreadable until it is overwritten or mended; None if no file matches."""
        spot = self._draw_spot(stream, files, where)
        if spot is not None:
            spot.inode.unreadable.add(spot.sector)
        return spot

    def mend(self, spot: Spot) -> None:
        """Let a spoiled sector be readable again, with its content."""
        spot.inode.unreadable.discard(spot.sector)

    def evict(self, *, files: str = "*") -> None:
        """Let matching files be read anew: what a failed sync lost shows its old content from now on."""
        names = self._disk.volume.directory.live
        for name in sorted(names):
            if fnmatchcase(name, files):
                self._disk.volume.reload_file(names[name])

    def _pull(self, pulled: list[T], lever: T) -> Heal:
        pulled.append(lever)

        def heal() -> None:
            for index, one in enumerate(pulled):
                if one is lever:
                    del pulled[index]
                    return

        return heal

    def _set_pace(self) -> None:
        self._disk.device.slow(prod(pace.factor for pace in self._paces))

    def _draw_spot(self, stream: Stream, files: str, where: Where) -> Spot | None:
        volume = self._disk.volume
        volume.write_back(self._disk.device.time())
        names = volume.directory.live
        named = [name for name in sorted(names) if names[name].platter and fnmatchcase(name, files)]
        if not named:
            return None
        name = stream.choice(named)
        count = -(-len(names[name].platter) // SECTOR)
        third = count // 3
        spans = {"head": (0, third), "middle": (third, count - third), "tail": (count - third, count)}
        low, high = spans.get(where, (0, count))
        if low >= high:
            low, high = (0, 1) if where == "head" else (count - 1, count)
        return Spot(name, stream.between(low, high - 1), names[name])


def _next_free(place: int, taken: dict[int, None], places: int) -> int:
    while place in taken:
        place = (place + 1) % places
    return place
