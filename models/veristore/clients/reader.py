"""Reading objects: first what it is, then its chunks, each checked, and the whole against its ETag."""

from hashlib import md5
from zlib import crc32

from models.veristore.client_events import ReadBegan, ReadEnded, ReadFailed
from models.veristore.clients.bodies import md5_of
from models.veristore.clients.port import Port
from models.veristore.clients.ports import accepted
from models.veristore.machine import questions as q
from models.veristore.machine.replies import Absent, Chunk, Denied, Found
from models.veristore.machine.stored import Meta
from models.veristore.object_events import Extent
from sim import MS, Actor, Refused


class Reader:
    """The reads of one client; several may be under way at once."""

    def __init__(self, actor: Actor) -> None:
        self._actor = actor
        self._reads = 0

    async def head(self, port: Port, bucket: str, key: str, deadline: int) -> Found | None:
        """What the object is; None if there is none."""
        reply = accepted(await port.query(q.Head(bucket, key), deadline))
        assert isinstance(reply, Found | Absent), f"{reply} is no answer to a head"
        return reply if isinstance(reply, Found) else None

    async def read(self, port: Port, bucket: str, key: str, deadline: int) -> tuple[Meta, bytes] | None:
        """The whole object, of one version; None if there is none. Never bytes that do not fit their ETag: Refused.

        A version whose chunks are gone, because reading took longer than the time of grace, is given up for the next.
        """
        while True:
            found = await self.head(port, bucket, key, deadline)
            if found is None:
                return None
            self._reads += 1
            number, meta = self._reads, found.meta
            extents = tuple(Extent(one.upload, one.chunks) for one in meta.segments)
            self._actor.emit(ReadBegan(number, bucket, key, meta.version, meta.etag, meta.size, extents, found.until))
            pieces = await self._pieces(port, number, found, (bucket, key), deadline)
            if pieces is not None:
                return meta, self._checked(number, meta, pieces, (bucket, key))
            await self._actor.sleep(1 * MS)

    async def _pieces(
        self, port: Port, number: int, found: Found, name: tuple[str, str], deadline: int
    ) -> list[bytes] | None:
        """The bytes of each segment; None if a chunk is not there."""
        pieces = []
        for segment in found.meta.segments:
            piece = b""
            for n in range(segment.chunks):
                reply = await port.query(q.ReadChunk(segment.upload, n), deadline)
                if isinstance(reply, Denied):
                    self._actor.emit(ReadFailed(number, *name, found.meta.version, reply.code, found.until))
                    return None
                assert isinstance(reply, Chunk), f"{reply} is no chunk"
                if crc32(reply.data) != reply.crc:
                    raise Refused("a chunk was damaged on its way")
                piece += reply.data
            pieces.append(piece)
        return pieces

    def _checked(self, number: int, meta: Meta, pieces: list[bytes], name: tuple[str, str]) -> bytes:
        body, etag = b"".join(pieces), etag_of(meta, pieces)
        self._actor.emit(ReadEnded(number, *name, meta.version, etag, len(body)))
        if etag != meta.etag or len(body) != meta.size:
            raise Refused(f"the bytes have the ETag {etag}, the object {meta.etag}")
        return body


def etag_of(meta: Meta, pieces: list[bytes]) -> str:
    """The ETag that these bytes have, put or uploaded in parts as `meta` says."""
    if "-" not in meta.etag:
        return md5_of(b"".join(pieces))
    joined = b"".join(md5(piece, usedforsecurity=False).digest() for piece in pieces)
    return f"{md5_of(joined)}-{len(pieces)}"
