"""A disk sync on its way: what a story awaits and what messages wait for."""

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

import simpy

from sim.world.disk_errors import DiskError

if TYPE_CHECKING:
    from sim.world.inode import Inode


class Sync:
    """One fsync, fsync_dir or save. In a story, `await` it: it raises DiskError if it failed. In a handler, let it be.

    `inode` is the file (None: the directory) and `name` what it was synced as, `serial` orders it among the changes,
    `due` is the device time (ns) at which it completes. `waiters` run, in order, when it has.
    """

    __slots__ = ("_event", "_make_event", "done", "due", "error", "inode", "name", "serial", "waiters")

    def __init__(
        self, event: Callable[[], simpy.Event], inode: "Inode | None", name: str, serial: int, due: int
    ) -> None:
        self.inode = inode
        self.name = name
        self.serial = serial
        self.due = due
        self.done = False
        self.error: DiskError | None = None
        self.waiters: list[Callable[[], None]] = []
        self._event: simpy.Event | None = None
        self._make_event = event

    def __await__(self) -> Generator[simpy.Event, Any, None]:
        if not self.done:
            if self._event is None:
                self._event = self._make_event()
            yield self._event
        elif self.error is not None:
            raise self.error

    def succeed(self) -> None:
        """Mark it done and let the stories that await it go on."""
        self.done = True
        if self._event is not None:
            self._event.succeed()

    def fail(self, error: DiskError, then: Callable[[], None]) -> bool:
        """Mark it failed. If stories await it they take the error, `then` is called after them, and this is True."""
        self.done = True
        self.error = error
        event = self._event
        if event is None or not event.callbacks:
            return False
        event._defused = True
        event.callbacks.append(lambda _: then())
        event.fail(error)
        return True
