"""A disk on a kernel of its own, and what the tests of the disk do with it."""

from collections.abc import Callable, Iterator

import simpy

from sim.world.disk import Disk, DiskError
from sim.world.disk_profile import NVME_PLP, DiskProfile
from sim.world.inode import SECTOR
from sim.world.kernel import Kernel
from sim.world.message import Message
from sim.world.streams import Stream
from sim.world.sync import Sync
from sim.world.units import SECOND

POWER_CUTS = ("lose-unsynced", "torn", "reordered")


class Vow(Message):
    """A small record."""

    number: int


class Bench:
    """A disk, the errors nobody took, and a way to let time pass."""

    def __init__(self, seed: int = 1, profile: DiskProfile = NVME_PLP) -> None:
        self.kernel = Kernel(Stream(seed, "ties"))
        self.errors: list[DiskError] = []
        self.fault = Stream(seed, "fault")
        self.disk = Disk(
            name="n1",
            stream=Stream(seed, "disk"),
            now=lambda: self.kernel._now,
            at=lambda time, call: self.kernel.at(time, 0, lambda _: call(), None),
            profile=profile,
            event=lambda: simpy.Event(self.kernel),
        )
        self.disk.on_error = self.errors.append

    def wait(self, ns: int = SECOND // 10) -> "Bench":
        """Let time pass: by default until everything that is queued has completed."""
        self.kernel.run_until(self.kernel._now + ns)
        return self

    def crash(self, mode: str, seed: int = 0) -> "Bench":
        """Cut the power, or the process."""
        self.disk.crash(mode, Stream(seed, "crash"))
        return self

    def kill(self) -> None:
        """Let the process crash."""
        self.crash("keep")

    def files(self) -> dict[str, bytes]:
        """What is there, but for saved records."""
        return {name: self.disk.read(name) for name in self.disk.names() if not name.startswith("record")}

    def synced(self, **files: bytes) -> "Bench":
        """Files that are durable with their names."""
        for name, content in files.items():
            self.disk.append(name, content)
            self.disk.fsync(name)
        self.disk.fsync_dir()
        return self.wait()

    def story(self, sync: Sync, then: Callable[[], object], failed: Callable[[DiskError], object]) -> simpy.Process:
        """A story that awaits a sync."""

        def run() -> Iterator[simpy.Event]:
            try:
                yield from sync.__await__()
            except DiskError as error:
                failed(error)
            else:
                then()

        return self.kernel.process(run())  # type: ignore[arg-type] # a generator of events is what simpy takes


def sectors(letters: str) -> bytes:
    """One sector filled with each of the letters."""
    return b"".join(letter.encode() * SECTOR for letter in letters)


def write_and_sync(bench: Bench, name: str, offset: int, data: bytes) -> None:
    """Write, sync and wait."""
    bench.disk.write(name, offset, data)
    bench.disk.fsync(name)
    bench.wait()
