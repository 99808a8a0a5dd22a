"""Writing objects: open an upload, send its chunks, commit. Until the commit is sent, nothing can have happened."""

from zlib import crc32

from models.veristore.clients.bodies import md5_of
from models.veristore.clients.port import Port
from models.veristore.clients.ports import done
from models.veristore.machine import commands as c
from models.veristore.machine.replies import PartCommitted, Reply, UploadOpen, Written
from sim import Refused, Timeout


class Writer:
    """Uploads in chunks of `chunk_size` bytes."""

    def __init__(self, chunk_size: int) -> None:
        self._chunk_size = chunk_size

    async def prepare(self, port: Port, bucket: str, key: str, body: bytes, deadline: int) -> int:
        """An open upload with the whole body in it. Whatever goes wrong, no object has changed: Refused."""
        command = c.OpenPut(bucket, key, len(body), self._chunk_size, md5_of(body))
        upload = await self.open(port, command, deadline)
        await self.fill(port, upload, body, deadline)
        return upload

    async def put_part(self, port: Port, multipart: int, part: int, body: bytes, deadline: int) -> str:
        """Upload a part; its ETag."""
        upload = await self.open_part(port, multipart, part, body, deadline)
        await self.fill(port, upload, body, deadline)
        return done(await self.harmless(port, c.CommitPart(upload), deadline), PartCommitted).etag

    async def open_part(self, port: Port, multipart: int, part: int, body: bytes, deadline: int) -> int:
        """An open upload for a part, still empty."""
        command = c.OpenPart(multipart, part, len(body), self._chunk_size, md5_of(body))
        return await self.open(port, command, deadline)

    async def open(self, port: Port, command: c.OpenPut | c.OpenPart | c.CreateMultipart, deadline: int) -> int:
        """An open upload."""
        return done(await self.harmless(port, command, deadline), UploadOpen).upload

    async def fill(self, port: Port, upload: int, body: bytes, deadline: int) -> None:
        """Send all chunks of a body."""
        for n, at in enumerate(range(0, len(body), self._chunk_size)):
            data = body[at : at + self._chunk_size]
            done(await self.harmless(port, c.WriteChunk(upload, n, crc32(data), data), deadline), Written)

    async def harmless(self, port: Port, command: c.Command, deadline: int) -> Reply:
        """Ask for what no reader of objects can see: if it may have been done, still no object has changed: Refused."""
        try:
            return await port.ask(command, deadline)
        except Timeout:
            raise Refused("the upload was not finished in time") from None
