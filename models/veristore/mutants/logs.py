# ruff: noqa: D102 - the class says what is wrong with its one method
"""Known bugs of logs and their recovery: each class overrides one rule of a part."""

from collections.abc import Sequence
from zlib import crc32

from models.veristore.engine.engine import Engine
from models.veristore.engine.layers import Layers
from models.veristore.engine.record import OVERHEAD, Framing
from models.veristore.engine.recovery import Recovery, Verdict
from models.veristore.engine.scan import Scan, Scanner, Stop
from models.veristore.engine.segment import Image, Place
from models.veristore.engine.storage import Storage
from models.veristore.engine.wal import Wal
from models.veristore.machine.view import Change
from sim import DiskError


class TailNotCut(Recovery):
    """Leaves a torn tail where it is, and what is written next stands behind it."""

    async def cut(self, stop: Stop, images: Sequence[Image]) -> None:
        pass


class AcksBeforeFsync(Wal):
    """Never waits for the disk: records reach it when the cache is written back."""

    async def sync(self) -> None:
        pass


class FsyncRetried(Storage):
    """Takes the second sync for what the first was not: the pages are clean by then, and lost."""

    async def sync(self, name: str) -> None:
        try:
            await super().sync(name)
        except DiskError:
            await super().sync(name)


class SeqFromLog(Recovery):
    """Goes on behind the last record that the log has, and from 1 if it has none."""

    def next_place(self, scan: Scan) -> Place:
        return scan.place._replace(seq=scan.records[-1].seq if scan.records else 0)


class LengthTrusted(Scanner):
    """Takes a length for true before its CRC was checked: what reaches beyond the file was never whole."""

    def proof(self, number: int, at: int, seq: int) -> str:
        data = self._images[number].data
        length = int.from_bytes(data[at + 12 : at + 16], "little")
        return "" if at + OVERHEAD + length > len(data) else super().proof(number, at, seq)


class ShortCrc(Framing):
    """Covers the payload alone: length, epoch and flags may be anything."""

    def crc(self, covered: bytes, payload: bytes) -> int:  # noqa: ARG002
        return crc32(payload)


class SkipsBad(Recovery):
    """Leaves out what is bad and goes on behind it."""

    def decide(self, stop: Stop) -> Verdict:  # noqa: ARG002
        return "skip"


class CutsMiddle(Recovery):
    """Takes every bad record for a torn tail, whatever the marks say."""

    def decide(self, stop: Stop) -> Verdict:  # noqa: ARG002
        return "cut"


class HalfBatch(Engine):
    """Writes each change of a batch as a record of its own."""

    def write(self, changes: Sequence[Change]) -> int:
        if len(changes) > self.room:
            return super().write(changes)
        return [self.wal.append((change,)) for change in changes][-1]


class DirtyRead(Engine):
    """Shows readers what was appended and is not durable yet."""

    def view(self) -> Layers:
        return self.pending_view()


class NoDirSync(Storage):
    """Takes it for granted that names are as durable as the files that bear them."""

    async def sync_names(self) -> None:
        pass
