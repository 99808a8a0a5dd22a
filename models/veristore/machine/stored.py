"""What the map holds about objects: metadata, uploads, parts, chunks, and what waits to be collected."""

from typing import Final, Literal, TypeVar

import msgspec

from models.veristore.machine.commands import Condition
from sim import Message

S = TypeVar("S", bound=Message)

PUT: Final = "put"
MULTIPART: Final = "multipart"
PART: Final = "part"
OPEN: Final = "open"
COMPLETED: Final = "completed"
ABORTED: Final = "aborted"


class Segment(Message):
    """Bytes of an object that were uploaded together: `size` of them, as chunks 0, 1, ... of upload `upload`."""

    upload: int
    size: int
    chunk_size: int

    @property
    def chunks(self) -> int:
        """How many chunks; all but the last are of `chunk_size` bytes."""
        return -(-self.size // self.chunk_size)

    def length(self, n: int) -> int:
        """The size of chunk `n`."""
        return min(self.chunk_size, self.size - n * self.chunk_size)


class Meta(Message):
    """An object: one version of it. Its bytes are those of `segments`, in order."""

    version: int
    etag: str
    size: int
    segments: tuple[Segment, ...]


class Upload(Message):
    """An upload: open, then completed or aborted, once. `begun` and `ended` are logical times in ns.

    A `put` or `part` has a segment, into which chunks are written; a `part` names its multipart upload and its number.
    `result` is what completing it was answered, `condition` that which held then.
    """

    kind: Literal["put", "multipart", "part"]
    bucket: str
    key: str
    begun: int
    segment: Segment | None = None
    md5: str = ""
    parent: int = 0
    part: int = 0
    state: Literal["open", "completed", "aborted"] = "open"
    ended: int = 0
    result: bytes = b""
    condition: Condition | None = None


class Part(Message):
    """A part of a multipart upload."""

    etag: str
    segment: Segment


class StoredChunk(Message):
    """Bytes with their CRC-32."""

    crc: int
    data: bytes


class Garbage(Message):
    """Chunks of an upload that nothing names since logical time `handed`."""

    handed: int


encode = msgspec.msgpack.Encoder().encode
_KINDS: tuple[type[Message], ...] = (Meta, Upload, Part, StoredChunk, Garbage)
_decoders = {kind: msgspec.msgpack.Decoder(kind) for kind in _KINDS}


def decode(kind: type[S], value: bytes) -> S:
    """The stored thing of these bytes."""
    found = _decoders[kind].decode(value)
    assert isinstance(found, kind), "a decoder gives what it was made for"
    return found
