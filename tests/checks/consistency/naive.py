"""The definitions of causality and of sessions, word for word and as slowly as it takes: the oracle.

It shares nothing with the checks but the history. All ways to explain a history are tried: which unknown writes
happened, and whom every read read from.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import permutations, product

from sim.checks.history import History, Op
from sim.checks.values import same

START = -1
"""The writer of initial values."""


@dataclass(frozen=True)
class Reading:
    """One explanation: operations that happened, the writer of what each saw, and who is before whom."""

    ops: tuple[Op, ...]
    source: dict[int, int]
    before: frozenset[tuple[int, int]]


def swapped(op: Op) -> bool:
    """Whether a swap, if it happened, wrote something new."""
    assert isinstance(op.arg, tuple)
    old, new = op.arg
    yes = op.outcome == "unknown" or op.result is True or (op.result is not False and same(op.result, old))
    return yes and not same(old, new)


def written(op: Op) -> tuple[object, ...]:
    if op.f == "put":
        return (op.arg,)
    if op.f == "delete":
        return (None,)
    return (op.arg[1],) if op.f == "cas" and swapped(op) else ()  # type: ignore[index]


def fits(op: Op, value: object) -> bool:
    """Whether an operation can have seen a value."""
    if op.f == "get":
        return same(op.result, value)
    assert isinstance(op.arg, tuple)
    if op.outcome == "unknown" or op.result is True:
        return same(op.arg[0], value)
    return not same(op.arg[0], value) if op.result is False else same(op.result, value)


def readings(history: History) -> Iterator[Reading]:
    """Every explanation, also those with a cycle."""
    sure = [op for op in history if op.outcome == "ok"]
    maybe = [op for op in history if op.outcome == "unknown" and written(op)]
    for chosen in product((False, True), repeat=len(maybe)):
        ops = sorted((*sure, *(op for op, there in zip(maybe, chosen, strict=True) if there)), key=lambda op: op.call)
        readers = [op for op in ops if op.f in ("get", "cas")]
        choices = [
            [one.op for one in ops if one.key == op.key and one is not op and any(fits(op, v) for v in written(one))]
            + [START] * fits(op, None)
            for op in readers
        ]
        for sources in product(*choices):
            source = {op.op: whom for op, whom in zip(readers, sources, strict=True)}
            yield Reading(tuple(ops), source, causal_order(ops, source))


def causal_order(ops: list[Op], source: dict[int, int]) -> frozenset[tuple[int, int]]:
    """The transitive closure of session order and reads-from; nothing of its session is behind an unknown write."""
    pairs = {(whom, op) for op, whom in source.items() if whom != START}
    pairs |= {(a.op, b.op) for a in ops for b in ops if a.client == b.client and a.call < b.call and a.outcome == "ok"}
    return closure(pairs, [op.op for op in ops])


def only_reading(history: History) -> Reading:
    """The explanation of puts of unique values and gets: unknown writes happened if somebody saw their value."""
    seen = {(op.key, op.result): op.op for op in history if op.f == "get"}
    ops = tuple(op for op in history if op.outcome == "ok" or (op.key, op.arg) in seen)
    writer = {(op.key, op.arg): op.op for op in ops if op.f == "put"}
    source = {op.op: START if op.result is None else writer[op.key, op.result] for op in ops if op.f == "get"}
    return Reading(ops, source, causal_order(list(ops), source))


def closure(pairs: set[tuple[int, int]], nodes: list[int]) -> frozenset[tuple[int, int]]:
    """Warshall, on sets of bits."""
    after = dict.fromkeys(nodes, 0)
    for a, b in pairs:
        after[a] |= 1 << b
    for middle in nodes:
        for node in nodes:
            if after[node] >> middle & 1:
                after[node] |= after[middle]
    return frozenset((a, b) for a in nodes for b in nodes if after[a] >> b & 1)


def has_pattern(reading: Reading, *, convergent: bool = False) -> bool:
    """The bad patterns as they are defined; no value is out of thin air, as everybody has a source."""
    if any(a == b for a, b in reading.before):
        return True
    by = {op.op: op for op in reading.ops}
    writes = [op for op in reading.ops if written(op)]
    conflicts = set()
    for number, whom in reading.source.items():
        for write in writes:
            if write.key != by[number].key or write.op in (whom, number) or (write.op, number) not in reading.before:
                continue
            if whom == START or (whom, write.op) in reading.before:
                return True
            conflicts.add((write.op, whom))
    both = closure(conflicts | set(reading.before), [op.op for op in reading.ops])
    return convergent and any(a == b for a, b in both)


def is_causal(history: History, *, convergent: bool = False) -> bool:
    """Whether some explanation has no bad pattern."""
    return any(not has_pattern(reading, convergent=convergent) for reading in readings(history))


def is_weakly_causal(history: History) -> bool:
    """The definition: for every operation some order of its causal past respects causality and explains its answer."""
    return any(_all_explained(reading) for reading in readings(history))


def _all_explained(reading: Reading) -> bool:
    if any(a == b for a, b in reading.before):
        return False
    return all(_explained(op, reading) for op in reading.ops if op.op in reading.source)


def _explained(op: Op, reading: Reading) -> bool:
    past = [one for one in reading.ops if (one.op, op.op) in reading.before and one.key == op.key and written(one)]
    for order in permutations(past):
        right = all((b.op, a.op) not in reading.before for i, a in enumerate(order) for b in order[i + 1 :])
        if right and fits(op, written(order[-1])[0] if order else None):
            return True
    return False


def broken(reading: Reading, guarantee: str, number: Callable[[Op], int | None]) -> bool:
    """Whether a read breaks a session guarantee: every pair that the definition speaks of is compared."""
    by = {op.op: op for op in reading.ops}
    place = {op.op: i for i, op in enumerate(reading.ops)}
    done = [op for op in reading.ops if op.outcome == "ok"]

    def older(one: int, other: int) -> bool:
        if one == other or other == START:
            return False
        if one == START:
            return True
        first, second = number(by[one]), number(by[other])
        if first is not None and second is not None:
            return first < second
        return (one, other) in reading.before

    def reads(op: Op) -> bool:
        return op.op in reading.source

    def before_in_session(one: Op, other: Op) -> bool:
        return one.client == other.client and place[one.op] < place[other.op] and one.outcome == "ok"

    for read in filter(reads, done):
        mine = [op for op in done if before_in_session(op, read)]
        saw = [by[reading.source[op.op]] for op in mine if reads(op) and reading.source[op.op] != START]
        known: list[tuple[object, int]] = []
        if guarantee == "read-your-writes":
            known = [(op.key, op.op) for op in mine if written(op)]
        elif guarantee == "monotonic-reads":
            known = [(op.key, reading.source[op.op]) for op in mine if reads(op)]
        elif guarantee == "monotonic-writes":
            known = [(op.key, op.op) for w in saw for op in done if written(op) and before_in_session(op, w)]
        else:
            known = [
                (op.key, reading.source[op.op])
                for w in saw
                for op in reading.ops
                if reads(op) and (op is w or before_in_session(op, w))
            ]
        if any(key == read.key and older(reading.source[read.op], version) for key, version in known):
            return True
    return False
