"""The device under a disk: it works one operation at a time, in the order in which they were asked for.

It runs on a time of its own, which is world time less the time it has stood stalled. The syncs under way form a queue;
one call back is scheduled, for its head.
"""

from collections import deque
from collections.abc import Callable
from functools import partial

import simpy

from sim.world.disk_errors import DiskError
from sim.world.disk_profile import DiskProfile
from sim.world.inode import Inode
from sim.world.streams import Stream
from sim.world.sync import Sync

_U32 = 0xFFFFFFFF


class Device:
    """The queue of one disk. `complete` does what a sync does and says what went wrong, `failed` hears of that."""

    def __init__(
        self,
        stream: Stream,
        now: Callable[[], int],
        at: Callable[[int, Callable[[], None]], None],
        event: Callable[[], simpy.Event],
        profile: DiskProfile,
        complete: Callable[[Sync], DiskError | None],
        failed: Callable[[DiskError], None],
    ) -> None:
        self.queue: deque[Sync] = deque()
        self.slowness = 1
        self.steps: list[int] | None = None
        self._now = now
        self._at = at
        self._event = event
        self._profile = profile
        self._word = stream.word
        self._sync_ns = profile.sync.at
        self._complete = complete
        self._failed = failed
        self._free_at = 0
        self._lanes = [0] * profile.depth
        self._lag = 0
        self._stalls = 0
        self._stalled_at = 0

    def time(self) -> int:
        """Device time in ns: it stands still while the device is stalled."""
        return self._stalled_at if self._stalls else self._now() - self._lag

    def write(self) -> int:
        """Queue one change into the page cache; returns the device time at which the device turns to it."""
        return self._take(self._profile.write)

    def read(self, size: int) -> None:
        """Queue a read: on a free lane beside the queue if the device has one, else in the queue."""
        latency = self._profile.read + self._profile.transfer_ns(size)
        now = self.time()
        for lane, free_at in enumerate(self._lanes):
            if free_at <= now:
                self._lanes[lane] = now + latency * self.slowness
                return
        self._take(latency)

    def sync(self, inode: Inode | None, name: str, serial: int, size: int) -> Sync:
        """Queue a sync of `size` dirty bytes of a file (None: of the directory)."""
        profile = self._profile
        latency = min(self._sync_ns(self._word() & _U32), profile.cap)
        if size:
            latency += profile.transfer_ns(size)
        self._take(latency)
        sync = Sync(self._event, inode, name, serial, self._free_at)
        self.queue.append(sync)
        if len(self.queue) == 1:
            self._arm(sync)
        return sync

    def cut(self) -> None:
        """Drop all that is queued, with what waits for it: the power is gone, or the process."""
        for sync in self.queue:
            sync.waiters.clear()
        self.queue.clear()
        self._free_at = self.time()
        self._lanes = [0] * len(self._lanes)

    def stall(self) -> None:
        """Let no operation complete until as many `unstall`s have come."""
        self._stalled_at = self.time()
        self._stalls += 1

    def unstall(self) -> None:
        """Undo one `stall`: what was under way goes on where it stood."""
        assert self._stalls, "unstall without stall"
        self._stalls -= 1
        if not self._stalls:
            self._lag = self._now() - self._stalled_at
            if self.queue:
                self._arm(self.queue[0])

    def _take(self, latency: int) -> int:
        begun_at = self._stalled_at if self._stalls else self._now() - self._lag
        if begun_at < self._free_at:
            begun_at = self._free_at
        self._free_at = done_at = begun_at + latency * self.slowness
        if self.steps is not None:
            self.steps.append(done_at + self._lag)
        return begun_at

    def _arm(self, sync: Sync) -> None:
        if not self._stalls:
            self._at(sync.due + self._lag, self._wake)

    def _wake(self) -> None:
        """Complete the head of the queue if it is due; a call back from before a crash or a stall finds it is not."""
        if not self.queue:
            return
        sync = self.queue[0]
        if sync.done or sync.due > self.time():
            return
        error = self._complete(sync)
        if error is None:
            sync.succeed()
        elif sync.fail(error, partial(self._leave, sync)):
            return  # the stories that await it go first: they may crash the node, and then nothing leaves
        else:
            self._failed(error)
        self._leave(sync)

    def _leave(self, sync: Sync) -> None:
        """Run what waited. The sync stays at the head meanwhile, so that what comes up now goes behind what waits."""
        for waiter in sync.waiters:  # a crash clears the list
            waiter()
        if self.queue and self.queue[0] is sync:
            self.queue.popleft()
            if self.queue:
                self._arm(self.queue[0])
