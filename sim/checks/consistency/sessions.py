"""Session guarantees: what a client may rely on about its own reads and writes.

Terry and others, "Session Guarantees for Weakly Consistent Replicated Data" (1994). A version is older than another if
the system's own order says so or, without one, if its write is causally before the other's; the initial value is the
oldest. Of other pairs nobody can say which is older: they break nothing, and are counted.
"""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from sim.checks.check import Check, RunRecord
from sim.checks.consistency.accesses import INITIAL, THIN_AIR, Access, Accesses, SessionsAre, read_accesses
from sim.checks.consistency.clocks import Clocks
from sim.checks.consistency.diary import Diary
from sim.checks.consistency.order import Known, Order, Revision
from sim.checks.consistency.reasons import say
from sim.checks.history import History
from sim.checks.timeline import words
from sim.checks.verdict import Status, Verdict

Guarantee = Literal["read-your-writes", "monotonic-reads", "monotonic-writes", "writes-follow-reads"]

GUARANTEES: tuple[Guarantee, ...] = ("read-your-writes", "monotonic-reads", "monotonic-writes", "writes-follow-reads")


class Session(Check):
    """Every client's session keeps one guarantee. `revision` is the system's order of versions, if it shows one.

    A session is what one client does, or with ``sessions="process"`` one process.
    """

    def __init__(
        self, guarantee: Guarantee, revision: Revision | None = None, *, sessions: SessionsAre = "client"
    ) -> None:
        self.name = guarantee
        self._guarantee: Guarantee = guarantee
        self._revision = revision
        self._sessions: SessionsAre = sessions

    def conclude(self, record: RunRecord) -> Verdict:
        """Compare every read with what its session knew."""
        return judge_session(record.history, self._guarantee, self._revision, sessions=self._sessions)


def judge_session(
    history: History,
    guarantee: Guarantee,
    revision: Revision | None = None,
    *,
    sessions: SessionsAre = "client",
    initial: object = None,
) -> Verdict:
    """The verdict of a history about one guarantee. O(n x sessions) for those about the sessions of others."""
    accesses = read_accesses(history, sessions, initial)
    clocks = Clocks(accesses)
    if clocks.cycle and revision is None:
        said = "causality has a cycle, so no version is older than another: see the check causal"
        return Verdict(guarantee, "unknown", said, "history", "sessions", notes=history.notes)
    order = Order(accesses, clocks, revision)
    found = _Judge(accesses, order).judge(guarantee)
    if found.claim is not None:
        detail, ops = found.claim.text(guarantee), tuple(access.op.op for access in found.claim.ops)
        at_ns, notes = found.claim.ops[-1].op.ret_ns, history.notes
        return Verdict(guarantee, "fail", detail, "history", "sessions", found.pairs, ops, at_ns, notes)
    said, decided = _say_pairs(found, order)
    status: Status = "pass" if decided else "unknown"
    return Verdict(guarantee, status, said, "history", "sessions", found.pairs, notes=history.notes)


def _say_pairs(found: "_Found", order: Order) -> tuple[str, bool]:
    """What was compared, and whether this decides anything."""
    undecided = f"; not decided on {found.undecided:,} pairs" if found.undecided else ""
    said = f"{found.pairs:,} pairs compared{undecided}"
    if found.unread:
        return f"{said}; of {found.unread:,} reads nobody can say whom they read from", False
    if not found.pairs:
        return "no session did two things to compare", False
    if not order.is_known:
        return f"{said}; causality has a cycle, and not every version has a revision", False
    if found.undecided == found.pairs:
        return f"no pair could be compared{undecided}", False
    return said, True


@dataclass(frozen=True, slots=True)
class _Claim:
    """Read `access` must see nothing older than version `known`, for `shows` wrote or saw that; `through` led there."""

    known: int
    shows: Access
    access: Access
    through: Access | None = None

    @property
    def ops(self) -> tuple[Access, ...]:
        """The accesses that it is about, the read last."""
        return (self.shows, self.access) if self.through is None else (self.shows, self.through, self.access)

    def text(self, guarantee: Guarantee) -> str:
        """What a read that breaks it did."""
        saw, shows = f"{say(self.access)} saw a version older than", words(self.shows.op)
        through = "" if self.through is None else words(self.through.op)
        return {
            "read-your-writes": f"{saw} {shows}, which it had written itself before",
            "monotonic-reads": f"{saw} what {shows} had seen before in its session",
            "monotonic-writes": f"{saw} {shows}, though its session had seen {through}, which came after that",
            "writes-follow-reads": (
                f"{saw} what {shows} had seen before {through} was written, which its session had seen"
            ),
        }[guarantee]


