"""Recovery: from whatever a crash or a bad disk left to a store that serves, or to one that says why it will not.

The state goes EMPTY, READING_MANIFEST, SCANNING, TRUNCATING, REPLAYING, READY, or ends FAULTY. Every step may be cut by
the next crash, and the next recovery then comes to the same state: nothing is removed before what replaces it is
durable, and what was read from a cache that outlived the process is synced before it is served.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal

from models.veristore.engine import batch
from models.veristore.engine.damage import Damage
from models.veristore.engine.manifest import DRAFT, FILE, Edit
from models.veristore.engine.marks import MARKS_SIZE
from models.veristore.engine.record import HEAD, Record
from models.veristore.engine.run import PREFIX as RUN
from models.veristore.engine.run import open_run, run_name
from models.veristore.engine.scan import Scan, Stop
from models.veristore.engine.segment import PREFIX, Image, Place, read, segments
from models.veristore.events import CorruptionFound, GaveUp, Recovered, TornTail

if TYPE_CHECKING:
    from models.veristore.engine.engine import Engine

EMPTY: Final = "EMPTY"
READING_MANIFEST: Final = "READING_MANIFEST"
SCANNING: Final = "SCANNING"
TRUNCATING: Final = "TRUNCATING"
REPLAYING: Final = "REPLAYING"
READY: Final = "READY"
FAULTY: Final = "FAULTY"

Verdict = Literal["cut", "skip", "refuse"]


class Recovery:
    """One recovery. `run` ends with the engine READY, or raises Damage."""

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine
        self._storage = engine.storage
        self._manifest = engine.manifest
        self._tree = engine.tree
        self._settings = engine.settings

    async def run(self) -> None:
        """All steps in order. NoRoom if the disk refuses a change that is needed: then try again later."""
        engine = self._engine
        engine.state = READING_MANIFEST
        await self._storage.sync_names()
        if not self._storage.exists(FILE):
            await self._create()
        else:
            await self._manifest.read()
        await self._open_runs()
        engine.state = SCANNING
        images = self._images()
        scan = self.scan(images)
        engine.state = TRUNCATING
        salvaged = await self._mend(scan, images)
        engine.state = REPLAYING
        self._replay(scan)
        await self._begin_epoch(scan)
        if salvaged:
            await engine.checkpoint.flush(engine.wal.place.seq)
        self._serve(scan)
        await engine.wal.drop(self._manifest.floor)

    # Manifest and runs

    async def _create(self) -> None:
        """There is no manifest. Beside a log that is damage; without one the store never served, and begins anew."""
        if self._storage.names(PREFIX):
            raise Damage(FILE, "it is missing, and a log is there")
        for name in self._storage.names(RUN):
            self._storage.remove(name)
        await self._manifest.create(Edit())

    async def _open_runs(self) -> None:
        """Open what the manifest lists, and remove what it does not: the leavings of something unfinished."""
        listed = self._manifest.runs
        self._tree.runs[:] = [open_run(run.number, self._storage, self._engine.blocks) for run in listed]
        for run in listed:
            if self._storage.size(run_name(run.number)) != run.size:
                raise Damage(run_name(run.number), f"the manifest says that it has {run.size:,} bytes")
        known = {run_name(run.number) for run in listed}
        for name in [*self._storage.names(RUN), DRAFT]:
            if name not in known:
                self._storage.remove(name)

    # The log

    def _images(self) -> list[Image]:
        """The segments that may hold something above the floor, read."""
        there, floor = segments(self._storage), self._manifest.floor
        needed = [place for place, one in enumerate(there) if one.first <= floor + 1]
        first = needed[-1] if needed else 0
        while first and there[first - 1].first == there[first].first:
            first -= 1
        if there and there[first].first > floor + 1:
            raise Damage(there[first].name, f"the log begins with it, and the runs end at record {floor}")
        return [read(self._storage, one) for one in there[first:]]

    def scan(self, images: Sequence[Image]) -> Scan:
        """Read the log; at a bad record do what the mode says."""
        scanner = self._engine.parts.scanner(self._engine.framing, images, self._manifest.highest)
        start = self._start(images)
        scan = scanner.scan(start)
        if scan.stop is not None:
            verdict = self.decide(scan.stop)
            if verdict == "refuse":
                raise Damage(scan.stop.item, _because(scan.stop))
            if scan.stop.proof:
                self._engine.tell(CorruptionFound(scan.stop.item, _because(scan.stop)))
            if verdict == "skip":
                return scanner.scan(start, skip=True)
        self._check_floor(scan, start)
        return scan

    def decide(self, stop: Stop) -> Verdict:
        """What to do at the first bad record."""
        mode = self._settings.recovery
        if stop.foreign or mode == "absolute":
            return "refuse"
        if mode == "skip-any":
            return "skip"
        return "refuse" if stop.proof and mode == "torn-tail" else "cut"

    def _start(self, images: Sequence[Image]) -> Place:
        """The place before the first segment, as its head gives it."""
        manifest = self._manifest
        if not images:
            return Place(manifest.floor, 0, manifest.chain)
        first = images[0].segment.first
        head = self._engine.framing.read(images[0].data, MARKS_SIZE)
        if isinstance(head, Record) and head.kind == HEAD:
            return Place(first - 1, head.prev, head.payload)
        return Place(first - 1, 0, manifest.chain)

    def _check_floor(self, scan: Scan, start: Place) -> None:
        """The log must pass through the very state that the runs hold, unless it was cut before."""
        manifest = self._manifest
        if scan.place.seq < manifest.floor:
            scan.place = Place(manifest.floor, 0, manifest.chain)
            return
        chain = start.chain if start.seq == manifest.floor else scan.chains[manifest.floor]
        if chain != manifest.chain:
            raise Damage("the log", f"it is not the one that the runs were made of, at record {manifest.floor}")

    # Mending

    async def _mend(self, scan: Scan, images: Sequence[Image]) -> bool:
        """Make what was decided durable; returns whether records were given up that had been durable."""
        stop = scan.stop
        if stop is None:
            await self._sync_last(images)
            return False
        if stop.proof or scan.skipped:
            self._engine.tell(GaveUp(stop.seq, max(scan.last_known, stop.seq), bool(scan.skipped)))
        if scan.skipped:
            await self._sync_last(images)
            return True
        await self.cut(stop, images)
        return bool(stop.proof)

    async def cut(self, stop: Stop, images: Sequence[Image]) -> None:
        """Cut the log at `stop`, durably: what is appended next must not have it in front."""
        lost = 0
        for image in images:
            name = image.segment.name
            if image.segment == stop.segment and stop.offset > MARKS_SIZE:
                lost += len(image.data) - stop.offset
                self._storage.truncate(name, min(stop.offset, len(image.data)))
                await self._storage.sync(name)
            elif image.segment >= stop.segment:  # with a head that is bad, all of it
                lost += len(image.data)
                self._storage.remove(name)
        await self._storage.sync_names()
        self._engine.tell(TornTail(stop.seq, max(lost, 0)))

    async def _sync_last(self, images: Sequence[Image]) -> None:
        """A process that was killed may have left records in the cache only."""
        if images:
            await self._storage.sync(images[-1].segment.name)

    # Serving

    def _replay(self, scan: Scan) -> None:
        self._tree.applied = self._manifest.floor
        for record in scan.records:
            if record.seq > self._manifest.floor:
                self._engine.apply(record.seq, batch.unpack(record.payload))

    def next_place(self, scan: Scan) -> Place:
        """Where the log goes on: behind everything that was ever durable, though nothing of it be left."""
        return scan.place._replace(seq=max(scan.place.seq, scan.last_known))

    async def _begin_epoch(self, scan: Scan) -> None:
        """A new epoch and a new segment: nothing that is written from here on can be mistaken for what was before."""
        manifest, wal = self._manifest, self._engine.wal
        place = self.next_place(scan)
        epoch = 1 + max([manifest.epoch, *(one.epoch for one in segments(self._storage))])
        await manifest.commit(Edit(epoch=epoch, highest=place.seq))
        await wal.start(place, epoch)
        self._tree.applied = place.seq

    def _serve(self, scan: Scan) -> None:
        engine = self._engine
        engine.state = READY
        engine.shown_chain = scan.place.chain
        last, floor = self._tree.applied, self._manifest.floor
        engine.tell(Recovered(floor, last, scan.place.chain, self._tree.digest()))


def _because(stop: Stop) -> str:
    return f"{stop.how}; {stop.proof}" if stop.proof and stop.proof != stop.how else stop.how
