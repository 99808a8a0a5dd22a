"""How fast disks are.

The cloud figures follow published fio measurements (gp2, gp3: besthub.dev; network NVMe: frn.sh); the others are
assumptions of the right order. Durations in ns, bandwidth in bytes/s.
"""

from dataclasses import dataclass

from sim.world.distributions import Distribution, LogNormal
from sim.world.units import MS, SECOND, US


@dataclass(frozen=True)
class DiskProfile:
    """Latencies of one kind of disk. A sync takes `sync`, at most `cap`, and the time its bytes need."""

    name: str
    sync: Distribution
    cap: int
    read: int = 90 * US
    write: int = 2 * US
    bandwidth: int = 200_000_000

    def sync_ns(self, word: int, size: int) -> int:
        """The time a sync of `size` bytes takes, for 32 random bits."""
        return min(self.sync.at(word), self.cap) + size * SECOND // self.bandwidth


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
