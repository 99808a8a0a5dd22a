"""Session guarantees: what a client may rely on about its own reads and writes.

Terry and others, "Session Guarantees for Weakly Consistent Replicated Data" (1994). A version is older than another if
the system's own order says so or, without one, if its write is causally before the other's; the initial value is the
oldest.
"""

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from sim.checks.check import Check, RunRecord
from sim.checks.consistency.accesses import INITIAL, Access, Accesses, read_accesses
from sim.checks.consistency.clocks import Clocks
from sim.checks.history import History, Op
from sim.checks.timeline import called, words
from sim.checks.values import typed
from sim.checks.verdict import Verdict

Guarantee = Literal["read-your-writes", "monotonic-reads", "monotonic-writes", "writes-follow-reads"]

GUARANTEES: tuple[Guarantee, ...] = ("read-your-writes", "monotonic-reads", "monotonic-writes", "writes-follow-reads")

Revision = Callable[[Op], int | None]
"""The place of an operation's version in the system's own order of versions of its key; None if it is not known."""


class Session(Check):
    """Every client's session keeps one guarantee. `revision` is the system's order of versions, if it shows one."""

    def __init__(self, guarantee: Guarantee, revision: Revision | None = None) -> None:
        self.name = guarantee
        self._guarantee: Guarantee = guarantee
        self._revision = revision

    def conclude(self, record: RunRecord) -> Verdict:
        """Compare every read with what its session knew."""
        return judge_session(record.history, self._guarantee, self._revision)


def judge_session(history: History, guarantee: Guarantee, revision: Revision | None = None) -> Verdict:
    """The verdict of a history about one guarantee."""
    judge = _Judge(read_accesses(history), revision)
    if judge.cycle:
        return Verdict(guarantee, "fail", "causality has a cycle: see the check causal", "history", "sessions")
    for claim in judge.claims(guarantee):
        if judge.older(claim.seen, claim.known):
            ops = tuple(access.op.op for access in claim.ops)
            return Verdict(guarantee, "fail", claim.text, "history", "sessions", judge.pairs, ops)
    undecided = f"; not decided on {judge.undecided:,} pairs" if judge.undecided else ""
    if not judge.pairs or judge.undecided == judge.pairs:
        said = f"no pair could be compared{undecided}" if judge.pairs else "no session did two things to compare"
        return Verdict(guarantee, "unknown", said, "history", "sessions", judge.pairs)
    return Verdict(guarantee, "pass", f"{judge.pairs:,} pairs compared{undecided}", "history", "sessions", judge.pairs)


@dataclass(slots=True)
class _Claim:
    """A read saw version `seen` where its session must not see anything older than `known` (places of writes)."""

    seen: int
    known: int
    ops: tuple[Access, ...]
    text: str


@dataclass(slots=True)
class _Memory:
    """What a session did: its last write and the newest versions it read of each key, and whose writes it saw."""

    wrote: dict[Hashable, int] = field(default_factory=dict)
    read: dict[Hashable, dict[int, Access]] = field(default_factory=dict)
    saw: dict[str, Access] = field(default_factory=dict)


