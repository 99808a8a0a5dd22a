"""Transactions by hand, and random ones of stores that isolate them more or less."""

import random
from collections.abc import Callable, Hashable, Sequence
from itertools import permutations

from sim.checks.history import OPEN
from sim.checks.transactions import Transaction
from sim.checks.transactions.transaction import Step
from sim.world.units import SECOND

Lists = dict[Hashable, tuple[Hashable, ...]]


def r(key: str, *elements: int) -> Step:
    return ("r", key, elements)


def a(key: str, element: int) -> Step:
    return ("append", key, element)


def txn(
    op: int,
    *steps: Step,
    call: int | None = None,
    ret: int | None = None,
    process: int | None = None,
    outcome: str = "ok",
) -> Transaction:
    """By default all transactions overlap, each in a process of its own."""
    begin = op if call is None else call
    end = OPEN if outcome == "unknown" else 1000 + op if ret is None else ret
    ret_ns = None if end == OPEN else end * SECOND
    who = op if process is None else process
    return Transaction(op, who, f"c{who}", steps, outcome, begin, end, begin * SECOND, ret_ns)  # type: ignore[arg-type]


def serial(*steps: Sequence[Step]) -> list[Transaction]:
    """One after another, each of a process of its own."""
    return [txn(i, *one, call=2 * i, ret=2 * i + 1) for i, one in enumerate(steps)]


class Store:
    """Committed lists; subclasses say what a transaction reads and when its appends show."""

    def __init__(self) -> None:
        self.lists: Lists = {}
        self.counts: dict[Hashable, int] = {}

    def begin(self) -> Lists:
        """What the transaction works on."""
        return self.lists

    def commit(self, base: Lists, own: Lists, writes: Lists) -> bool:
        """Make the appends of a transaction last; whether it may commit."""
        return True

    def append(self, work: Lists, key: Hashable) -> Step:
        self.counts[key] = self.counts.get(key, 0) + 1
        element = self.counts[key]
        work[key] = (*work.get(key, ()), element)
        return ("append", key, element)


class Immediate(Store):
    """No isolation at all: every step is on the one copy, in the order in which it happens."""


class Snapshot(Store):
    """Snapshot isolation: a copy at the beginning, and the first to write a key wins."""

    def begin(self) -> Lists:
        return dict(self.lists)

    def commit(self, base: Lists, own: Lists, writes: Lists) -> bool:
        if any(self.lists.get(key, ()) != base.get(key, ()) for key in writes):
            return False
        for key, elements in writes.items():
            self.lists[key] = (*self.lists.get(key, ()), *elements)
        return True


def run(
    store: Store, seed: int, count: int, *, clients: int = 3, keys: int = 2, whole: bool = True
) -> list[Transaction]:
    """`count` transactions of concurrent clients, their steps interleaved; with `whole` a last one reads everything."""
    chance = random.Random(seed)
    found: list[Transaction | None] = []
    active: dict[int, tuple[int, int, Lists, Lists, Lists, list[Step], int]] = {}
    event = 0
    while len(found) < count or active:
        client = chance.randrange(clients)
        if client not in active:
            if len(found) < count:
                base = store.begin()
                work = base if isinstance(store, Immediate) else dict(base)
                active[client] = (len(found), event, dict(base), work, {}, [], chance.randrange(1, 4))
                found.append(None)
                event += 1
            continue
        place, call, base, work, writes, steps, size = active[client]
        if len(steps) < size:
            key = chance.choice("xyz"[:keys])
            if chance.random() < 0.5:
                steps.append(("r", key, work.get(key, ())))
            else:
                steps.append(store.append(work, key))
                writes[key] = (*writes.get(key, ()), steps[-1][2])
            continue
        outcome = "ok" if store.commit(base, work, writes) else "fail"
        found[place] = txn(place, *steps, call=call, ret=event, process=client, outcome=outcome)
        event += 1
        del active[client]
    if whole:
        reads: list[Step] = [("r", key, store.lists.get(key, ())) for key in "xyz"[:keys]]
        found.append(txn(len(found), *reads, call=event, ret=event + 1, process=99))
    return [one for one in found if one is not None]


def has_order(transactions: Sequence[Transaction], before: Callable[[Transaction, Transaction], bool]) -> bool:
    """Whether some serial order that respects `before` explains every read: by trying all."""
    done = [one for one in transactions if one.outcome == "ok"]
    for order in permutations(done):
        if any(before(later, one) for i, one in enumerate(order) for later in order[i + 1 :]):
            continue
        lists: Lists = {}
        if all(_plays(one, lists) for one in order):
            return True
    return False


def _plays(one: Transaction, lists: Lists) -> bool:
    for kind, key, value in one.steps:
        if kind == "append":
            lists[key] = (*lists.get(key, ()), value)
        elif lists.get(key, ()) != value:
            return False
    return True
