"""Causal consistency by bad patterns.

Bouajjani, Enea, Guerraoui, Hamza, "On Verifying Causal Consistency" (2017), section 5: with unique values a history is
causally consistent exactly if it has none of ThinAirRead, CyclicCO, WriteCOInitRead and WriteCORead, and causally
convergent if it has no CyclicCF either. A swap is a read and a write in one.
"""

from dataclasses import dataclass

from sim.checks.check import Check, RunRecord
from sim.checks.consistency.accesses import INITIAL, THIN_AIR, Access, Accesses, SessionsAre, read_accesses
from sim.checks.consistency.clocks import Clocks, direct_edges, shortest_path
from sim.checks.consistency.conflicts import find_conflict
from sim.checks.consistency.overwritten import Writes
from sim.checks.consistency.reasons import say, say_path
from sim.checks.history import History
from sim.checks.timeline import words
from sim.checks.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Pattern:
    """A bad pattern: its name, the operations that make it, what it means, and why they are in causal order."""

    name: str
    ops: tuple[int, ...]
    text: str
    because: tuple[str, ...] = ()
    at_ns: int | None = None


class Causal(Check):
    """The history of the run is causally consistent, and with `convergent` all agree on the order of writes.

    A session is what one client does, or with ``sessions="process"`` one process.
    """

    name = "causal"

    def __init__(self, *, convergent: bool = False, sessions: SessionsAre = "client") -> None:
        self._convergent = convergent
        self._sessions: SessionsAre = sessions

    def conclude(self, record: RunRecord) -> Verdict:
        """Look for bad patterns."""
        return judge_causal(record.history, convergent=self._convergent, sessions=self._sessions)


def judge_causal(
    history: History, *, convergent: bool = False, sessions: SessionsAre = "client", initial: object = None
) -> Verdict:
    """The verdict of a history; unknown where a value that was read has several writers. O(n x sessions).

    `initial` is what a key holds before it is written.
    """
    accesses = read_accesses(history, sessions, initial)
    pattern, undecided = find_pattern(accesses, convergent=convergent)
    reads = sum(access.reads for access in accesses.all)
    name, how, notes = Causal.name, "patterns", history.notes
    if pattern is not None:
        said, why = f"{pattern.name}: {pattern.text}", pattern.because
        return Verdict(name, "fail", said, "history", how, reads, pattern.ops, pattern.at_ns, notes, why)
    reasons = [*_say_ambiguous(accesses, reads), *_say_swaps(undecided)]
    if reasons or not reads:
        return Verdict(name, "unknown", "; ".join(reasons) or "nothing was read", "history", how, reads, notes=notes)
    kind = "causal convergence" if convergent else "causal consistency"
    return Verdict(name, "pass", f"{reads:,} reads, no pattern against {kind}", "history", how, reads, notes=notes)


def find_pattern(accesses: Accesses, *, convergent: bool = False) -> tuple[Pattern | None, int]:
    """The first bad pattern, and how many failed swaps nobody can explain without guessing.

    Reads of values with several writers are taken to say nothing: what is a pattern without them is one with them.
    """
    for access in accesses.all:
        if access.read_from == THIN_AIR:
            return _thin_air(accesses, access), 0
    clocks = Clocks(accesses)
    if clocks.cycle:
        return _cyclic(accesses, clocks.cycle), 0
    writes = Writes(accesses, clocks)
    for access in accesses.all:
        later = _overwriter(access, clocks, writes)
        if later is not None:
            return _stale(accesses, access, accesses.all[later]), 0
    if convergent:
        conflict = find_conflict(accesses, writes)
        if conflict is not None:
            return Pattern("CyclicCF", conflict.ops, conflict.text, conflict.because), 0
    swaps = [access for access in accesses.all if access.effect.unlike]
    return None, sum(not _explains(one, accesses, clocks, writes, alone=convergent) for one in swaps)


def _thin_air(accesses: Accesses, access: Access) -> Pattern:
    failed = accesses.failed.get((access.key, access.effect.read[0]))
    ops = (access.op.op,) if failed is None else (failed.op, access.op.op)
    wrote = "that nobody wrote" if failed is None else f"that only {words(failed)} wrote, which failed"
    return Pattern("ThinAirRead", ops, f"{say(access)} saw a value {wrote}", at_ns=access.op.ret_ns)


def _cyclic(accesses: Accesses, cycle: list[int]) -> Pattern:
    ops = tuple(accesses.all[place].op.op for place in cycle[:-1])
    because = say_path(accesses, cycle)
    return Pattern("CyclicCO", ops, f"{words(accesses.all[cycle[0]].op)} is causally before itself", because)


def _overwriter(access: Access, clocks: Clocks, writes: Writes) -> int | None:
    """A write causally before a read that had replaced what the read saw."""
    source = access.read_from
    if source is None or source < INITIAL:
        return None
    for later in writes.latest(access):
        if source != later and (source == INITIAL or clocks.before(source, later)):
            return later
    later_bits = writes.open(access)
    if later_bits and source != INITIAL:
        later_bits &= writes.open_after(source)
    return next(writes.places(later_bits), None)


def _stale(accesses: Accesses, access: Access, write: Access) -> Pattern:
    source = access.read_from
    assert source is not None, "only a read is stale"
    edges = direct_edges(accesses)
    because = say_path(accesses, shortest_path(edges, write.place, access.place))
    at_ns = access.op.ret_ns
    if source == INITIAL:
        text = f"{say(access)} saw the initial value, though {say(write)} was causally before it"
        return Pattern("WriteCOInitRead", (write.op.op, access.op.op), text, because, at_ns)
    first = accesses.all[source]
    because = (*say_path(accesses, shortest_path(edges, source, write.place)), *because)
    text = f"{say(access)} saw {say(first)}, which {say(write)} had replaced causally before it"
    return Pattern("WriteCORead", (first.op.op, write.op.op, access.op.op), text, because, at_ns)


def _explains(access: Access, accesses: Accesses, clocks: Clocks, writes: Writes, *, alone: bool) -> bool:
    """Whether what is causally before a failed swap explains it, whatever else happened.

    It saw some value other than it expected. If a write before it that none before it had replaced left such a value,
    taking it to have seen this one adds nothing to the causal order; nor to the order of writes if it stands `alone`.
    """
    before = [*writes.latest(access), *writes.places(writes.open(access))]
    newest = [one for one in before if not any(clocks.before(one, other) for other in before)]
    old = access.effect.unlike[0]
    if accesses.foreign or (alone and len(newest) > 1):
        return False
    left = [accesses.all[one].effect.wrote[0] for one in newest] or [accesses.initial]
    return any(value != old for value in left)


def _say_ambiguous(accesses: Accesses, reads: int) -> list[str]:
    if not accesses.ambiguous:
        return []
    verbs = f", or may come from {', '.join(accesses.foreign)}" if accesses.foreign else ""
    return [f"{accesses.ambiguous:,} of {reads:,} reads saw a value with several writers{verbs}"]


def _say_swaps(undecided: int) -> list[str]:
    return [f"{undecided:,} failed swaps do not say what they saw"] if undecided else []
