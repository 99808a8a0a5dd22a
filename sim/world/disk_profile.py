"""How fast disks are, how long they leave data dirty, and what a sync of a new file covers.

The cloud figures follow published fio measurements (gp2, gp3: besthub.dev; network NVMe: frn.sh); the others are
assumptions of the right order. Durations in ns, bandwidth in bytes/s.
"""

from dataclasses import dataclass
from typing import Literal

from sim.world.distributions import Distribution, LogNormal
from sim.world.units import MS, SECOND, US


@dataclass(frozen=True)
class DiskProfile:
    """One kind of disk. A sync takes `sync`, at most `cap`, and the time its bytes need at `bandwidth`.

    `depth` reads are served beside the one operation that the device works on. Dirty data is written back on its own
    after a time between the two of `writeback`. `entries`: does the sync of a new file leave its name to `fsync_dir`
    (strict: what POSIX promises) or make it durable too (lenient: what ext4 does). `capacity` is in bytes.
    """

    name: str
    sync: Distribution
    cap: int
    read: int = 90 * US
    write: int = 2 * US
    bandwidth: int = 200_000_000
    depth: int = 0
    writeback: tuple[int, int] = (5 * SECOND, 30 * SECOND)
    entries: Literal["strict", "lenient"] = "strict"
    capacity: int | None = None

    def transfer_ns(self, size: int) -> int:
        """The time `size` bytes need."""
        return size * SECOND // self.bandwidth


NVME_PLP = DiskProfile("nvme-plp", LogNormal(60 * US, 120 * US), 2 * MS)
"""Local NVMe with power-loss protection: the default."""

PROFILES = {
    profile.name: profile
    for profile in (
        NVME_PLP,
        DiskProfile("gp3", LogNormal(660 * US, 1_440 * US), 5_100 * US),
        DiskProfile("gp2", LogNormal(1_300 * US, 2_700 * US), 10_300 * US),
        DiskProfile("consumer-ssd", LogNormal(1_500 * US, 5 * MS), 50 * MS),
        DiskProfile("network-nvme", LogNormal(12_100 * US, 16_200 * US), 60 * MS),
        DiskProfile("hdd", LogNormal(8 * MS, 25 * MS), 200 * MS),
    )
}
"""Name in a scenario -> profile."""
