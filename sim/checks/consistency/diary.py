"""What each session had written, or had seen, of each key at each of its steps."""

from bisect import bisect_right
from collections.abc import Hashable

from sim.checks.consistency.accesses import Access
from sim.checks.consistency.order import Known, Order

_NOTHING = Known()


class Diary:
    """Versions of keys that sessions came to know, in the order of their steps."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._pages: dict[tuple[int, Hashable], tuple[list[int], list[Known]]] = {}

    def note(self, access: Access, version: int) -> None:
        """The session of `access` knows a version of its key from there on."""
        indices, known = self._pages.setdefault((access.session, access.key), ([], []))
        before = known[-1] if known else _NOTHING
        after = before.with_version(version, access, self._order)
        if after is not before:
            indices.append(access.index)
            known.append(after)

    def up_to(self, session: int, key: Hashable, index: int) -> Known:
        """What a session knew of a key at its step `index`, that step included."""
        page = self._pages.get((session, key))
        if page is None:
            return _NOTHING
        at = bisect_right(page[0], index)
        return page[1][at - 1] if at else _NOTHING
