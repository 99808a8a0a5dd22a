"""What a client does with multipart uploads: parts in any order, some twice, some for nothing, some too late.

In the history a completed upload is a put (or put-if) of its token; an aborted one is nothing, as nobody may see it.
"""

from collections.abc import Mapping

from models.veristore.client_events import ConditionFailed, ObjectStored
from models.veristore.clients.bodies import pad
from models.veristore.clients.conditional import condition_of, fact
from models.veristore.clients.kv_client import Flow
from models.veristore.clients.object_client import LINE, ObjectClient
from models.veristore.clients.ports import Ports, accepted, done
from models.veristore.clients.settings import ClientSettings
from models.veristore.clients.target import Target
from models.veristore.clients.writer import Writer
from models.veristore.machine import commands as c
from models.veristore.machine import questions as q
from models.veristore.machine.replies import Committed, Denied, PartsListed, Reply
from sim import Actor, Refused, Step, Stream, Timeout

PARTS_MAX = 4


class MultipartClient:
    """The verbs of multipart uploads. What is drawn is drawn before anything is sent."""

    def __init__(
        self, actor: Actor, ports: Ports, settings: ClientSettings, draws: Stream, objects: ObjectClient
    ) -> None:
        self._actor = actor
        self._ports = ports
        self._settings = settings
        self._draws = draws
        self._writer = Writer(settings.chunk_size)
        self._objects = objects
        self.flows: Mapping[str, Flow] = {
            "multipart": self._put,
            "multipart-if": self._put_if,
            "multipart-abort": self._abort,
        }

    async def _put(self, step: Step, deadline: int) -> None:
        target, token = Target(self._ports, step.key), str(step.arg)
        with self._actor.operation("put", key=target.name, arg=token) as operation:
            upload, wanted = await self._upload(target, token, deadline)
            late = await self._writer.open_part(target.port, upload, wanted[0], pad(f"late {token}", LINE), deadline)
            reply = done(await self._complete(target, upload, wanted, None, deadline), Committed)
            self._objects.etags[target.name] = reply.etag
            operation.ok(reply.etag)
        if operation.outcome == "ok":
            await self._send_late(target, late, pad(f"late {token}", LINE), deadline)

    async def _put_if(self, step: Step, deadline: int) -> None:
        """Complete if the object is as last seen. A multipart upload that met a conflict is over."""
        target, token = Target(self._ports, step.key), str(step.arg)
        expected = self._objects.etags.get(target.name)
        condition = condition_of(expected)
        with self._actor.operation("put-if", key=target.name, arg=(expected, token)) as operation:
            reply = await target.port.query(q.Judge(target.bucket, target.key, condition), deadline)
            if not isinstance(reply, Denied):
                upload, wanted = await self._upload(target, token, deadline)
                reply = await self._complete(target, upload, wanted, condition, deadline)
            done = fact(reply)
            if isinstance(done, Denied):
                self._actor.emit(ConditionFailed(target.bucket, target.key, done.status))
            self._objects.etags[target.name] = done.etag if isinstance(done, Committed) else None
            operation.ok(done.etag if isinstance(done, Committed) else False)

    async def _abort(self, step: Step, deadline: int) -> None:
        """Begin, upload parts, and think better of it."""
        target = Target(self._ports, step.key)
        try:
            upload, _ = await self._upload(target, str(step.arg), deadline)
            await self._writer.harmless(target.port, c.AbortUpload(upload), deadline)
        except (Refused, Timeout):
            return

    async def _upload(self, target: Target, token: str, deadline: int) -> tuple[int, tuple[int, ...]]:
        """A multipart upload with all parts of a body in it, sent in any order; and the numbers of those parts."""
        parts, order = self._cut(token)
        upload = await self._writer.open(target.port, c.CreateMultipart(target.bucket, target.key), deadline)
        for part, body in order:
            await self._writer.put_part(target.port, upload, part, body, deadline)
        return upload, tuple(parts)

    async def _complete(
        self, target: Target, upload: int, wanted: tuple[int, ...], condition: c.Condition | None, deadline: int
    ) -> Reply:
        """Complete with the ETags that the store lists; every fourth time ask again, as if the answer had been lost."""
        tags = tuple(tag for tag in await self._tags(target, upload, deadline) if tag.part in wanted)
        command = c.CompleteMultipart(upload, tags, condition, condition is not None)
        reply = await target.port.ask(command, deadline)
        if not self._draws.below(4) and isinstance(reply, Committed):
            await self._complete_again(target, command, reply, deadline)
        return reply

    async def _complete_again(
        self, target: Target, command: c.CompleteMultipart, first: Committed, deadline: int
    ) -> None:
        try:
            again = await target.port.ask(command, deadline)
        except (Refused, Timeout):
            return
        if isinstance(again, Committed):
            stored = ObjectStored(target.bucket, target.key, again.version, again.etag, first.etag)
            self._actor.emit(stored)

    async def _tags(self, target: Target, upload: int, deadline: int) -> list[c.PartTag]:
        """The parts that the store has, page by page."""
        found: list[c.PartTag] = []
        more = True
        while more:
            after = found[-1].part if found else 0
            reply = accepted(await target.port.query(q.ListParts(upload, after, self._settings.page_max), deadline))
            assert isinstance(reply, PartsListed), f"{reply} is no list of parts"
            found += [c.PartTag(entry.part, entry.etag) for entry in reply.parts]
            more = reply.truncated
        return found

    async def _send_late(self, target: Target, upload: int, body: bytes, deadline: int) -> None:
        """Send a part that was opened before the upload was completed: it must belong to nothing."""
        try:
            await self._writer.fill(target.port, upload, body, deadline)
            await self._writer.harmless(target.port, c.CommitPart(upload), deadline)
        except (Refused, Timeout):
            return

    def _cut(self, token: str) -> tuple[dict[int, bytes], list[tuple[int, bytes]]]:
        """The parts of a body by number, and what to send in which order: a wrong first try, an extra part."""
        draws, low = self._draws, max(self._settings.part_min, LINE)
        sizes = [draws.between(low, max(low, self._settings.body_max)) for _ in range(draws.between(1, PARTS_MAX))]
        body = pad(token, sum(sizes))
        starts = [sum(sizes[:n]) for n in range(len(sizes))]
        parts = {2 * n + 1: body[at : at + size] for n, (at, size) in enumerate(zip(starts, sizes, strict=True))}
        order = draws.shuffled(list(parts.items()))
        if not draws.below(3):
            order.insert(0, (order[-1][0], pad(f"wrong {token}", low)))
        if not draws.below(3):
            order.insert(0, (2, pad(f"extra {token}", low)))
        return parts, order
