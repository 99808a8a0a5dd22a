"""Random histories of every kind of object: those of a real one under concurrent clients, and slightly wrong ones."""

import random
from collections.abc import Callable

from sim.checks.history import OPEN, History
from sim.checks.specs import SPECS, Bank, Spec
from tests.checks.histories import op

Answer = tuple[str, object, object]
"""Verb, argument, result."""


class World:
    """One object that answers truly, but for a share `wrong`. `few` makes values repeat, `odd` widens the mix."""

    def __init__(self, chance: random.Random, *, few: bool, odd: bool, wrong: float) -> None:
        self.chance = chance
        self.few = few
        self.odd = odd
        self.wrong = wrong

    def value(self, i: int) -> int:
        """A value to write: one of three, or one of its own."""
        return self.chance.randrange(3) if self.few else i + 10

    def lies(self) -> bool:
        """Whether to answer wrongly now."""
        return self.chance.random() < self.wrong


class RegisterWorld(World):
    state: object = None
    before: object = None

    def do(self, i: int) -> Answer:
        kind = self.chance.random()
        seen = self.before if self.lies() else self.state
        if kind < 0.5:
            return "get", None, seen
        self.before = self.state
        if kind < 0.75:
            self.state = self.value(i)
            return "put", self.state, None
        if kind < 0.8 and self.odd:
            self.state = None
            return "delete", None, None
        old, new = self.chance.choice([self.state, self.state, self.chance.randrange(3)]), self.value(i)
        told: object = seen if self.odd else old == seen
        if old == self.state:
            self.state = new
        return "cas", (old, new), told


class AppendWorld(World):
    state: tuple[object, ...] | str = ()
    text = False

    def do(self, i: int) -> Answer:
        token = f"x{self.value(i)}y" if self.text else self.value(i)
        piece: tuple[object, ...] | str = token if isinstance(token, str) else (token,)
        if self.text and self.state == ():
            self.state = ""
        kind = self.chance.random()
        if kind < 0.15:
            self.state = piece
            return "put", token, None
        if kind < 0.5:
            self.state = self.state + piece  # type: ignore[operator]
            return "append", token, None
        step = 3 if self.text else 1
        value = self.state
        return "get", None, self.chance.choice([value[:-step], value[step:]]) if value and self.lies() else value


class TextWorld(AppendWorld):
    text = True


class CounterWorld(World):
    state = 0

    def do(self, i: int) -> Answer:
        if self.chance.random() < 0.5:
            n = self.chance.choice([1, 1, 2, -1])
            self.state += n
            return "add", n, None
        return "read", None, self.state + self.lies()


class SetWorld(World):
    def __init__(self, chance: random.Random, *, few: bool, odd: bool, wrong: float) -> None:
        super().__init__(chance, few=few, odd=odd, wrong=wrong)
        self.state: list[int] = []

    def do(self, i: int) -> Answer:
        kind, x = self.chance.random(), self.value(i)
        if kind < 0.5:
            new = x not in self.state
            self.state = [*self.state, x] if new else self.state
            return "add", x, new if self.odd else None
        if kind < 0.65 and self.odd:
            had = x in self.state
            self.state = [one for one in self.state if one != x]
            return "remove", x, had
        if self.odd and self.few:
            return "contains", x, (x in self.state) ^ self.lies()
        shown = [one for one in self.state if not self.lies()]
        self.chance.shuffle(shown)
        return "read", None, tuple(shown)


class QueueWorld(World):
    def __init__(self, chance: random.Random, *, few: bool, odd: bool, wrong: float) -> None:
        super().__init__(chance, few=few, odd=odd, wrong=wrong)
        self.state: list[int] = []

    def do(self, i: int) -> Answer:
        if self.chance.random() < 0.5:
            self.state.append(self.value(i))
            return "enqueue", self.state[-1], None
        if not self.state or self.lies():
            return "dequeue", None, None
        return "dequeue", None, self.state.pop(-1 if self.lies() else 0)


class LockWorld(World):
    holder: str | None = None
    token = 0

    def do(self, i: int) -> Answer:
        me = self.chance.choice("ab")
        if self.chance.random() < 0.5:
            if self.holder is None or self.lies():
                self.holder = me
                self.token += 1
                return "acquire", me, max(1, self.token - self.lies()) if not self.odd else True
            return "try", me, False
        if self.holder == me:
            self.holder = None
            return "release", me, True
        return "release", me, self.lies()


class LogWorld(World):
    def __init__(self, chance: random.Random, *, few: bool, odd: bool, wrong: float) -> None:
        super().__init__(chance, few=few, odd=odd, wrong=wrong)
        self.state: list[int] = []

    def do(self, i: int) -> Answer:
        kind = self.chance.random()
        if kind < 0.4:
            self.state.append(self.value(i))
            return "append", self.state[-1], len(self.state) - 1 + self.lies()
        if kind < 0.6:
            return "tail", None, len(self.state) - (1 if self.state and self.lies() else 0)
        at = self.chance.randrange(len(self.state) + 1)
        return "read", at, self.state[at] if at < len(self.state) and not self.lies() else None


