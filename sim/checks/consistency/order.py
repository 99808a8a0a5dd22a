"""Which of two versions of a key is older, as far as anybody can say."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sim.checks.consistency.accesses import INITIAL, Access, Accesses
from sim.checks.consistency.clocks import Clocks
from sim.checks.history import Op

Revision = Callable[[Op], int | None]
"""The place of an operation's version in the system's own order of versions of its key; None if it is not known."""

_Version = tuple[int, Access]
"""A version, and the access that wrote or saw it."""


class Order:
    """The order of versions. A version is named by the place of its write, or INITIAL, which is the oldest.

    Two versions that have revisions are ordered by these, others by causal order, which some pairs are not in.
    """

    def __init__(self, accesses: Accesses, clocks: Clocks, revision: Revision | None) -> None:
        self._clocks = clocks
        self.causal = not clocks.cycle
        self._numbers: dict[int, int] = {}
        if revision is not None:
            for access in accesses.all:
                number = revision(access.op) if access.writes else None
                if number is not None:
                    self._numbers[access.place] = number

        writes = sum(access.writes for access in accesses.all)
        self.is_known = self.causal or len(self._numbers) == writes
        """Whether there is an order at all: causality without a cycle, or a revision for every version."""

    def number(self, version: int) -> int | None:
        """The revision of a version, None if it has none."""
        return self._numbers.get(version)

    def is_older(self, one: int, other: int) -> bool | None:
        """Whether `one` is older than `other`; None if nobody can say."""
        if one == other or other == INITIAL:
            return False
        if one == INITIAL:
            return True
        first, second = self._numbers.get(one), self._numbers.get(other)
        if first is not None and second is not None:
            return first < second
        if not self.causal:
            return None
        if self._clocks.before(one, other):
            return True
        return False if self._clocks.before(other, one) else None

    def is_causally_older(self, one: int, other: int) -> bool:
        """Whether the write of `one` is causally before that of `other`."""
        return self._clocks.before(one, other)


@dataclass(frozen=True, slots=True)
class Known:
    """Versions of a key that somebody knew, each with the access that shows it, as far as they are needed.

    Whatever is older than any version ever added is older than one of these. `newest` has the greatest revision;
    `numbered` and `others`, with and without revisions, are those not causally older than another one of theirs.
    """

    newest: _Version | None = None
    numbered: tuple[_Version, ...] = ()
    others: tuple[_Version, ...] = ()

    def with_version(self, version: int, access: Access, order: Order) -> "Known":
        """These and one more. The initial version makes nothing older."""
        if version == INITIAL:
            return self
        number, one = order.number(version), (version, access)
        if number is None:
            return Known(self.newest, self.numbered, _joined(self.others, one, order))
        before = None if self.newest is None else order.number(self.newest[0])
        newest = one if before is None or number >= before else self.newest
        return Known(newest, _joined(self.numbered, one, order), self.others)

    def against(self, seen: int, order: Order) -> Iterator[_Version]:
        """Those that a version which was seen must be compared with."""
        if seen != INITIAL and order.number(seen) is not None:
            if self.newest is not None:
                yield self.newest
        else:
            yield from self.numbered
        yield from self.others


def _joined(known: tuple[_Version, ...], one: _Version, order: Order) -> tuple[_Version, ...]:
    """With one more; without causality it stands for all, as none of them can be compared."""
    if not order.causal:
        return (one,)
    return (*(old for old in known if old[0] != one[0] and not order.is_causally_older(old[0], one[0])), one)
