"""Progress: the same act in another state is another act; only the same in the same leads nowhere."""

from models.ui_navigator.words import Action, Snapshot

VISITS = 3
MODALS = 8


class Progress:
    """What was done where since the last recovery."""

    def __init__(self) -> None:
        self._visits: dict[tuple[str, ...], int] = {}
        self._modals = 0
        self.is_dead_end = False
        """Whether the last act was one that the page never will take."""

    def visit(self, snapshot: Snapshot, action: Action, *, never: bool = False) -> None:
        """The page took an act, or `never` will."""
        visited = _state(snapshot, action)
        self._visits[visited] = self._visits.get(visited, 0) + 1
        self.is_dead_end = never
        self._modals = 0

    def is_circle(self, snapshot: Snapshot, action: Action) -> bool:
        """Whether this act was done in this very state so often that it leads nowhere."""
        return self.is_storm or self._visits.get(_state(snapshot, action), 0) >= VISITS

    @property
    def is_storm(self) -> bool:
        """Whether modals are all that it ever meets."""
        return self._modals >= MODALS

    def met_modal(self) -> None:
        """A modal was closed; there may always be another one."""
        self._modals += 1

    def forget(self) -> None:
        """Begin anew."""
        self._visits.clear()
        self._modals = 0


def _state(snapshot: Snapshot, action: Action) -> tuple[str, ...]:
    """What makes two acts the same: page, fields, entities seen, and the act."""
    rows = ",".join(row.token for row in snapshot.rows)
    return snapshot.page, snapshot.title, str(snapshot.modal), rows, action.verb, action.element, action.value
