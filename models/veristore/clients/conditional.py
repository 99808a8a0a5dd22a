"""Conditional puts: judged at the start by a question and at the commit by the store; tried again after a timeout.

Without a session, a put whose commit got no answer may meet 412 because of its own success. Then the object says whose
it is, and if it is somebody else's nobody knows: the first commit may have come before that one.
"""

from models.veristore.clients.bodies import md5_of
from models.veristore.clients.ports import done
from models.veristore.clients.reader import Reader
from models.veristore.clients.target import Target
from models.veristore.clients.writer import Writer
from models.veristore.machine import commands as c
from models.veristore.machine import questions as q
from models.veristore.machine.replies import Committed, Denied, Reply
from sim import MS, Actor, Refused, Timeout

FACTS = (404, 409, 412)
"""Statuses that say something of the object; others are refusals."""


class Conditional:
    """Puts if the object has the ETag `expected`; None: if there is none."""

    def __init__(self, actor: Actor, writer: Writer, reader: Reader) -> None:
        self._actor = actor
        self._writer = writer
        self._reader = reader

    async def put(self, target: Target, body: bytes, expected: str | None, deadline: int) -> Committed | Denied:
        """Committed, or Denied with 404, 409 or 412. Refused: surely not done. Timeout: perhaps."""
        condition = condition_of(expected)
        upload, tried = None, False
        while True:
            try:
                reply = await target.port.query(q.Judge(target.bucket, target.key, condition), deadline)
                if isinstance(reply, Denied):
                    return await self._fail_at_start(target, body, fact(reply), tried, deadline)
                if upload is None:
                    upload = await self._writer.prepare(target.port, target.bucket, target.key, body, deadline)
            except Refused as refusal:
                if tried:
                    raise Timeout(refusal.reason) from None
                raise
            try:
                return fact(await target.port.ask(c.CommitPut(upload, condition, True), deadline))
            except Timeout:
                if self._actor.elapsed() >= deadline:
                    raise
            tried = True
            await self._actor.sleep(1 * MS)

    async def _fail_at_start(
        self, target: Target, body: bytes, reply: Committed | Denied, tried: bool, deadline: int
    ) -> Committed | Denied:
        if self.is_lost(tried):
            return reply
        found = await self._reader.head(target.port, target.bucket, target.key, deadline)
        if found is None or found.meta.etag != md5_of(body):
            raise Timeout("an earlier commit had no answer")
        return Committed(found.meta.version, found.meta.etag)

    def is_lost(self, tried: bool) -> bool:
        """Whether a condition that fails at the start means that nothing was written; `tried`: a commit was sent."""
        return not tried


def condition_of(expected: str | None) -> c.Condition:
    """Of a put that expects this ETag, or no object."""
    return c.IfAbsent() if expected is None else c.IfMatch(expected)


def fact(reply: Reply) -> Committed | Denied:
    """What a commit was answered, if it says something of the object; else Refused."""
    if isinstance(reply, Denied) and reply.status in FACTS and reply.code not in ("NoSuchUpload", "NoSuchChunk"):
        return reply
    return done(reply, Committed)
