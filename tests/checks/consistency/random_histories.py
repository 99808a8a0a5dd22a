"""Random small histories of registers: overlapping, with swaps, unknown and failed writes, and wrong answers."""

import random

from sim.checks.history import OPEN, History, Op

SECOND = 1_000_000_000


class Mix:
    """What a random history is made of. `few` makes values repeat, `odd` adds deletes and swaps that tell little."""

    def __init__(self, seed: int, *, clients: int = 3, keys: str = "xy", few: bool = False, odd: bool = False) -> None:
        self.chance = random.Random(seed)
        self.clients, self.keys, self.few, self.odd = clients, keys, few, odd
        self.values: dict[str, list[object]] = {key: [None] for key in keys}

    def value(self, n: int) -> int:
        return self.chance.randrange(3) if self.few else n

    def seen(self, key: str) -> object:
        """Often something recent, at times anything, also what is only written later."""
        values = self.values[key]
        return self.chance.choice(values[-2:] if self.chance.random() < 0.6 else values)

    def operation(self, n: int, key: str) -> tuple[str, object, object]:
        kind = self.chance.random()
        if kind < 0.5:
            return "get", None, self.seen(key)
        if kind < 0.55 and self.odd:
            self.values[key].append(None)
            return "delete", None, None
        if kind < 0.7:
            old, new = self.seen(key), self.value(n)
            self.values[key].append(new)
            told = self.chance.choice([True, True, False] if self.odd else [True, old, self.seen(key)])
            return "cas", (old, new), told
        self.values[key].append(self.value(n))
        return "put", self.values[key][-1], None


def random_history(mix: Mix, size: int, *, unknown: float = 0.15, failed: float = 0.05) -> History:
    """Clients in closed loops; what overlaps is drawn."""
    chance, ops = mix.chance, []
    planned = [(chance.randrange(mix.clients), chance.choice(mix.keys)) for _ in range(size)]
    made = [mix.operation(n, key) for n, (_, key) in enumerate(planned)]
    free = [0] * mix.clients
    for n, ((client, key), (f, arg, result)) in enumerate(zip(planned, made, strict=True)):
        call = max(10 * n, free[client])
        outcome = "ok"
        if f != "get" and chance.random() < unknown:
            outcome = "unknown"
        elif f != "get" and chance.random() < failed:
            outcome = "fail"
        ret = call + 1 + 2 * chance.randrange(12)
        free[client] = call + 2 if outcome == "unknown" else ret + 1
        ops.append((call, n, client, key, f, arg, result, outcome, ret))
    times = sorted({(time, i, n) for i, n, time in [(0, o[1], o[0]) for o in ops] + [(1, o[1], o[8]) for o in ops]})
    index = {(i, n): at for at, (_, i, n) in enumerate(times)}
    rows = []
    for _, n, client, key, f, arg, result, outcome, _ in sorted(ops, key=lambda o: index[0, o[1]]):
        call, ret = index[0, n], OPEN if outcome == "unknown" else index[1, n]
        ret_ns = None if ret == OPEN else ret * SECOND
        process = 100 + n if outcome == "unknown" else client
        told = result if outcome == "ok" else None
        rows.append(Op(n, process, "abcdef"[client], f, key, arg, told, outcome, call, ret, call * SECOND, ret_ns))  # type: ignore[arg-type]
    return History(rows)
