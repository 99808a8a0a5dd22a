"""What a client does with keys and values, and what its history says of it.

The history shows versions where that of objects shows ETags, so that both are checked against `object-store`: put gives
the version, get (token, version), put-if takes the version that it expects, a list gives (key, version).

Batches write one token into the two keys of a pair, and a pair is one object of the history: `pair0` is `pair0.a` and
`pair0.b`. Whoever sees two different tokens there has seen half a batch.
"""

from collections.abc import Awaitable, Callable, Mapping

from models.veristore.client_events import CasLost, PairSeen
from models.veristore.clients.ports import Ports, accepted, done
from models.veristore.machine import commands as c
from models.veristore.machine import questions as q
from models.veristore.machine.replies import Absent, Item, Items, Mismatch, Value, Written
from sim import Actor, Step, Stream

PLAIN = "k"
"""What the keys that are written one by one begin with."""

Seen = tuple[str, int] | None
Flow = Callable[[Step, int], Awaitable[None]]


class KvClient:
    """The verbs of the key-value store. Each does one operation until `deadline`, on the client's own clock in ns."""

    def __init__(self, actor: Actor, ports: Ports, page_max: int, draws: Stream) -> None:
        self._actor = actor
        self._ports = ports
        self._page_max = page_max
        self._draws = draws
        self._versions: dict[str, int | None] = {}
        self.flows: Mapping[str, Flow] = {
            "get": self._get,
            "put": self._put,
            "delete": self._delete,
            "cas": self._cas,
            "batch": self._batch,
            "scan": self._scan,
        }

    async def _get(self, step: Step, deadline: int) -> None:
        with self._actor.operation("get", key=step.key) as operation:
            reply = accepted(await self._ports.of(step.key).query(q.Get(step.key.encode()), deadline))
            assert isinstance(reply, Value | Absent), f"{reply} is no answer to a get"
            seen = (reply.value.decode(), reply.version) if isinstance(reply, Value) else None
            self._versions[step.key] = None if seen is None else seen[1]
            operation.ok(seen)

    async def _put(self, step: Step, deadline: int) -> None:
        token = str(step.arg)
        with self._actor.operation("put", key=step.key, arg=token) as operation:
            operation.ok(await self._write(step.key, c.Put(step.key.encode(), token.encode()), deadline))

    async def _delete(self, step: Step, deadline: int) -> None:
        with self._actor.operation("delete", key=step.key) as operation:
            version = await self._write(step.key, c.Delete(step.key.encode()), deadline)
            self._versions[step.key] = None
            operation.ok(version)

    async def _cas(self, step: Step, deadline: int) -> None:
        token, expected = str(step.arg), self._versions.get(step.key)
        with self._actor.operation("put-if", key=step.key, arg=(expected, token)) as operation:
            command = c.Cas(step.key.encode(), expected, token.encode())
            operation.ok(await self._write(step.key, command, deadline))

    async def _batch(self, step: Step, deadline: int) -> None:
        """Write a pair; every third time only if it is as last seen."""
        pair, token = f"pair{step.key.removeprefix(PLAIN)}", str(step.arg)
        ops = tuple(c.Put(key.encode(), token.encode()) for key in _keys_of(pair))
        expected = self._versions.get(pair)
        conditional = not self._draws.below(3)
        verb, arg = ("put-if", (expected, token)) if conditional else ("put", token)
        conditions = (c.Expectation(_keys_of(pair)[0].encode(), expected),) if conditional else ()
        with self._actor.operation(verb, key=pair, arg=arg) as operation:
            operation.ok(await self._write(pair, c.Batch(ops, conditions), deadline))

    async def _write(self, name: str, command: c.Put | c.Delete | c.Cas | c.Batch, deadline: int) -> int | bool:
        """The version that was written, or False if there was another version than expected."""
        reply = await self._ports.of(name).ask(command, deadline)
        if isinstance(reply, Mismatch):
            self._versions[name] = reply.seen
            self._actor.emit(CasLost(name))
            return False
        version = done(reply, Written).version
        self._versions[name] = version
        return version

    async def _scan(self, step: Step, deadline: int) -> None:
        """Half the scans look at a pair, the others at all plain keys."""
        if self._draws.below(2):
            await self._scan_pair(f"pair{step.key.removeprefix(PLAIN)}", deadline)
            return
        with self._actor.operation("list", arg=PLAIN) as operation:
            shown: list[tuple[str, int]] = []
            for port in self._ports.all:
                after, more = b"", True
                while more:
                    page = 1 + self._draws.below(self._page_max)
                    reply = accepted(await port.query(q.Scan(PLAIN.encode(), after, page), deadline))
                    assert isinstance(reply, Items), f"{reply} is no answer to a scan"
                    shown += [(item.key.decode(), item.version) for item in reply.items]
                    after, more = reply.items[-1].key if reply.items else b"", reply.more
            operation.ok(tuple(sorted(shown)))

    async def _scan_pair(self, pair: str, deadline: int) -> None:
        with self._actor.operation("get", key=pair) as operation:
            reply = accepted(await self._ports.of(pair).query(q.Scan(f"{pair}.".encode(), b"", 2), deadline))
            assert isinstance(reply, Items), f"{reply} is no answer to a scan"
            first, second = (_seen(reply.items, key) for key in _keys_of(pair))
            self._actor.emit(PairSeen(pair, first, second))
            if first == second:
                self._versions[pair] = None if first is None else first[1]
            operation.ok(first if first == second else (f"half of {first}, half of {second}", 0))


def _keys_of(pair: str) -> tuple[str, str]:
    return f"{pair}.a", f"{pair}.b"


def _seen(items: tuple[Item, ...], key: str) -> Seen:
    return next(((item.value.decode(), item.version) for item in items if item.key.decode() == key), None)
