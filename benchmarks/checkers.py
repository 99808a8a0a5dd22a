"""What checking costs, as ratios inside one run, and milliseconds for the record.

The unit U is one plain pass over the same history: a loop over values, calls and returns that keeps the least return
and the greatest call of each value. The baseline of the search is Wing, Gong and Lowe's as it stands in the papers.
"""

import random
import time
import tracemalloc
from collections.abc import Callable
from statistics import median

from sim.checks.budget import Budget
from sim.checks.history import OPEN, History, Op
from sim.checks.part import Part
from sim.checks.portfolio import decide
from sim.checks.search import Search
from sim.checks.specs import SPECS
from sim.checks.split import split
from sim.checks.transactions import Transaction, check_transactions
from sim.checks.zones import registers
from sim.checks.zones.accesses import CAS, ERASE, READ, WRITE
from sim.world.operations import Outcome
from tests.checks.wgl import plain_wgl

ROUNDS = 5
KV, LISTS = SPECS["kv"], SPECS["kv-append"]


class Load:
    """Closed-loop clients of one honest object: every operation takes effect somewhere between its call and return."""

    def __init__(self, seed: int, clients: int, *, keys: int = 1, unknown: float = 0.0) -> None:
        self.chance = random.Random(seed)
        self._clients = clients
        self._keys = keys
        self._unknown = unknown

    def history(self, size: int, act: Callable[[str, int], tuple[str, object, object]]) -> History:
        """`size` operations; `act(key, number)` does one and gives verb, argument and result."""
        chance = self.chance
        ops: list[Op | None] = []
        running: dict[int, tuple[int, int, str]] = {}
        done: dict[int, tuple[str, object, object]] = {}
        process = list(range(self._clients))
        event = 0
        while len(ops) < size or running:
            client = chance.randrange(self._clients)
            if client not in running:
                if len(ops) < size:
                    running[client] = (len(ops), event, f"k{chance.randrange(self._keys)}")
                    ops.append(None)
                    event += 1
                continue
            number, call, key = running[client]
            if number not in done:
                done[number] = act(key, number)
                continue
            f, arg, result = done.pop(number)
            del running[client]
            lost = chance.random() < self._unknown
            outcome: Outcome = "unknown" if lost else "ok"
            ret, shown, ret_ns = (OPEN, None, None) if lost else (event, result, event)
            ops[number] = Op(
                number, process[client], f"c{client}", f, key, arg, shown, outcome, call, ret, call, ret_ns
            )
            event += not lost
            process[client] += self._clients * lost
        return History(op for op in ops if op is not None)


def register_history(
    size: int, clients: int, *, keys: int = 1, swaps: float = 0.0, unknown: float = 0.0, values: int = 0, seed: int = 1
) -> History:
    """Half reads; the rest puts and `swaps`. `values` are how many there are, 0 for one of its own for every write."""
    load = Load(seed, clients, keys=keys, unknown=unknown)
    held: dict[str, object] = {}

    def act(key: str, number: int) -> tuple[str, object, object]:
        kind, value = load.chance.random(), load.chance.randrange(values) if values else number
        seen = held.get(key)
        if kind < 0.5:
            return "get", None, seen
        if kind < 0.5 + swaps:
            old = seen if load.chance.random() < 0.7 else -1
            if old == seen:
                held[key] = value
            return "cas", (old, value), seen
        held[key] = value
        return "put", value, None

    return load.history(size, act)


def list_history(size: int, clients: int, *, keys: int = 1, seed: int = 1) -> History:
    """Half gets, half appends of unique tokens."""
    load = Load(seed, clients, keys=keys)
    held: dict[str, tuple[int, ...]] = {}

    def act(key: str, number: int) -> tuple[str, object, object]:
        if load.chance.random() < 0.5:
            return "get", None, held.get(key, ())
        held[key] = (*held.get(key, ()), number)
        return "append", number, None

    return load.history(size, act)


def transactions(size: int, clients: int = 10, *, per_key: int = 100, seed: int = 1) -> list[Transaction]:
    """Serializable transactions of one to four steps on ten keys at a time; a key is left after `per_key` appends."""
    load = Load(seed, clients)
    held: dict[int, tuple[int, ...]] = {}
    live = list(range(10))

    def act(_key: str, _number: int) -> tuple[str, object, object]:
        steps: list[tuple[str, int, object]] = []
        for _ in range(load.chance.randrange(1, 5)):
            key = load.chance.choice(live)
            if load.chance.random() < 0.5:
                steps.append(("r", key, held.get(key, ())))
                continue
            held[key] = (*held.get(key, ()), len(held.get(key, ())))
            steps.append(("append", key, held[key][-1]))
            if len(held[key]) >= per_key:
                live[live.index(key)] = max(live) + 1
        return "txn", tuple(steps), tuple(steps)

    return [
        Transaction(op.op, op.process, op.client, op.arg, op.outcome, op.call, op.ret, op.call_ns, op.ret_ns)  # type: ignore[arg-type]
        for op in load.history(size, act)
    ]


