"""What every operation of a key-value history read and wrote, and whom it read from."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Literal

from sim.checks.consistency.effects import VERBS, Effect, effect_of
from sim.checks.history import History, Op
from sim.checks.values import typed

INITIAL = -1
"""In place of a writer: the value that was there at first."""

THIN_AIR = -2
"""In place of a writer: nobody wrote what was read."""

SEVERAL = -3
"""In place of a writer: several can have written it, so nothing follows from having read it."""

SessionsAre = Literal["client", "process"]

_Spot = tuple[Hashable, Hashable]
"""Key and value, typed."""


@dataclass(frozen=True, slots=True)
class Access:
    """One operation that happened: `place` among all accesses, `session`, `index` in its session (from 1).

    `read_from` is the place of the writer of what it read, or INITIAL, THIN_AIR, SEVERAL; None if it read nothing.
    `bit` is the number of a write of unknown outcome among those, else -1; such a write has no place in its session
    and its index is that of the last access of its session before it (0: none).
    """

    place: int
    op: Op
    key: Hashable
    session: int
    index: int
    reads: bool
    writes: bool
    read_from: int | None
    bit: int
    effect: Effect


@dataclass(slots=True)
class Accesses:
    """All of a history in order of call. `before[i]` is the one before i in its session, None for the first.

    `writes` has the places of the writes of every key. `ambiguous` counts reads of which nobody can say whom they read
    from; `foreign` are the verbs, neither a read nor a write of a key, because of which that may be so.
    """

    all: list[Access] = field(default_factory=list)
    before: list[int | None] = field(default_factory=list)
    writes: dict[Hashable, list[int]] = field(default_factory=dict)
    sessions: int = 0
    open: int = 0
    ambiguous: int = 0
    initial: Hashable = None
    foreign: tuple[str, ...] = ()
    failed: dict[_Spot, Op] = field(default_factory=dict)

    def add(self, effect: Effect, session: int, before: int | None, source: int | None) -> None:
        """The next operation, of this session, behind the access `before`, that read from `source`."""
        unknown = effect.op.outcome == "unknown"
        index = (0 if before is None else self.all[before].index) + (not unknown)
        place, bit = len(self.all), self.open if unknown else -1
        reads, writes = bool(effect.read), bool(effect.wrote)
        self.all.append(Access(place, effect.op, effect.key, session, index, reads, writes, source, bit, effect))
        self.before.append(before)
        self.open += unknown
        self.ambiguous += source == SEVERAL
        if writes:
            self.writes.setdefault(effect.key, []).append(place)


def read_accesses(history: History, sessions: SessionsAre = "client", initial: object = None) -> Accesses:
    """The accesses of gets, puts, deletes and swaps. A write of unknown outcome is there if its value was read.

    Such a write comes behind what its client did before, but nothing the client did afterwards comes behind it: it may
    have taken effect late. `initial` is what a key holds that nobody wrote, or that was
    deleted. A failed write never happened.
    """
    return _Reading(history, initial).accesses(sessions)


class _Reading:
    """Who can have written what, before any access is made."""

    def __init__(self, history: History, initial: object) -> None:
        self._effects = [effect_of(op, initial) for op in history]
        self._initial = typed(initial)
        self._writers: dict[_Spot, list[int]] = {}
        self._failed: dict[_Spot, Op] = {}
        self._foreign: dict[Hashable, str] = {}
        for row, effect in enumerate(self._effects):
            self._sort(row, effect)
        self._happened = self._close()

    def _sort(self, row: int, effect: Effect) -> None:
        op = effect.op
        if op.f not in VERBS:
            if op.outcome != "fail":
                self._foreign.setdefault(effect.key, op.f)
        elif effect.wrote and op.outcome == "fail":
            self._failed.setdefault((effect.key, effect.wrote[0]), op)
        elif effect.wrote:
            self._writers.setdefault((effect.key, effect.wrote[0]), []).append(row)

    def _close(self) -> set[int]:
        """The rows of the unknown writes that surely happened: whoever's value was read, also by one of them."""
        happened: set[int] = set()
        work = [(one.key, one.read[0]) for one in self._effects if one.read and one.op.outcome == "ok"]
        for spot in work:  # grows while it is walked
            rows = self._writers.get(spot, [])
            if len(rows) != 1 or rows[0] in happened or spot[1] == self._initial or self._is_foreign(spot[0]):
                continue
            effect = self._effects[rows[0]]
            if effect.op.outcome == "unknown":
                happened.add(rows[0])
                work += [(effect.key, old) for old in effect.read]
        return happened

    def _is_foreign(self, key: Hashable) -> bool:
        return key in self._foreign or None in self._foreign

    def accesses(self, sessions: SessionsAre) -> Accesses:
        """Every access with its writer."""
        foreign = tuple(dict.fromkeys(self._foreign.values()))
        found = Accesses(initial=self._initial, failed=self._failed, foreign=foreign)
        rows = [row for row, effect in enumerate(self._effects) if self._is_there(row, effect)]
        place_of = {row: place for place, row in enumerate(rows)}
        numbers: dict[Hashable, int] = {}
        latest: list[int | None] = []
        for place, row in enumerate(rows):
            effect = self._effects[row]
            session = numbers.setdefault(effect.op.client if sessions == "client" else effect.op.process, len(numbers))
            if session == len(latest):
                latest.append(None)
            source = self._source(effect, place_of) if effect.read else None
            found.add(effect, session, latest[session], source)
            if effect.op.outcome == "ok":
                latest[session] = place
        found.sessions = len(numbers)
        return found

    def _is_there(self, row: int, effect: Effect) -> bool:
        if effect.op.outcome == "ok":
            return bool(effect.read or effect.wrote or effect.unlike)
        return effect.op.outcome == "unknown" and row in self._happened

    def _source(self, effect: Effect, place_of: dict[int, int]) -> int:
        value = effect.read[0]
        makers = self._writers.get((effect.key, value), [])
        initial = value == self._initial
        if len(makers) + initial > 1 or self._is_foreign(effect.key):
            return SEVERAL
        return INITIAL if initial else place_of[makers[0]] if makers else THIN_AIR
