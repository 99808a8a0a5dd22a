"""Histories by hand and of simulated stores: linearizable, causally consistent, and worse."""

import random

from sim.checks.history import OPEN, History, Op

SECOND = 1_000_000_000


def row(
    n: int,
    client: str,
    f: str,
    key: str,
    value: object,
    *,
    at: int | None = None,
    end: int | None = None,
    outcome: str = "ok",
) -> Op:
    """One operation of a client; by default operations follow one another. `value` is written, or was read."""
    call = 2 * n if at is None else at
    ret = OPEN if outcome == "unknown" else 2 * n + 1 if end is None else end
    ret_ns = None if ret == OPEN else ret * SECOND
    process = n + 100 if outcome == "unknown" else ord(client)
    arg, result = (None, value) if f in ("get", "read") else (value, None)
    return Op(n, process, client, f, key, arg, result, outcome, call, ret, call * SECOND, ret_ns)  # type: ignore[arg-type]


def history(*rows: tuple[str, str, str, object]) -> History:
    """Operations one after another: (client, verb, key, value)."""
    return History(row(n, *one) for n, one in enumerate(rows))


class Replicas:
    """A causally consistent store: every client has a replica, and a write is taken in after all that it depends on."""

    def __init__(self, chance: random.Random, clients: int) -> None:
        self._chance = chance
        self._writes: list[tuple[str, int, dict[int, int], int]] = []
        self._seen: list[dict[int, int]] = [{} for _ in range(clients)]
        self._lists: list[list[int]] = [[] for _ in range(clients)]
        self._made = [0] * clients

    def write(self, client: int, key: str, value: int) -> None:
        """A write of one's own is taken in at once."""
        self._made[client] += 1
        depends = dict(self._seen[client])
        self._seen[client][client] = self._made[client]
        self._lists[client].append(len(self._writes))
        self._writes.append((key, value, depends, client))

    def read(self, client: int, key: str) -> int | None:
        """The write of the key that was taken in last."""
        return next((self._writes[i][1] for i in reversed(self._lists[client]) if self._writes[i][0] == key), None)

    def gossip(self, client: int) -> None:
        """Take in one write of another's whose causes are all there."""
        known = set(self._lists[client])
        numbers: dict[int, int] = {}
        ready = []
        for i, (_, _, depends, author) in enumerate(self._writes):
            numbers[author] = numbers.get(author, 0) + 1
            in_order = numbers[author] == self._seen[client].get(author, 0) + 1
            if i not in known and in_order and all(self._seen[client].get(who, 0) >= n for who, n in depends.items()):
                ready.append((i, author, numbers[author]))
        if ready:
            i, author, number = self._chance.choice(ready)
            self._lists[client].append(i)
            self._seen[client][author] = number


def causal_history(seed: int, size: int, *, clients: int = 3, keys: str = "xy") -> History:
    """A history of a causally consistent store, one operation after another."""
    chance = random.Random(seed)
    store = Replicas(chance, clients)
    rows = []
    for n in range(size):
        client, key = chance.randrange(clients), chance.choice(keys)
        if chance.random() < 0.5:
            store.write(client, key, n)
            rows.append(row(n, "abcdef"[client], "put", key, n))
        else:
            rows.append(row(n, "abcdef"[client], "get", key, store.read(client, key)))
        if chance.random() < 0.6:
            store.gossip(chance.randrange(clients))
    return History(rows)


def wild_history(seed: int, size: int, *, clients: int = 3, keys: str = "xy") -> History:
    """Reads that give any value that was ever written to the key."""
    chance = random.Random(seed)
    written: dict[str, list[int | None]] = {key: [None] for key in keys}
    rows = []
    for n in range(size):
        client, key = "abcdef"[chance.randrange(clients)], chance.choice(keys)
        if chance.random() < 0.5:
            written[key].append(n)
            rows.append(row(n, client, "put", key, n))
        else:
            recent = written[key][-2:] if chance.random() < 0.7 else written[key]
            rows.append(row(n, client, "get", key, chance.choice(recent)))
    return History(rows)