def seconds(act: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Median seconds of an act, after one to warm up."""
    act()
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        act()
        times.append(time.perf_counter() - began)
    return median(times)


def one_pass(history: History) -> float:
    """U: seconds of one plain pass over the history."""
    of = history.columns
    get = history.verbs.find("get")
    codes = [result if f == get else arg for arg, result, f in zip(of.arg, of.result, of.f, strict=True)]
    calls, rets = list(of.call), list(of.ret)

    def act() -> None:
        least: dict[int, int] = {}
        greatest: dict[int, int] = {}
        for code, call, ret in zip(codes, calls, rets, strict=True):
            if ret < least.get(code, OPEN):
                least[code] = ret
            if call > greatest.get(code, -1):
                greatest[code] = call

    return seconds(act)


def _zones() -> None:
    for title, history in (
        ("100,000 ops, 5 clients", register_history(100_000, 5)),
        ("100,000 ops, 50 clients", register_history(100_000, 50)),
        ("the same, swaps and unknown", register_history(100_000, 5, swaps=0.2, unknown=0.02)),
        ("the same on 100 keys", register_history(100_000, 5, keys=100)),
        ("10,000 ops, 50 clients", register_history(10_000, 50)),
    ):
        unit = one_pass(history)
        took = seconds(lambda history=history: decide(history, KV))  # type: ignore[misc]
        assert decide(history, KV).status == "pass"
        print(f"zones, columns to verdict   {title:<30} {took * 1e3:8.1f} ms   {took / unit:6.2f} U")
    history = register_history(100_000, 5)
    part = Part(history, range(len(history)))
    kinds = {"get": READ, "put": WRITE, "delete": ERASE, "cas": CAS}

    def plain() -> object:
        part.memo.clear()
        return registers.decide(part, kinds, None)

    took, unit = seconds(plain, 3), one_pass(history)
    print(f"zones, plain Python         {'100,000 ops, 5 clients':<30} {took * 1e3:8.1f} ms   {took / unit:6.2f} U")


def _lists() -> None:
    for title, history in (
        ("10,000 ops, 50 clients", list_history(10_000, 50)),
        ("2,000 ops, 50 clients, 10 keys", list_history(2_000, 50, keys=10)),
    ):
        took = seconds(lambda history=history: decide(history, LISTS), 3)  # type: ignore[misc]
        assert decide(history, LISTS).status == "pass"
        print(f"lists, columns to verdict   {title:<30} {took * 1e3:8.1f} ms")
    history = list_history(2_000, 50, keys=10)
    parts = [(part, LISTS.prepared(part)) for part in split(history, LISTS)]
    ours = seconds(lambda: [Search(part, spec).run(10**9) for part, spec in parts], 3)
    plain = seconds(lambda: [plain_wgl(part, spec, 200_000) for part, spec in parts], 1)
    undecided = sum(plain_wgl(part, spec, 200_000) == "unknown" for part, spec in parts)
    print(
        f"lists, search alone         2,000 ops, 10 keys             {ours * 1e3:8.1f} ms   plain {plain / ours:.1f} "
        f"times as long, with {undecided} of {len(parts)} keys undecided after 200,000 steps each"
    )


def _searches() -> None:
    for title, history in (
        ("200 ops, 17 unknown, 5 values", register_history(200, 10, swaps=0.2, unknown=0.085, values=5, seed=3)),
        ("10,000 ops, 5 clients, 5 values", register_history(10_000, 5, swaps=0.15, values=5)),
        ("100,000 ops, 5 clients, 5 values", register_history(100_000, 5, swaps=0.15, values=5)),
    ):
        unknown = history.count("unknown")
        took = seconds(lambda history=history: decide(history, KV), 1)  # type: ignore[misc]
        found = decide(history, KV)
        print(
            f"search                      {title:<33}{took * 1e3:8.1f} ms   {found.status}, "
            f"{found.work:,} configurations, {unknown} unknown"
        )
    hard = register_history(2_000, 20, values=50)
    began = time.perf_counter()
    found = decide(hard, KV, Budget(10**12, seconds=1.0))
    took = time.perf_counter() - began
    print(f"a budget of 1 s             2,000 ops, 20 clients, 50 values {took * 1e3:8.1f} ms   {found.status}")


def _transactions() -> None:
    found = transactions(100_000)
    took = seconds(lambda: check_transactions(found), 3)
    assert check_transactions(found).status == "pass"
    print(f"transactions                100,000 of 1 to 4 steps        {took * 1e3:8.1f} ms")


def _memory() -> None:
    history = register_history(100_000, 5)
    tracemalloc.start()
    decide(history, KV)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    tracemalloc.start()
    kept = register_history(100_000, 5)
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    print(
        f"memory, 100,000 ops         history {held / 1e6:.1f} MB ({held / len(kept):.0f} bytes an operation), "
        f"checking {peak / 1e6:.1f} MB more"
    )


def main() -> None:
    """Print all of it."""
    _zones()
    _lists()
    _searches()
    _transactions()
    _memory()
