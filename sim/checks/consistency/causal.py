"""Causal consistency by bad patterns.

Bouajjani, Enea, Guerraoui, Hamza, "On Verifying Causal Consistency" (2017), section 5: with unique values a history is
causally consistent exactly if it has none of ThinAirRead, CyclicCO, WriteCOInitRead and WriteCORead, and causally
convergent if it has no CyclicCF either.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from sim.checks.check import Check, RunRecord
from sim.checks.components import components
from sim.checks.consistency.accesses import INITIAL, THIN_AIR, Access, Accesses, read_accesses
from sim.checks.consistency.clocks import Clocks, direct_edges
from sim.checks.history import History
from sim.checks.timeline import called, words
from sim.checks.values import typed
from sim.checks.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Pattern:
    """A bad pattern: its name, the operations that make it, and what it means."""

    name: str
    ops: tuple[int, ...]
    text: str


class Causal(Check):
    """The history of the run is causally consistent, and with `convergent` all agree on the order of writes."""

    name = "causal"

    def __init__(self, *, convergent: bool = False) -> None:
        self._convergent = convergent

    def conclude(self, record: RunRecord) -> Verdict:
        """Look for bad patterns."""
        return judge_causal(record.history, convergent=self._convergent)


def judge_causal(history: History, *, convergent: bool = False) -> Verdict:
    """The verdict of a history; unknown where a value that was read has several writers."""
    accesses = read_accesses(history)
    pattern = find_pattern(accesses, convergent=convergent)
    reads = sum(access.reads for access in accesses.all)
    name, how = Causal.name, "patterns"
    if pattern is not None:
        return Verdict(name, "fail", f"{pattern.name}: {pattern.text}", "history", how, reads, pattern.ops)
    if accesses.ambiguous:
        said = f"{accesses.ambiguous:,} of {reads:,} reads saw a value with several writers"
        return Verdict(name, "unknown", said, "history", how, reads)
    if not reads:
        return Verdict(name, "unknown", "nothing was read", "history", how)
    kind = "causal convergence" if convergent else "causal consistency"
    return Verdict(name, "pass", f"{reads:,} reads, no pattern against {kind}", "history", how, reads)


def find_pattern(accesses: Accesses, *, convergent: bool = False) -> Pattern | None:
    """The first bad pattern. Reads of values with several writers are taken to say nothing."""
    for access in accesses.all:
        if access.read_from == THIN_AIR:
            return Pattern("ThinAirRead", (access.op.op,), f"{_say(access)} saw a value that nobody wrote")
    clocks = Clocks(accesses)
    if clocks.cycle:
        ops = [accesses.all[place] for place in clocks.cycle[:6]]
        named = ", ".join(words(access.op) for access in ops)
        return Pattern("CyclicCO", tuple(access.op.op for access in ops), f"each of {named} is causally before itself")
    writes = Writes(accesses)
    for access in accesses.all:
        pattern = _of_read(access, accesses, clocks, writes)
        if pattern is not None:
            return pattern
    return _conflict(accesses, clocks, writes) if convergent else None


class Writes:
    """The writes of every key, session by session, for finding the latest below a clock."""

    def __init__(self, accesses: Accesses) -> None:
        self._by_key: dict[object, dict[str, tuple[list[int], list[int]]]] = {}
        for key, places in accesses.writes.items():
            sessions = self._by_key[key] = {}
            for place in places:
                access = accesses.all[place]
                indices, found = sessions.setdefault(access.session, ([], []))
                indices.append(access.index)
                found.append(place)

    def latest(self, key: object, clock: dict[str, int], *, but: int) -> Iterator[int]:
        """The latest write of a key by each session that a clock has seen, `but` one access itself."""
        for session, (indices, places) in self._by_key.get(key, {}).items():
            at = bisect_right(indices, clock.get(session, 0)) - 1
            if at >= 0 and places[at] == but:
                at -= 1
            if at >= 0:
                yield places[at]


def _of_read(access: Access, accesses: Accesses, clocks: Clocks, writes: Writes) -> Pattern | None:
    """Whether a read saw something that a write before it had replaced."""
    source = access.read_from
    if source is None or source < INITIAL:
        return None
    for later in writes.latest(typed(access.op.key), clocks.of(access.place), but=access.place):
        if source != later and (source == INITIAL or clocks.before(source, later)):
            write = accesses.all[later]
            if source == INITIAL:
                text = f"{_say(access)} saw the initial value, though {_say(write)} was causally before it"
                return Pattern("WriteCOInitRead", (later_op(write), later_op(access)), text)
            first = accesses.all[source]
            text = f"{_say(access)} saw {_say(first)}, which {_say(write)} had replaced causally before it"
            return Pattern("WriteCORead", (later_op(first), later_op(write), later_op(access)), text)
    return None


def _conflict(accesses: Accesses, clocks: Clocks, writes: Writes) -> Pattern | None:
    """A cycle of causal order and of the orders of writes that reads imply."""
    after = direct_edges(accesses)
    for access in accesses.all:
        source = access.read_from
        if source is not None and source >= 0:
            for earlier in writes.latest(typed(access.op.key), clocks.of(access.place), but=access.place):
                if earlier != source:
                    after[earlier].append(source)
    groups = components(after, len(accesses.all))
    if not groups:
        return None
    ops = [accesses.all[place] for place in groups[0] if accesses.all[place].writes][:6]
    named = ", ".join(words(access.op) for access in ops)
    text = f"reads order the writes {named} in a circle"
    return Pattern("CyclicCF", tuple(access.op.op for access in ops), text)


def later_op(access: Access) -> int:
    """The number of the operation."""
    return access.op.op


def _say(access: Access) -> str:
    return f"{words(access.op)} by {access.op.client} at {called(access.op)}"