class _Judge:
    """One history, guarantee by guarantee."""

    def __init__(self, accesses: Accesses, revision: Revision | None) -> None:
        self._accesses = accesses
        self._clocks = Clocks(accesses)
        self._revision = revision
        self.cycle = bool(self._clocks.cycle)
        self.pairs = self.undecided = 0

    def older(self, seen: int, known: int) -> bool:
        """Whether one version is older than another; pairs of which nobody knows are counted."""
        self.pairs += 1
        if seen == known or known == INITIAL:
            return False
        if seen == INITIAL:
            return True
        one, other = self._number(seen), self._number(known)
        if one is not None and other is not None:
            return one < other
        if self._clocks.before(seen, known):
            return True
        self.undecided += not self._clocks.before(known, seen)
        return False

    def claims(self, guarantee: Guarantee) -> Iterator[_Claim]:
        """Every pair that a guarantee speaks of, in order of the reads."""
        memories: dict[str, _Memory] = {}
        make = {
            "read-your-writes": self._own_writes,
            "monotonic-reads": self._own_reads,
            "monotonic-writes": self._others_writes,
            "writes-follow-reads": self._others_reads,
        }[guarantee]
        history = _Past(self._accesses)
        for access in self._accesses.all:
            memory = memories.setdefault(access.session, _Memory())
            source = access.read_from
            if source is not None and source >= INITIAL:
                yield from make(access, source, memory, history)
                self._remember(access, source, memory)
            if access.writes:
                memory.wrote[typed(access.op.key)] = access.place

    def _remember(self, access: Access, source: int, memory: _Memory) -> None:
        newest = memory.read.setdefault(typed(access.op.key), {})
        for known in list(newest):
            if known == INITIAL or (source >= 0 and self._clocks.before(known, source)):
                del newest[known]
        newest[source] = access
        if source >= 0:
            writer = self._accesses.all[source]
            known_one = memory.saw.get(writer.session)
            if known_one is None or known_one.index < writer.index:
                memory.saw[writer.session] = writer

    def _own_writes(self, access: Access, source: int, memory: _Memory, _past: "_Past") -> Iterator[_Claim]:
        known = memory.wrote.get(typed(access.op.key))
        if known is not None:
            write = self._accesses.all[known]
            text = f"{_say(access)} saw a version older than {words(write.op)}, which it had written itself before"
            yield _Claim(source, known, (write, access), text)

    def _own_reads(self, access: Access, source: int, memory: _Memory, _past: "_Past") -> Iterator[_Claim]:
        for known, reader in memory.read.get(typed(access.op.key), {}).items():
            text = f"{_say(access)} saw a version older than what {words(reader.op)} had seen before in its session"
            yield _Claim(source, known, (reader, access), text)

    def _others_writes(self, access: Access, source: int, memory: _Memory, past: "_Past") -> Iterator[_Claim]:
        for session, second in memory.saw.items():
            first = past.write_before(session, typed(access.op.key), second.index - 1)
            if first is not None and first != access.place:
                write = self._accesses.all[first]
                text = (
                    f"{_say(access)} saw a version older than {words(write.op)}, "
                    f"though its session had seen {words(second.op)}, which came after that"
                )
                yield _Claim(source, first, (write, second, access), text)

    def _others_reads(self, access: Access, source: int, memory: _Memory, past: "_Past") -> Iterator[_Claim]:
        for session, write in memory.saw.items():
            reader = past.read_before(session, typed(access.op.key), write.index)
            if reader is not None and reader.read_from is not None and reader.place != access.place:
                text = (
                    f"{_say(access)} saw a version older than what {words(reader.op)} had seen before "
                    f"{words(write.op)} was written, which its session had seen"
                )
                yield _Claim(source, reader.read_from, (reader, write, access), text)

    def _number(self, place: int) -> int | None:
        return None if self._revision is None else self._revision(self._accesses.all[place].op)


class _Past:
    """The latest write, and the latest read, of a key by a session before an index."""

    def __init__(self, accesses: Accesses) -> None:
        self._writes: dict[tuple[str, Hashable], tuple[list[int], list[Access]]] = {}
        self._reads: dict[tuple[str, Hashable], tuple[list[int], list[Access]]] = {}
        for access in accesses.all:
            spot = (access.session, typed(access.op.key))
            if access.writes:
                _put(self._writes, spot, access)
            if access.read_from is not None and access.read_from >= 0:
                _put(self._reads, spot, access)

    def write_before(self, session: str, key: Hashable, index: int) -> int | None:
        """Up to and including `index`."""
        found = _last(self._writes, (session, key), index)
        return None if found is None else found.place

    def read_before(self, session: str, key: Hashable, index: int) -> Access | None:
        """Up to and including `index`, for a swap reads before it writes."""
        return _last(self._reads, (session, key), index)


_Lists = dict[tuple[str, Hashable], tuple[list[int], list[Access]]]


def _put(lists: _Lists, spot: tuple[str, Hashable], access: Access) -> None:
    indices, found = lists.setdefault(spot, ([], []))
    indices.append(access.index)
    found.append(access)


def _last(lists: _Lists, spot: tuple[str, Hashable], index: int) -> Access | None:
    if spot not in lists:
        return None
    indices, found = lists[spot]
    at = bisect_right(indices, index) - 1
    return found[at] if at >= 0 else None


def _say(access: Access) -> str:
    return f"{words(access.op)} by {access.op.client} at {called(access.op)}"
