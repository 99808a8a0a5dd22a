"""The bytes of uploads, chunk by chunk, each with its CRC."""

from hashlib import md5
from zlib import crc32

from models.veristore.machine import keys
from models.veristore.machine.limits import Limits
from models.veristore.machine.replies import Chunk, Deny
from models.veristore.machine.stored import Segment, StoredChunk, decode, encode
from models.veristore.machine.view import Draft, View


class Chunks:
    """Chunks lie under their upload's id, which is never used again: what one reader names nobody overwrites."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    def plan(self, upload: int, size: int, chunk_size: int) -> Segment:
        """Room for `size` bytes."""
        if not 1 <= chunk_size <= self._limits.chunk_max:
            raise Deny(400, "InvalidArgument", f"a chunk size of {chunk_size}, not 1 to {self._limits.chunk_max} bytes")
        if size < 0:
            raise Deny(400, "InvalidArgument", f"a size of {size} bytes")
        if size > self._limits.put_max:
            raise Deny(400, "EntityTooLarge", f"{size} bytes, more than {self._limits.put_max}")
        return Segment(upload, size, chunk_size)

    def write(self, draft: Draft, segment: Segment, n: int, crc: int, data: bytes) -> None:
        """Keep one chunk."""
        if not 0 <= n < segment.chunks:
            raise Deny(400, "InvalidArgument", f"chunk {n} of an upload of {segment.chunks}")
        if len(data) != segment.length(n):
            raise Deny(400, "IncompleteBody", f"chunk {n} has {len(data)} bytes, not {segment.length(n)}")
        if crc32(data) != crc:
            raise Deny(400, "BadDigest", f"chunk {n} does not have the CRC {crc:08x}")
        draft.put(keys.chunk_key(segment.upload, n), encode(StoredChunk(crc, data)))

    def find(self, view: View | Draft, upload: int, n: int) -> Chunk | None:
        """One chunk, None if it is not there; an error, never other bytes, if it is damaged."""
        found = view.get(keys.chunk_key(upload, n))
        if found is None:
            return None
        stored = decode(StoredChunk, found[0])
        if crc32(stored.data) != stored.crc:
            raise Deny(500, "InternalError", f"chunk {n} of upload {upload} is damaged")
        return Chunk(stored.crc, stored.data)

    def read(self, view: View | Draft, upload: int, n: int) -> Chunk:
        """One chunk, that should be there."""
        chunk = self.find(view, upload, n)
        if chunk is None:
            raise Deny(404, "NoSuchChunk", f"there is no chunk {n} of upload {upload}")
        return chunk

    def digest(self, draft: Draft, segment: Segment) -> bytes:
        """The MD5 sum of a segment's bytes; `ChunksMissing` unless all of them are in the state."""
        body = md5(usedforsecurity=False)
        for n in range(segment.chunks):
            chunk = self.find(draft, segment.upload, n)
            if chunk is None:
                raise Deny(400, "ChunksMissing", f"chunk {n} of {segment.chunks} of upload {segment.upload} is missing")
            body.update(chunk.data)
        return body.digest()
