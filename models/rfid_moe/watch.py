"""What a controller knows of the nodes: who lives, in which epoch, and what each holds."""

from models.rfid_moe.messages import Beat
from models.rfid_moe.shards import READY, PlacementMap, Row


class View:
    """One node. `holdings` is None until it has said what it holds."""

    __slots__ = ("epoch", "heard", "holdings", "serial")

    def __init__(self, epoch: int, heard: int) -> None:
        self.epoch = epoch
        self.heard = heard
        self.serial = 0
        self.holdings: dict[int, str] | None = None


class Watch:
    """Views by node. Times in ns of the controller's clock."""

    def __init__(self, dead_after: int) -> None:
        self._dead_after = dead_after
        self._views: dict[str, View] = {}
        self._mapped: dict[int, None] = {}

    def hear(self, node: str, beat: Beat, now: int) -> None:
        """A node says what it holds. An older epoch, or an older word of this one, is late."""
        view = self._views.get(node)
        if view is None or beat.epoch > view.epoch:
            view = self._views[node] = View(beat.epoch, now)
        if beat.epoch == view.epoch and beat.serial > view.serial:
            view.serial, view.heard = beat.serial, now
            view.holdings = {one.row: one.state for one in beat.holdings}

    def assume(self, known: PlacementMap, now: int) -> None:
        """At the start of a leadership: who was alive by the map is so until it has been silent for long enough."""
        self._mapped = dict.fromkeys(copy.row for copy in known.copies)
        for node, epoch in known.alive:
            view = self._views.get(node)
            if view is None or view.epoch < epoch:
                self._views[node] = View(epoch, now)

    def lives(self, node: str, now: int) -> bool:
        """Whether it was heard of lately."""
        view = self._views.get(node)
        return view is not None and now - view.heard <= self._dead_after

    def epoch(self, node: str) -> int:
        """Its present epoch, as far as is known; 0 if nothing is."""
        view = self._views.get(node)
        return 0 if view is None else view.epoch

    def state(self, row: Row) -> str | None:
        """What the node says of a row; None if it does not hold it, or has not said."""
        view = self._views.get(row.node)
        if view is None or view.holdings is None:
            return READY if row.number in self._mapped else None
        return view.holdings.get(row.number)
