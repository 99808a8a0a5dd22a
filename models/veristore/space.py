"""What a node does when its disk is full: it gives up a reserve, and takes only deletes until there is room again.

The reserve is a file of zeros. Without it nothing could be freed: a delete is a record too, and a merge of runs needs
room for its output before its inputs go.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from models.veristore.engine.damage import NoRoom
from models.veristore.events import SpaceRanOut, SpaceReturned
from models.veristore.machine.view import Change

if TYPE_CHECKING:
    from models.veristore.node import StoreNode

FILE: Final = "reserve"
SMALL: Final = 512
"""The most that a batch may write which is taken because it deletes, in bytes."""


class Space:
    """Whether there is room, for one incarnation."""

    def __init__(self, node: "StoreNode") -> None:
        self._node = node
        self._settings = node.settings
        self._timer = node.timer(self.look_again)
        self.full = False

    def begin(self) -> None:
        """Lay the reserve by, at the start."""
        if not self.hold():
            self.run_out()

    def run_out(self) -> None:
        """The disk refused a change."""
        if not self.full:
            self.full = True
            self._node.emit(SpaceRanOut())
        self.release()
        self._timer.reset(self._settings.space_retry)

    def look_again(self) -> None:
        """Lay the reserve by again if there is room for it; else make room."""
        if self.hold():
            self.full = False
            self._node.emit(SpaceReturned())
            self._node.upkeep.room_returned()
        else:
            self._timer.reset(self._settings.space_retry)
            self._node.upkeep.make_room()

    def takes(self, changes: Sequence[Change]) -> bool:
        """Whether a batch is taken: with room every one, without only what deletes and writes next to nothing."""
        if not self.full:
            return True
        written = sum(len(key) + len(value or b"") for key, value in changes)
        return any(value is None for _, value in changes) and written <= SMALL

    def hold(self) -> bool:
        """Fill the reserve up; returns whether there was room."""
        storage, wanted = self._node.engine.storage, self._settings.reserve
        try:
            missing = wanted - (storage.size(FILE) if storage.exists(FILE) else 0)
            if missing > 0:
                storage.append(FILE, bytes(missing))
        except NoRoom:
            return False
        return True

    def release(self) -> bool:
        """Give the reserve up; returns whether there was one."""
        storage = self._node.engine.storage
        if not storage.exists(FILE) or not storage.size(FILE):
            return False
        try:
            storage.truncate(FILE, 0)
        except NoRoom:
            return False  # the file system is read-only: there is nothing to gain
        return True
