"""What a client does with objects, and what its history says of it.

412, 409 and 404 are facts about the object: a conditional put that met one is ok, with False for its result. Fail is
only what the store refused to do, or what never came as far as the commit; a commit without an answer is unknown.
"""

from collections.abc import Mapping

from models.veristore.client_events import ConditionFailed, ObjectStored
from models.veristore.clients.bodies import md5_of, pad, read_token
from models.veristore.clients.conditional import Conditional
from models.veristore.clients.kv_client import Flow
from models.veristore.clients.ports import Ports, accepted, done
from models.veristore.clients.reader import Reader
from models.veristore.clients.settings import ClientSettings
from models.veristore.clients.target import Target
from models.veristore.clients.walker import Walker
from models.veristore.clients.writer import Writer
from models.veristore.machine import commands as c
from models.veristore.machine import questions as q
from models.veristore.machine.replies import Absent, Committed, Range, Written
from sim import Actor, Refused, Step, Stream, Timeout

CONFLICT = 409
LINE = 48
"""Bytes from which the token of a body can be read: no token is longer."""


class ObjectClient:
    """The verbs of objects. Each does one operation until `deadline`, on the client's own clock in ns."""

    def __init__(
        self,
        actor: Actor,
        ports: Ports,
        settings: ClientSettings,
        draws: Stream,
        conditional: type[Conditional] = Conditional,
    ) -> None:
        self._actor = actor
        self._ports = ports
        self._settings = settings
        self._draws = draws
        self._reader = Reader(actor)
        self._writer = Writer(settings.chunk_size)
        self._walker = Walker(actor, settings.page_max, draws)
        self._conditional = conditional(actor, self._writer, self._reader)
        self.etags: dict[str, str | None] = {}
        self.flows: Mapping[str, Flow] = {
            "put-object": self._put,
            "get-object": self._get,
            "get-range": self._get_range,
            "head-object": self._head,
            "delete-object": self._delete,
            "list-objects": self._list,
            "put-if": self._put_if,
            "abandon": self._abandon,
        }

    async def _put(self, step: Step, deadline: int) -> None:
        target, token = Target(self._ports, step.key), str(step.arg)
        body = self._body(token)
        with self._actor.operation("put", key=target.name, arg=token) as operation:
            upload = await self._writer.prepare(target.port, target.bucket, target.key, body, deadline)
            reply = done(await target.port.ask(c.CommitPut(upload), deadline), Committed)
            operation.ok(self._stored(target, reply, md5_of(body)))

    async def _put_if(self, step: Step, deadline: int) -> None:
        """Put if the object is as last seen; after a conflict look again, and try once more."""
        status = await self._try_put_if(step, str(step.arg), deadline)
        if status == CONFLICT:
            await self._get(step, deadline)
            await self._try_put_if(step, f"{step.arg}+", deadline)

    async def _try_put_if(self, step: Step, token: str, deadline: int) -> int:
        """The status, 0 if it is done or nobody knows."""
        target, body = Target(self._ports, step.key), self._body(token)
        expected = self.etags.get(target.name)
        with self._actor.operation("put-if", key=target.name, arg=(expected, token)) as operation:
            reply = await self._conditional.put(target, body, expected, deadline)
            if isinstance(reply, Committed):
                operation.ok(self._stored(target, reply, md5_of(body)))
                return 0
            self._actor.emit(ConditionFailed(target.bucket, target.key, reply.status))
            self.etags.pop(target.name, None)
            operation.ok(False)
            return reply.status
        return 0

    async def _get(self, step: Step, deadline: int) -> None:
        target = Target(self._ports, step.key)
        with self._actor.operation("get", key=target.name) as operation:
            found = await self._reader.read(target.port, target.bucket, target.key, deadline)
            if found is None:
                self.etags[target.name] = None
                operation.ok(None)
                return
            meta, body = found
            self.etags[target.name] = meta.etag
            operation.ok((read_token(body) or f"torn {md5_of(body)}", meta.etag))

    async def _get_range(self, step: Step, deadline: int) -> None:
        """Read the beginning of an object, which tells whose it is."""
        target = Target(self._ports, step.key)
        last = LINE - 1 + self._draws.below(self._settings.chunk_size)
        with self._actor.operation("get", key=target.name) as operation:
            question = q.GetRange(target.bucket, target.key, 0, last)
            reply = accepted(await target.port.query(question, deadline))
            assert isinstance(reply, Range | Absent), f"{reply} is no answer to a read of a range"
            if isinstance(reply, Absent):
                operation.ok(None)
            else:
                operation.ok((read_token(reply.data) or f"torn {md5_of(reply.data)}", reply.etag))

    async def _head(self, step: Step, deadline: int) -> None:
        target = Target(self._ports, step.key)
        with self._actor.operation("head", key=target.name) as operation:
            found = await self._reader.head(target.port, target.bucket, target.key, deadline)
            self.etags[target.name] = None if found is None else found.meta.etag
            operation.ok(self.etags[target.name])

    async def _delete(self, step: Step, deadline: int) -> None:
        target = Target(self._ports, step.key)
        with self._actor.operation("delete", key=target.name) as operation:
            reply = done(await target.port.ask(c.DeleteObject(target.bucket, target.key), deadline), Written)
            self.etags[target.name] = None
            operation.ok(reply.version)

    async def _list(self, step: Step, deadline: int) -> None:  # noqa: ARG002 - a list is of all keys
        with self._actor.operation("list", arg="bucket-") as operation:
            shown = [
                (f"{bucket}/{key}", etag)
                for bucket in self._ports.buckets
                for key, etag in await self._walker.walk(self._ports.of_bucket(bucket), bucket, deadline)
            ]
            operation.ok(tuple(shown))

    async def _abandon(self, step: Step, deadline: int) -> None:
        """Upload a body and go away before the commit: the store must clean up. No operation: nobody may see it."""
        target = Target(self._ports, step.key)
        body = self._body(str(step.arg))
        try:
            await self._writer.prepare(target.port, target.bucket, target.key, body, deadline)
        except (Refused, Timeout):
            return

    def _body(self, token: str) -> bytes:
        return pad(token, self._draws.between(LINE, self._settings.body_max))

    def _stored(self, target: Target, reply: Committed, computed: str) -> str:
        self._actor.emit(ObjectStored(target.bucket, target.key, reply.version, reply.etag, computed))
        self.etags[target.name] = reply.etag
        return reply.etag
