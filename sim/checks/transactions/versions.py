"""The versions of every key: the longest list that was read, and what each read saw of it.

Kingsbury and Alvaro, "Elle: Inferring Isolation Anomalies from Experimental Observations" (2020), section 4: appends of
unique elements make every read tell the whole order of writes before it.
"""

from collections.abc import Container, Hashable, Iterator, Sequence
from dataclasses import dataclass, field

from sim.checks.transactions.transaction import List, Step, Transaction
from sim.checks.values import typed


@dataclass(slots=True)
class Key:
    """One key. writers: element -> (place, whether it is the last append of that transaction to the key).

    reads: (place, list without what the reader itself had appended). order: the longest list; writer_at: who wrote its
    elements; -1 where nobody did that committed. agreed: whether every read is a beginning of it, and every element was
    appended once: else the key tells no order.
    """

    name: Hashable
    writers: dict[Hashable, tuple[int, bool]] = field(default_factory=dict)
    reads: list[tuple[int, List]] = field(default_factory=list)
    order: List = ()
    writer_at: list[int] = field(default_factory=list)
    agreed: bool = True


@dataclass(frozen=True, slots=True)
class Internal:
    """A read that disagrees with what its own transaction did before."""

    place: int
    key: Hashable
    value: List
    expected: List
    whole: bool
    """Whether the whole list was expected, or only its end."""


class Versions:
    """All keys of a history, and who disagrees with himself."""

    def __init__(self, transactions: Sequence[Transaction]) -> None:
        self.keys: dict[Hashable, Key] = {}
        self.internal: list[Internal] = []
        self.repeated: list[tuple[int, int, Hashable, Hashable]] = []
        """(place, other place, key, element) of elements that were appended twice."""
        for place, one in enumerate(transactions):
            self._take(place, one)
        aborted = {place for place, one in enumerate(transactions) if one.outcome == "fail"}
        for key in self.keys.values():
            _order(key, aborted)
        for _, _, name, _ in self.repeated:
            self.keys[typed(name)].agreed = False

    def _take(self, place: int, one: Transaction) -> None:
        steps = one.steps
        if len(steps) == 1 or len({step[1] for step in steps}) == len(steps):
            for kind, name, value in steps:
                key = self._key(name)
                if kind == "append":
                    self._append(key, place, value, last=True)
                elif one.outcome == "ok":
                    key.reads.append((place, _typed(value)))
            return
        for name in dict.fromkeys(step[1] for step in steps):
            self._take_key(place, one, self._key(name), [step for step in steps if step[1] == name])

    def _take_key(self, place: int, one: Transaction, key: Key, steps: Sequence[Step]) -> None:
        """The steps of one transaction on one key: a read must show what was read before and appended since."""
        appends = [value for kind, _, value in steps if kind == "append"]
        own: List = ()
        known: List | None = None
        for kind, _, value in steps:
            if kind == "append":
                own += (typed(value),)
                self._append(key, place, value, last=len(own) == len(appends))
            elif one.outcome == "ok":
                shown = _typed(value)
                base = shown[: len(shown) - len(own)] if own else shown
                expected = own if known is None else (*known, *own)
                ends = len(shown) >= len(own) and shown[len(base) :] == own
                fits = ends if known is None else shown == expected
                if not fits:
                    self.internal.append(Internal(place, key.name, shown, expected, known is not None))
                    return
                if known is None:
                    key.reads.append((place, base))
                    known = base

    def _append(self, key: Key, place: int, element: object, *, last: bool) -> None:
        other = key.writers.setdefault(typed(element), (place, last))
        if other[0] != place:
            self.repeated.append((other[0], place, key.name, element))

    def _key(self, name: Hashable) -> Key:
        code = typed(name)
        key = self.keys.get(code)
        if key is None:
            key = self.keys[code] = Key(name)
        return key


def _typed(value: object) -> List:
    """A list whose elements can be compared by ``==``."""
    if not isinstance(value, tuple):
        return ()
    return value if typed(value) is value else tuple(map(typed, value))


def _order(key: Key, aborted: Container[int]) -> None:
    """The order of versions, and whether all reads agree with it."""
    longest: List = ()
    for _, value in key.reads:
        if len(value) > len(longest):
            longest = value
    key.order = longest
    writers = (key.writers.get(element, (-1, False))[0] for element in longest)
    key.writer_at = [-1 if writer in aborted else writer for writer in writers]
    key.agreed = not any(longest[: len(value)] != value for _, value in key.reads)


def disagreeing(key: Key) -> Iterator[tuple[int, List]]:
    """The reads that are no beginning of the longest list."""
    return ((place, value) for place, value in key.reads if key.order[: len(value)] != value)
