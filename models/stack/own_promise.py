"""A layer's own promise in the whole: it is shown what askers do, which no layer sees of itself."""

from collections.abc import Sequence
from typing import ClassVar

from sim import Check, Event, RunRecord, Verdict


class OwnPromise(Check):
    """The check of a layer, to whom what happens beside it is put in its own words. `more` are the events of that."""

    more: ClassVar[tuple[type[Event], ...]]

    def __init__(self, own: Check) -> None:
        self._own = own

    @property
    def watches(self) -> Sequence[type[Event]]:  # type: ignore[override]
        """What the layer's promise watches, and what is beside it."""
        return (*self._own.watches, *self.more)

    @property
    def violated(self) -> bool:
        """Whether the layer's is."""
        return self._own.violated

    def conclude(self, record: RunRecord) -> Verdict:
        """The layer's verdict."""
        return self._own.conclude(record)
