"""A disk sync on its way: what a story awaits and what messages wait for."""

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

import simpy

from sim.world.disk_errors import DiskError

if TYPE_CHECKING:
    from sim.world.inode import Inode


class Sync:
    """One fsync, fsync_dir or save. In a story, `await` it: it raises DiskError if it failed. In a handler, let it be.

    `inode` is the file (None: the directory), `serial` orders it among the changes, `done_at` is when it completes.
    """

    __slots__ = ("_event", "done", "done_at", "error", "event", "inode", "serial", "waiters")

    def __init__(self, event: Callable[[], simpy.Event], inode: "Inode | None", serial: int, done_at: int) -> None:
        self.event: simpy.Event | None = None
        self._event = event
        self.inode = inode
        self.serial = serial
        self.done_at = done_at
        self.done = False
        self.error: DiskError | None = None
        self.waiters: list[Callable[[], None]] = []

    def __await__(self) -> Generator[simpy.Event, Any, None]:
        if self.done:
            if self.error is not None:
                raise self.error
            return
        self.event = self._event()
        yield self.event

    def finish(self, error: DiskError | None) -> bool:
        """Mark it done; returns whether a story that awaits it takes the error."""
        self.done = True
        self.error = error
        if self.event is None:
            return False
        if error is None:
            self.event.succeed()
        else:
            self.event._defused = True
            self.event.fail(error)
        return True
