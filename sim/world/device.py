"""The device under a disk: it works one operation at a time, in the order in which they were asked for.

It runs on a time of its own, which passes as many times more slowly as the device is slow, and not at all while it is
stalled: what was queued in bad times is done at full speed afterwards. The syncs under way form a queue; one call back
is scheduled, for its head.
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
    """The queue of one disk. `complete` does what a sync does and says what went wrong, `failed` hears of that.

    `notice` lets the node be told that a sync has ended, at once or, if its process is stopped, later (then it is
    False). Until it is told, the sync is under way for all it knows, and what it says waits.
    """

    def __init__(
        self,
        stream: Stream,
        now: Callable[[], int],
        at: Callable[[int, Callable[[], None]], None],
        event: Callable[[], simpy.Event],
        profile: DiskProfile,
        complete: Callable[[Sync], DiskError | None],
        failed: Callable[[DiskError], None],
        notice: Callable[[Callable[[], None]], bool],
    ) -> None:
        self.queue: deque[Sync] = deque()
        self._untold = 0  # how many at its head have ended while nobody listened
        self._cuts = 0
        self._next_to_tell: dict[Sync, DiskError | None] = {}
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
        self._notice = notice
        self._free_at = 0
        self._lanes = [0] * profile.depth
        self._stalls = 0
        self._steady = True  # neither slow nor stalled: then device time is world time less `_lag`
        self._lag = 0
        self._base = self._world = 0  # device and world time of the last change of pace

    def time(self) -> int:
        """Device time in ns."""
        if self._steady:
            return self._now() - self._lag
        if self._stalls:
            return self._base
        return self._base + (self._now() - self._world) // self.slowness

    def _world_time(self, ns: int) -> int:
        """The world time at which device time will be `ns`, at the present pace."""
        return ns + self._lag if self._steady else self._world + (ns - self._base) * self.slowness

    def slow(self, factor: int) -> None:
        """Be `factor` times as slow as the profile says from now on, with what is queued too."""
        self._change_pace(factor, self._stalls)

    def _change_pace(self, slowness: int, stalls: int) -> None:
        self._base, self._world = self.time(), self._now()
        self.slowness, self._stalls = slowness, stalls
        self._steady = slowness == 1 and not stalls
        self._lag = self._world - self._base
        self._arm_next()

    def write(self) -> int:
        """Queue one change into the page cache; returns the device time at which the device turns to it."""
        return self._take(self._profile.write)

    def read(self, size: int) -> None:
        """Queue a read: on a free lane beside the queue if the device has one, else in the queue."""
        latency = self._profile.read + self._profile.transfer_ns(size)
        now = self.time()
        for lane, free_at in enumerate(self._lanes):
            if free_at <= now:
                self._lanes[lane] = now + latency
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
        if len(self.queue) == self._untold + 1:
            self._arm(sync)
        return sync

    def cut(self) -> None:
        """Drop all that is queued, with what waits for it: the power is gone, or the process."""
        for sync in self.queue:
            sync.waiters.clear()
        self.queue.clear()
        self._cuts += 1
        self._untold = 0
        self._next_to_tell.clear()
        self._free_at = self.time()
        self._lanes = [0] * len(self._lanes)

    def stall(self) -> None:
        """Let no operation complete until as many `unstall`s have come."""
        self._change_pace(self.slowness, self._stalls + 1)

    def unstall(self) -> None:
        """Undo one `stall`: what was under way goes on where it stood."""
        assert self._stalls, "unstall without stall"
        self._change_pace(self.slowness, self._stalls - 1)

    def _take(self, latency: int) -> int:
        begun_at = self._now() - self._lag if self._steady else self.time()
        if begun_at < self._free_at:
            begun_at = self._free_at
        self._free_at = done_at = begun_at + latency
        if self.steps is not None:
            self.steps.append(self._world_time(done_at))
        return begun_at

    def _arm(self, sync: Sync) -> None:
        if not self._stalls:
            self._at(max(self._world_time(sync.due), self._now()), self._wake)

    def _arm_next(self) -> None:
        if len(self.queue) > self._untold:
            self._arm(self.queue[self._untold])

    def _wake(self) -> None:
        """Complete the next sync if it is due; a call back from before a crash or a stall finds it is not."""
        if len(self.queue) <= self._untold:
            return
        sync = self.queue[self._untold]
        if sync.done or sync.due > self.time():
            return
        error, epoch = self._complete(sync), self._cuts
        if not self._notice(lambda: self._tell(sync, error) if epoch == self._cuts else None):
            self._untold += 1
            self._arm_next()

    def _tell(self, sync: Sync, error: DiskError | None) -> None:
        """Let the node know, in order: a sync before this one may still wait for the stories that it failed."""
        if self.queue[0] is not sync:
            self._next_to_tell[sync] = error
            return
        if error is None:
            sync.succeed()
        elif sync.fail(error, lambda: self._leave_in_turn(sync)):
            return  # the stories that await it go first: they may crash the node, and then nothing leaves
        else:
            self._failed(error)
        self._leave(sync)

    def _leave_in_turn(self, sync: Sync) -> None:
        self._notice(partial(self._leave, sync))

    def _leave(self, sync: Sync) -> None:
        """Run what waited. The sync stays at the head meanwhile, so that what comes up now goes behind what waits."""
        for waiter in sync.waiters:  # a crash clears the list
            waiter()
        if self.queue and self.queue[0] is sync:
            self.queue.popleft()
            if self._untold:
                self._untold -= 1
            else:
                self._arm_next()
            if self.queue and self.queue[0] in self._next_to_tell:
                self._tell(self.queue[0], self._next_to_tell.pop(self.queue[0]))
