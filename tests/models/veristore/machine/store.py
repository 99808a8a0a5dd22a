"""The machine on a map in memory, for tests: commands and questions in, replies out."""

from zlib import crc32

from models.veristore.machine import commands as c
from models.veristore.machine import questions as q
from models.veristore.machine import replies as r
from models.veristore.machine.limits import Limits
from models.veristore.machine.machine import Machine
from models.veristore.machine.memory import MemoryMap
from models.veristore.machine.parts import MachineParts
from models.veristore.machine.view import Change
from models.veristore.object_events import events_of
from sim import SECOND, Event

from .oracle import hexdigest

SMALL = Limits(part_min=4, chunk_max=16, put_max=100, grace=5 * SECOND, upload_ttl=20 * SECOND, result_kept=30 * SECOND)
"""Limits that tests reach."""

B, K = "bucket-1", "a/b"
"""A bucket and a key."""


class Store:
    """One machine. `seq` is the number of the last command."""

    def __init__(self, limits: Limits = SMALL, parts: MachineParts | None = None) -> None:
        self.machine = Machine(limits, parts or MachineParts())
        self.map = MemoryMap()
        self.seq = 0
        self.changes: tuple[Change, ...] = ()
        self.events: list[Event] = []

    def do(self, command: c.Command, session: int = 0, serial: int = 0) -> r.Reply:
        self.seq += 1
        outcome = self.machine.execute(self.map, self.seq, c.encode_command(command, session, serial))
        self.changes = outcome.changes
        self.map.apply(self.seq, outcome.changes)
        self.events += events_of(self.seq, outcome.changes)
        return r.decode_reply(outcome.reply)

    def ask(self, question: q.Question) -> r.Reply:
        return r.decode_reply(self.machine.answer(self.map, q.encode_question(question)))

    def code(self, command: c.Command) -> str:
        """The code with which a command is denied."""
        reply = self.do(command)
        assert isinstance(reply, r.Denied), reply
        assert not self.changes, "what is denied changes nothing"
        return f"{reply.status} {reply.code}"

    def open(self, body: bytes, key: str = K, chunk: int = 4) -> int:
        """An open upload with a body in it."""
        upload = self.do(c.OpenPut(B, key, len(body), chunk, hexdigest(body)))
        assert isinstance(upload, r.UploadOpen), upload
        self.fill(upload.upload, body, chunk)
        return upload.upload

    def fill(self, upload: int, body: bytes, chunk: int = 4) -> None:
        for n, at in enumerate(range(0, len(body), chunk)):
            data = body[at : at + chunk]
            assert isinstance(self.do(c.WriteChunk(upload, n, crc32(data), data)), r.Written)

    def put(self, body: bytes, key: str = K) -> r.Committed:
        reply = self.do(c.CommitPut(self.open(body, key)))
        assert isinstance(reply, r.Committed), reply
        return reply

    def part(self, upload: int, part: int, body: bytes, chunk: int = 4) -> c.PartTag:
        """Upload a part."""
        opened = self.do(c.OpenPart(upload, part, len(body), chunk, hexdigest(body)))
        assert isinstance(opened, r.UploadOpen), opened
        self.fill(opened.upload, body, chunk)
        reply = self.do(c.CommitPart(opened.upload))
        assert isinstance(reply, r.PartCommitted), reply
        return c.PartTag(part, reply.etag)

    def create(self, key: str = K) -> int:
        reply = self.do(c.CreateMultipart(B, key))
        assert isinstance(reply, r.UploadOpen), reply
        return reply.upload

    def body(self, key: str = K) -> bytes | None:
        """What a reader reads, chunk by chunk."""
        found = self.ask(q.Head(B, key))
        return self.read(found) if isinstance(found, r.Found) else None

    def read(self, found: r.Found) -> bytes:
        pieces = []
        for segment in found.meta.segments:
            for n in range(segment.chunks):
                chunk = self.ask(q.ReadChunk(segment.upload, n))
                assert isinstance(chunk, r.Chunk), chunk
                pieces.append(chunk.data)
        return b"".join(pieces)

    def sweep(self) -> None:
        """Reap and collect everything that may go now."""
        for step in (c.Reap, c.Collect):
            start = 1
            while start:
                reply = self.do(step(start, 3))
                assert isinstance(reply, r.Swept), reply
                start = reply.next

    def keys(self, prefix: bytes) -> list[bytes]:
        return [key for key, _, _ in self.map.items() if key.startswith(prefix)]
