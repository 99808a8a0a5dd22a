"""Coverage: what a run went through, as a set of small features, so that runs can be compared and novelty counted.

A feature is a hash of one of these: a kind of message that was delivered or lost, and why; two events that a node
emitted one after the other; an event with its number, to a power of two; a kind of fault with the last event of whom
it hit; a kind of failure.
"""

from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from typing import Any

from sim.explore.failure import failures_of
from sim.result import Run
from sim.world import trace as codes
from sim.world.trace import decode_records

Features = tuple[int, ...]
"""Hashes, sorted, each once"""


def features_of(run: Run) -> Features:
    """The features of a run that kept its trace."""
    assert run.trace or not run.counts.events, "coverage is read from the trace: run with keep_trace"
    clients = frozenset(run.clients)
    names = {*_of_trace(decode_records(b"".join(run.trace)), clients), *(("fails", str(k)) for k in failures_of(run))}
    return tuple(sorted({_hashed(name) for name in names}))


def behaviour_of(features: Iterable[int]) -> str:
    """The class of behaviour of a run: a name that runs with the same features share."""
    return blake2b(b"".join(one.to_bytes(4, "little") for one in sorted(features)), digest_size=6).hexdigest()


def order_of(run: Run) -> str:
    """What every node saw, in its own order and without its times: runs that share it went through the same states.

    A handler is a function of what its node saw, unless it looks at a clock; so another order of what happened on
    different nodes is no other run (Mazurkiewicz's traces).
    """
    seen: dict[str, blake2b] = {}
    for record in decode_records(b"".join(run.trace)):
        for node, what in _seen_by(record):
            if node not in seen:
                seen[node] = blake2b(digest_size=16)
            seen[node].update(repr(what).encode())
    whole = blake2b(digest_size=8)
    for node in sorted(seen):
        whole.update(node.encode() + seen[node].digest())
    return whole.hexdigest()


def _seen_by(record: Sequence[Any]) -> Iterator[tuple[str, tuple[object, ...]]]:
    """What a record is to the nodes that it happens to: without times, and without numbers of other records."""
    code = record[1]
    if code == codes.DELIVER:
        yield record[3], (code, record[2], record[6])
    elif code == codes.FAULT:
        yield from ((node, (code, record[3], record[4])) for node in record[5])
    elif code in (codes.TIMER, codes.WAKE):
        yield record[2], (code, record[3])
    elif code == codes.NODE:
        yield record[2], (code, record[3], record[4])


def _hashed(name: Sequence[object]) -> int:
    return int.from_bytes(blake2b(repr(name).encode(), digest_size=4).digest(), "little")


def _of_trace(records: Iterator[list[Any]], clients: frozenset[str]) -> Iterator[tuple[object, ...]]:
    last: dict[str, str] = {}
    counts: dict[str, int] = {}
    for record in records:
        code = record[1]
        if code == codes.EMIT:
            node, event = record[2], record[5][0]
            yield ("after", last.get(node, ""), event)
            last[node] = event
            counts[event] = counts.get(event, 0) + 1
        elif code in (codes.DELIVER, codes.LOST):
            why = record[7] if code == codes.LOST else ""
            yield ("message", _kind(record[6]), record[3] in clients, why)
        elif code == codes.FAULT and record[3] == "inject":
            for target in record[5]:
                yield ("fault", record[4], last.get(target, ""))
    for event, count in counts.items():
        yield ("count", event, count.bit_length())


def _kind(message: Sequence[Any]) -> str:
    """The type of a message; of a call or an answer what is in it."""
    name = str(message[0])
    inside = message[3] if name in ("Ask", "Answer") and len(message) > 3 else None
    return f"{name} {inside[0]}" if isinstance(inside, list) else name
