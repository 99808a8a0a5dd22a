"""Reading the log: every record from the floor on, up to the first that is not what it should be.

A record counts if its header CRC, bound, payload CRC, `prev` and sequence are right. What stops the scan is the tail of
an unfinished write, or corruption: it is corruption for certain if something shows that the record was durable, or
that one behind it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from models.veristore.engine.damage import Damage
from models.veristore.engine.marks import MARKS_SIZE, marked
from models.veristore.engine.record import BATCH, HEAD, MAGIC, Flaw, Framing, Record
from models.veristore.engine.segment import Image, Place, Segment

_MAGIC = MAGIC.to_bytes(4, "little")


@dataclass(frozen=True)
class Stop:
    """Where a log stops being right: at `offset` of a segment, where record `seq` should begin.

    `proof` says why it is certain that the record was durable; empty if it may have been an unfinished write.
    """

    segment: Segment
    offset: int
    seq: int
    how: str
    proof: str = ""
    foreign: bool = False

    @property
    def item(self) -> str:
        """What is bad, for people."""
        return f"record {self.seq} at byte {self.offset:,} of {self.segment.name}"


@dataclass
class Scan:
    """What was read: the records in order, the place behind the last, and where and why it stopped, if not at the end.

    `last_known` is the greatest seq of which anything says that it was durable. `skipped` counts bad stretches.
    """

    place: Place
    records: list[Record] = field(default_factory=list)
    stop: Stop | None = None
    last_known: int = 0
    skipped: int = 0
    chains: dict[int, bytes] = field(default_factory=dict)


def chain_after(chain: bytes, record: Record) -> bytes:
    """The digest of everything up to and including `record`."""
    return blake2b(chain + record.raw, digest_size=8).digest()


class Scanner:
    """Reads the images of consecutive segments. `highest` is a seq that the manifest knows to have been durable."""

    def __init__(self, framing: Framing, images: Sequence[Image], highest: int) -> None:
        self._framing = framing
        self._images = images
        self._highest = highest

    def scan(self, start: Place, *, skip: bool = False) -> Scan:
        """Read from `start`, the place before the first segment; with `skip`, go on behind what is bad."""
        scan = Scan(start, last_known=self._newest_durable())
        for number in range(len(self._images)):
            self._scan_segment(number, scan, skip=skip)
            if scan.stop is not None and not skip:
                break
        if scan.stop is None and scan.place.seq < scan.last_known:
            scan.stop = self._too_short(scan)
        return scan

    def _too_short(self, scan: Scan) -> Stop:
        """Nothing is bad, but there should be more."""
        seq, how = scan.place.seq + 1, f"the log ends before it, and record {scan.last_known} was durable"
        if not self._images:
            raise Damage("the log", f"it is missing, and record {scan.last_known} was durable")
        last = self._images[-1]
        return Stop(last.segment, len(last.data), seq, how, how)

    def _scan_segment(self, number: int, scan: Scan, *, skip: bool) -> None:
        image = self._images[number]
        at, headed = MARKS_SIZE, False
        while not headed or at < len(image.data):
            headed = True
            found = self._framing.read(image.data, at)
            how = found.how if isinstance(found, Flaw) else self._misfit(found, at, image, scan.place)
            if how is None:
                assert isinstance(found, Record), "a flaw has a reason"
                self._take(found, scan)
                at += found.size
                continue
            if scan.stop is None:
                scan.stop = self._judge(number, at, scan.place.seq + 1, how, found)
            if not skip:
                return
            scan.skipped += 1
            at = self._next_whole(image.data, at + 1, scan)

    def _misfit(self, record: Record, at: int, image: Image, place: Place) -> str | None:
        """Why a whole record does not belong here; None if it does."""
        kind = HEAD if at == MARKS_SIZE else BATCH
        if record.kind != kind:
            return f"a record of kind {record.kind} stands where kind {kind} should"
        if record.seq != place.seq + 1:
            return f"record {record.seq} stands where {place.seq + 1} should"
        if record.prev != place.crc:
            return "it does not follow the record before it"
        if kind == HEAD:
            fits = record.payload == place.chain and record.seq == image.segment.first
            return None if fits else "the head does not belong to this segment"
        mark = marked(image.data, record.seq, image.segment.first)
        if mark is not None and mark != (record.seq, at, record.header_crc):
            return "another record is marked as durable here"
        return None

    def _take(self, record: Record, scan: Scan) -> None:
        if record.kind == HEAD:
            return  # it stands between records, and none of them is tied to it
        chain = chain_after(scan.place.chain, record)
        scan.place = Place(record.seq, record.crc, chain)
        scan.chains[record.seq] = chain
        scan.records.append(record)

    def _judge(self, number: int, at: int, seq: int, how: str, found: Record | Flaw) -> Stop:
        image = self._images[number]
        foreign = isinstance(found, Flaw) and found.foreign
        return Stop(image.segment, at, seq, how, self.proof(number, at, seq), foreign)

    def proof(self, number: int, at: int, seq: int) -> str:
        """Why the record that should stand here was durable once; empty if nothing says so."""
        image = self._images[number]
        if image.loses(at):
            return "a sector here cannot be read, and no unfinished write does that"
        if image.marks_lost:
            return "the marks of its segment cannot be read"
        if image.newest_marked >= seq:
            return f"record {image.newest_marked} is marked as durable"
        if self._highest >= seq:
            return f"the manifest knows that record {self._highest} was durable"
        return self._proof_behind(number)

    def _proof_behind(self, number: int) -> str:
        """A later segment was begun, or marked: whatever stands before one was durable by then."""
        for later in self._images[number + 1 :]:
            head = self._framing.read(later.data, MARKS_SIZE)
            if later.lost or isinstance(head, Record) or later.newest_marked >= later.segment.first:
                return f"{later.segment.name} was begun behind it"
        return ""

    def _newest_durable(self) -> int:
        return max([self._highest, *(image.newest_marked for image in self._images)])

    def _next_whole(self, data: bytes, at: int, scan: Scan) -> int:
        """For salvage: where the next whole and newer record begins; the place is put before it."""
        while (at := data.find(_MAGIC, at)) >= 0:
            found = self._framing.read(data, at)
            if isinstance(found, Record) and found.kind == BATCH and found.seq > scan.place.seq:
                scan.place = Place(found.seq - 1, found.prev, scan.place.chain)
                return at
            at += 1
        return len(data)
