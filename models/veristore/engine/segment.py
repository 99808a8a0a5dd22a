"""A segment of the log: marks, a head that ties it to the segment before, then at most 256 records."""

from dataclasses import dataclass
from typing import Final, NamedTuple

from models.veristore.engine.damage import Damage
from models.veristore.engine.marks import MARKS_SIZE, newest_marked
from models.veristore.engine.record import HEAD, Framing
from models.veristore.engine.storage import SECTOR, Storage

PREFIX: Final = "wal-"
NO_CHAIN: Final = bytes(8)


class Place(NamedTuple):
    """A place between two records: seq and last CRC of the one before, and the chain, the digest of all up to it."""

    seq: int
    crc: int
    chain: bytes


START: Final = Place(0, 0, NO_CHAIN)


@dataclass(frozen=True, order=True)
class Segment:
    """The segment whose first record is, or would be, `first`. Two may begin at one seq, but not in one epoch."""

    first: int
    epoch: int

    @property
    def name(self) -> str:
        """The name of its file."""
        return f"{PREFIX}{self.first:012d}-{self.epoch:06d}"


def parse(name: str) -> Segment:
    """The segment of a file name."""
    first, _, epoch = name.removeprefix(PREFIX).partition("-")
    if not (first.isdecimal() and epoch.isdecimal()):
        raise Damage(name, "this is no name of a segment")
    return Segment(int(first), int(epoch))


def segments(storage: Storage) -> list[Segment]:
    """The segments that there are, in order."""
    return sorted(parse(name) for name in storage.names(PREFIX))


def begin(framing: Framing, segment: Segment, place: Place) -> bytes:
    """The bytes of a new segment that follows `place`."""
    return bytes(MARKS_SIZE) + framing.seal(HEAD, segment.epoch, segment.first, place.crc, place.chain).raw


class Image(NamedTuple):
    """A segment as read; `lost` are the sectors that cannot be."""

    segment: Segment
    data: bytes
    lost: frozenset[int]

    @property
    def newest_marked(self) -> int:
        """The greatest seq of which a mark says that it is durable."""
        return newest_marked(self.data, self.segment.first)

    @property
    def marks_lost(self) -> bool:
        """Whether some of the marks cannot be read."""
        return any(sector * SECTOR < MARKS_SIZE for sector in self.lost)

    def loses(self, begin: int) -> bool:
        """Whether some sector at or behind the offset `begin` cannot be read."""
        return any((sector + 1) * SECTOR > begin for sector in self.lost)


def read(storage: Storage, segment: Segment) -> Image:
    """Read a segment as far as it can be read."""
    data, lost = storage.salvage(segment.name)
    return Image(segment, data, lost)
