"""The writes of every key as a clock sees them: the latest of each session, and those of unknown outcome."""

from bisect import bisect_right
from collections.abc import Hashable, Iterator

from sim.checks.consistency.accesses import Access, Accesses
from sim.checks.consistency.clocks import Clocks

_STRIDE = 32
"""How many writes of unknown outcome stand between two sums of their bits."""


class Writes:
    """The writes of every key, session by session, for finding the latest below a clock."""

    def __init__(self, accesses: Accesses, clocks: Clocks) -> None:
        self._all = accesses.all
        self._clocks = clocks
        self._known: dict[Hashable, list[tuple[int, list[int], list[int]]]] = {}
        self._open: dict[Hashable, list[Access]] = {}
        self._bits: dict[Hashable, int] = {}
        self._place_of_bit = [0] * accesses.open
        self._behind: dict[tuple[Hashable, int], tuple[list[int], list[int], list[int]]] = {}
        self._after: dict[int, int] = {}
        for key, places in accesses.writes.items():
            self._sort(key, [accesses.all[place] for place in places])

    def _sort(self, key: Hashable, writes: list[Access]) -> None:
        sessions: dict[int, tuple[int, list[int], list[int]]] = {}
        for access in writes:
            if access.bit >= 0:
                self._open.setdefault(key, []).append(access)
                self._bits[key] = self._bits.get(key, 0) | 1 << access.bit
                self._place_of_bit[access.bit] = access.place
            else:
                _, indices, places = sessions.setdefault(access.session, (access.session, [], []))
                indices.append(access.index)
                places.append(access.place)
        self._known[key] = list(sessions.values())

    def latest(self, access: Access) -> Iterator[int]:
        """The latest write of its key by each session before an access, other than of unknown outcome."""
        clock = self._clocks.of(access.place)
        for session, indices, places in self._known.get(access.key, ()):
            at = bisect_right(indices, clock[session]) - 1
            if at >= 0 and places[at] == access.place:
                at -= 1
            if at >= 0:
                yield places[at]

    def open(self, access: Access) -> int:
        """The writes of unknown outcome of its key before an access, as bits."""
        return self._clocks.open_before(access.place) & self._bits.get(access.key, 0)

    def places(self, bits: int) -> Iterator[int]:
        """The accesses that have these bits."""
        while bits:
            low = bits & -bits
            yield self._place_of_bit[low.bit_length() - 1]
            bits ^= low

    def open_after(self, place: int) -> int:
        """The writes of unknown outcome of the same key that are causally behind a write, as bits."""
        found = self._after.get(place)
        if found is None:
            found = self._after[place] = self._find_after(self._all[place])
        return found

    def _find_after(self, write: Access) -> int:
        later = self._open.get(write.key, [])
        if write.bit >= 0:
            return sum(1 << one.bit for one in later if self._clocks.before(write.place, one.place))
        indices, bits, sums = self._behind_session(write.key, write.session)
        count = len(indices) - bisect_right(indices, write.index - 1)
        found = sums[count // _STRIDE]
        for bit in bits[count // _STRIDE * _STRIDE : count]:
            found |= 1 << bit
        return found

    def _behind_session(self, key: Hashable, session: int) -> tuple[list[int], list[int], list[int]]:
        """How far in a session the unknown writes of a key came behind it (rising), their bits (falling), and sums."""
        spot = (key, session)
        if spot not in self._behind:
            clocks = self._clocks
            order = sorted(self._open.get(key, []), key=lambda one: clocks.of(one.place)[session])
            bits, sums, total = [one.bit for one in reversed(order)], [0], 0
            for count, bit in enumerate(bits, 1):
                total |= 1 << bit
                if count % _STRIDE == 0:
                    sums.append(total)
            self._behind[spot] = ([clocks.of(one.place)[session] for one in order], bits, sums)
        return self._behind[spot]