class BankWorld(World):
    def __init__(self, chance: random.Random, *, few: bool, odd: bool, wrong: float) -> None:
        super().__init__(chance, few=few, odd=odd, wrong=wrong)
        self.state = {"a": 3, "b": 0}

    def do(self, i: int) -> Answer:
        if self.chance.random() < 0.5:
            giver, taker = self.chance.choice([("a", "b"), ("b", "a")])
            amount = self.chance.randrange(1, 3)
            enough = self.state[giver] >= amount
            if enough:
                self.state[giver] -= amount
                self.state[taker] += amount
            return "transfer", (giver, taker, amount), None if enough else False
        shift = self.lies()
        return "read", None, (("a", self.state["a"] - shift), ("b", self.state["b"] + (shift and not self.odd)))


class ObjectWorld(World):
    state: tuple[str, str] | None = None
    before: tuple[str, str] | None = None

    def do(self, i: int) -> Answer:
        kind, version = self.chance.random(), (f"content{i}", f"e{i}")
        seen = self.before if self.lies() else self.state
        if kind < 0.35:
            return "get", None, seen
        if kind < 0.45:
            return "head", None, seen and seen[1]
        if kind < 0.55:
            return "list", self.chance.choice([None, "x"]), (self.chance.choice(["x", ("x", seen[1])]),) if seen else ()
        self.before = self.state
        if kind < 0.75:
            self.state = version
            return "put", *version
        if kind < 0.85:
            self.state = None
            return "delete", None, None
        expected = self.chance.choice([self.state and self.state[1], None])
        fits = expected == (self.state and self.state[1])
        if fits:
            self.state = version
        return "put-if", (expected, version[0]), version[1] if fits else False


WORLDS: dict[str, tuple[Callable[..., World], Spec]] = {
    "kv": (RegisterWorld, SPECS["kv"]),
    "kv-append": (AppendWorld, SPECS["kv-append"]),
    "kv-append text": (TextWorld, SPECS["kv-append"]),
    "counter": (CounterWorld, SPECS["counter"]),
    "set": (SetWorld, SPECS["set"]),
    "queue": (QueueWorld, SPECS["queue"]),
    "lock": (LockWorld, SPECS["lock"]),
    "append-log": (LogWorld, SPECS["append-log"]),
    "bank": (BankWorld, Bank({"a": 3, "b": 0})),
    "object-store": (ObjectWorld, SPECS["object-store"]),
}
"""Name -> (the object, what it is checked against)."""


def random_history(name: str, seed: int, size: int, *, wrong: float = 0.4, unknown: float = 0.2) -> History:
    """`size` operations of clients of their own, of which from few to most overlap."""
    chance = random.Random(seed)
    width = chance.choice([1, 2, 4, 8])
    times = [(begin := i + chance.random() * width, begin + chance.random() * width) for i in range(size)]
    rank = {time: n for n, time in enumerate(sorted(time for pair in times for time in pair))}
    spans = sorted([rank[begin], rank[end]] for begin, end in times)
    effect = [call + chance.random() * (ret - call) for call, ret in spans]
    return _history(name, seed, chance, spans, effect, wrong, unknown)


def simulated_history(
    name: str, seed: int, size: int, clients: int, *, wrong: float = 0.0, unknown: float = 0.05
) -> History:
    """`size` operations of closed-loop clients, each with its effect somewhere between its call and its return."""
    chance = random.Random(seed)
    spans: list[list[int]] = []
    running: dict[int, int] = {}
    event = 0
    while len(spans) < size or running:
        client = chance.randrange(clients)
        if client in running:
            spans[running.pop(client)].append(event)
        elif len(spans) < size:
            running[client] = len(spans)
            spans.append([event])
        else:
            continue
        event += 1
    effect = [call + chance.random() * (ret - call) for call, ret in spans]
    return _history(name, seed, chance, spans, effect, wrong, unknown)


def _history(
    name: str,
    seed: int,
    chance: random.Random,
    spans: list[list[int]],
    effect: list[float],
    wrong: float,
    unknown: float,
) -> History:
    world = WORLDS[name][0](chance, few=seed % 3 == 0, odd=seed % 2 == 0, wrong=wrong)
    ops = {}
    for i in sorted(range(len(spans)), key=effect.__getitem__):
        f, arg, result = world.do(i)  # type: ignore[attr-defined]
        call, ret = spans[i]
        if chance.random() < unknown:
            ops[i] = op(i, f, arg, None, call, OPEN, "unknown")
        else:
            ops[i] = op(i, f, arg, result, call, ret)
    return History(ops[i] for i in range(len(spans)))