@dataclass(frozen=True, slots=True)
class _Found:
    """The first broken claim, how many pairs were compared, on how many nothing is known, and reads without writer."""

    claim: _Claim | None
    pairs: int
    undecided: int
    unread: int


@dataclass(slots=True)
class _Seen:
    """Whose writes a session saw: of each session the latest; and what swaps of unknown outcome had seen, by key."""

    latest: dict[int, Access] = field(default_factory=dict)
    swaps: dict[Hashable, Known] = field(default_factory=dict)

    def note(self, writer: Access, order: Order) -> None:
        """It saw what this one wrote."""
        if writer.bit >= 0 and writer.read_from is not None and writer.read_from >= INITIAL:
            known = self.swaps.get(writer.key, Known())
            self.swaps[writer.key] = known.with_version(writer.read_from, writer, order)
        latest = self.latest.get(writer.session)
        if latest is None or _reach(latest) < _reach(writer):
            self.latest[writer.session] = writer


def _reach(write: Access) -> tuple[int, int]:
    """The last step of its session before a write, and the last read before it, which for a swap is its own."""
    return (write.index if write.bit >= 0 else write.index - 1), write.index


class _Judge:
    """One history, guarantee by guarantee."""

    def __init__(self, accesses: Accesses, order: Order) -> None:
        self._accesses = accesses
        self._order = order
        self._writes, self._reads = Diary(order), Diary(order)
        for access in accesses.all:
            if access.bit < 0:
                self._write_down(access)

    def _write_down(self, access: Access) -> None:
        if access.read_from is not None and access.read_from >= INITIAL:
            self._reads.note(access, access.read_from)
        if access.writes:
            self._writes.note(access, access.place)

    def judge(self, guarantee: Guarantee) -> _Found:
        """Compare what every read saw with all that it must not be older than."""
        pairs = undecided = unread = 0
        claims = self._own if guarantee in ("read-your-writes", "monotonic-reads") else self._others
        seen_by: dict[int, _Seen] = {}
        for access in self._accesses.all:
            source = THIN_AIR if access.effect.unlike else access.read_from
            if source is not None and source < INITIAL:
                unread += 1
                continue
            if source is None or access.bit >= 0:
                continue
            seen = seen_by.setdefault(access.session, _Seen())
            for claim in claims(guarantee, access, seen):
                pairs += 1
                older = self._order.is_older(source, claim.known)
                if older:
                    return _Found(claim, pairs, undecided, unread)
                undecided += older is None
            if source >= 0:
                seen.note(self._accesses.all[source], self._order)
        return _Found(None, pairs, undecided, unread)

    def _own(self, guarantee: Guarantee, access: Access, _seen: _Seen) -> Iterator[_Claim]:
        """What the session itself wrote, or saw, before."""
        diary = self._writes if guarantee == "read-your-writes" else self._reads
        known = diary.up_to(access.session, access.key, access.index - 1)
        return (_Claim(version, shows, access) for version, shows in self._compared(known, access))

    def _others(self, guarantee: Guarantee, access: Access, seen: _Seen) -> Iterator[_Claim]:
        """What any session wrote, or saw, before a write that this session saw before."""
        writes = guarantee == "monotonic-writes"
        diary = self._writes if writes else self._reads
        for session, write in seen.latest.items():
            known = diary.up_to(session, access.key, _reach(write)[0 if writes else 1])
            for version, shows in self._compared(known, access):
                yield _Claim(version, shows, access, write)
        if not writes:
            yield from self._swapped(access, seen)

    def _swapped(self, access: Access, seen: _Seen) -> Iterator[_Claim]:
        """What swaps of unknown outcome saw that this session saw the writes of."""
        for version, swap in self._compared(seen.swaps.get(access.key, Known()), access):
            yield _Claim(version, swap, access, swap)

    def _compared(self, known: Known, access: Access) -> Iterable[tuple[int, Access]]:
        source = access.read_from
        assert source is not None, "only reads are compared"
        return known.against(source, self._order)
