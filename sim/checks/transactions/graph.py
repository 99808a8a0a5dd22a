"""Who comes before whom: dependencies between transactions as edges.

Real time needs no edge for each pair: a moment after each group of returns comes after those that returned and before
those that are called later, so edges stay linear in the number of transactions.
"""

from collections.abc import Container, Iterator, Sequence
from itertools import pairwise

from sim.checks.components import Edges
from sim.checks.transactions.anomaly import Dependency
from sim.checks.transactions.transaction import Transaction
from sim.checks.transactions.versions import Key


def dependencies(key: Key, inside: Container[int]) -> Iterator[Dependency]:
    """The dependencies between transactions of a component that one key shows; none if its reads disagree."""
    if not key.agreed:
        return
    writers = key.writer_at
    for index in range(1, len(writers)):
        before, after = writers[index - 1], writers[index]
        if before != after and before in inside and after in inside:
            yield Dependency(before, after, "ww", key.name, index)
    for place, value in key.reads:
        size = len(value)
        if place not in inside:
            continue
        if size and writers[size - 1] != place and writers[size - 1] in inside:
            yield Dependency(writers[size - 1], place, "wr", key.name, size - 1)
        if size < len(writers) and writers[size] != place and writers[size] in inside:
            yield Dependency(place, writers[size], "rw", key.name, size)


def edges_of(keys: Sequence[Key], count: int) -> Edges:
    """The same as edges, without reasons, for all keys."""
    edges: Edges = [[] for _ in range(count)]
    for key in keys:
        if not key.agreed:
            continue
        writers = key.writer_at
        for before, after in pairwise(writers):
            if before != after and before >= 0 and after >= 0:
                edges[before].append(after)
        total = len(writers)
        for place, value in key.reads:
            size = len(value)
            if size:
                writer = writers[size - 1]
                if writer >= 0 and writer != place:
                    edges[writer].append(place)
            if size < total:
                writer = writers[size]
                if writer >= 0 and writer != place:
                    edges[place].append(writer)
    return edges


def add_sessions(edges: Edges, transactions: Sequence[Transaction]) -> None:
    """An edge from each transaction to the next of its process."""
    last: dict[int, int] = {}
    for place, one in enumerate(transactions):
        if one.outcome == "fail":
            continue
        before = last.get(one.process)
        if before is not None:
            edges[before].append(place)
        last[one.process] = place


def add_real_time(edges: Edges, transactions: Sequence[Transaction]) -> None:
    """Moments between returns and the calls after them, each before the next."""
    events = [(one.call, place, False) for place, one in enumerate(transactions) if one.outcome != "fail"]
    events += [(one.ret, place, True) for place, one in enumerate(transactions) if one.outcome == "ok"]
    events.sort()
    moment, fresh = -1, True
    for _, place, has_returned in events:
        if has_returned:
            if fresh:
                edges.append([])
                if moment >= 0:
                    edges[moment].append(len(edges) - 1)
                moment, fresh = len(edges) - 1, False
            edges[place].append(moment)
        elif moment >= 0:
            edges[moment].append(place)
            fresh = True
