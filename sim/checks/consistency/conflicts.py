"""Causal convergence: the orders of writes that reads imply must not contradict each other (pattern CyclicCF).

Bouajjani, Enea, Guerraoui, Hamza (2017), section 5: w1 conflicts before w2 if some read of w2 has w1, a write of the
same key, in its causal past; the union of this with causal order has no cycle.
"""

from dataclasses import dataclass
from itertools import pairwise

from sim.checks.components import components
from sim.checks.consistency.accesses import Accesses
from sim.checks.consistency.clocks import direct_edges, shortest_path
from sim.checks.consistency.overwritten import Writes
from sim.checks.consistency.reasons import say_path
from sim.checks.timeline import words


@dataclass(frozen=True, slots=True)
class Conflict:
    """Writes that reads put in a circle, and why each comes before the next."""

    ops: tuple[int, ...]
    text: str
    because: tuple[str, ...]


def find_conflict(accesses: Accesses, writes: Writes) -> Conflict | None:
    """A shortest cycle through one of the accesses that are in any, None if no access is. Causal order has no cycle.

    A write of unknown outcome that is known to be before a write is not put before it again, nor before what comes
    after that: so the edges stay few.
    """
    after = direct_edges(accesses)
    readers: dict[tuple[int, int], int] = {}
    settled: dict[int, int] = {}
    for access in accesses.all:
        source = access.read_from
        if source is None or source < 0:
            continue
        earlier = [place for place in writes.latest(access) if place != source]
        unknown, implied = writes.open(access), settled.get(source, 0)
        if unknown:
            bit = accesses.all[source].bit
            unknown &= ~(1 << bit) if bit >= 0 else -1
            for place in earlier:
                implied |= settled.get(place, 0)
            settled[source] = implied | unknown
            earlier += writes.places(unknown & ~implied)
        for place in earlier:
            if (place, source) not in readers:
                readers[place, source] = access.place
                after[place].append(source)
    groups = components(after, len(accesses.all))
    return _tell(accesses, shortest_path(after, groups[0][0], groups[0][0]), readers) if groups else None


def _tell(accesses: Accesses, path: list[int], readers: dict[tuple[int, int], int]) -> Conflict:
    ops = [accesses.all[place].op for place in path[:-1]]
    lines: list[str] = []
    for one, other in pairwise(path):
        reader = readers.get((one, other))
        if reader is None or accesses.all[other].read_from == one or accesses.before[other] == one:
            lines += say_path(accesses, [one, other])
        else:
            read = accesses.all[reader].op
            lines.append(
                f"{words(accesses.all[one].op)} is before {words(accesses.all[other].op)}: "
                f"{words(read)} by {read.client} saw the second with the first in its past"
            )
    written = [words(accesses.all[place].op) for place in path[:-1] if accesses.all[place].writes]
    text = f"reads order the writes {', '.join(written)} in a circle"
    return Conflict(tuple(dict.fromkeys(op.op for op in ops)), text, tuple(lines))
