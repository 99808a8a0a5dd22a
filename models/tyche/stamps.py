"""By which clock arrivals are noted: the controller's own, on which its timers run too.

One clock for windows and timers makes constant drift cancel: what is measured too long is waited too long.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.tyche.controller import Controller


class Stamps:
    """The time of an arrival, in ns."""

    def __init__(self, node: "Controller") -> None:
        self._node = node

    def now(self) -> int:
        """The wall clock of the controller: steps of it reach the windows."""
        return self._node.now()
