"""What the machine answers. A `Denied` says why nothing was done; everything else is a fact about the state."""

import msgspec

from models.veristore.machine.stored import Meta
from sim import Message


class SessionOpened(Message):
    """The session's id, the sequence number of the command that opened it."""

    session: int


class SessionExpired(Message):
    """The machine knows no such session: this attempt did nothing, an earlier one may have."""


class Superseded(Message):
    """A later serial of the session is done: this attempt did nothing, an earlier one may have."""


class Written(Message):
    """It is done; `version` is its sequence number."""

    version: int


class Mismatch(Message):
    """Nothing was done: `key` has version `seen` (None: no value)."""

    key: bytes
    seen: int | None


class Value(Message):
    """What a key holds."""

    value: bytes
    version: int


class Absent(Message):
    """There is nothing of this name."""


class Item(Message):
    """One key of a scan."""

    key: bytes
    value: bytes
    version: int


class Items(Message):
    """The keys of a scan as of one sequence number; `more`: there are keys behind the last."""

    items: tuple[Item, ...]
    more: bool


class UploadOpen(Message):
    """An upload is open; its id is the sequence number of the command that opened it."""

    upload: int


class Committed(Message):
    """The object is there, in this version."""

    version: int
    etag: str


class PartCommitted(Message):
    """The part is there."""

    etag: str


class Holds(Message):
    """The condition holds now."""


class Found(Message):
    """What the object is. Its chunks can be read until logical time `until`, whatever happens to the object."""

    meta: Meta
    until: int


class Chunk(Message):
    """The bytes of a chunk, with the CRC-32 that they were stored with."""

    crc: int
    data: bytes


class Range(Message):
    """Bytes `first` to `last` of an object of `size` bytes."""

    version: int
    etag: str
    size: int
    first: int
    data: bytes


class Entry(Message):
    """An object in a list."""

    key: str
    version: int
    etag: str
    size: int


class Listed(Message):
    """A page of a list. `truncated`: there is more, behind `last`."""

    entries: tuple[Entry, ...]
    prefixes: tuple[str, ...]
    truncated: bool
    last: str


class PartEntry(Message):
    """A part in a list."""

    part: int
    etag: str
    size: int


class PartsListed(Message):
    """A page of the parts of an upload."""

    parts: tuple[PartEntry, ...]
    truncated: bool


class Swept(Message):
    """A step of reaping or collecting is done: `gone` things are gone; go on from upload `next`, 0 at the end."""

    gone: int
    next: int


class Denied(Message):
    """Nothing was done. `status` and `code` are those of S3 where it has one, `detail` is for people."""

    status: int
    code: str
    detail: str


Reply = (
    SessionOpened
    | SessionExpired
    | Superseded
    | Written
    | Mismatch
    | Value
    | Absent
    | Items
    | UploadOpen
    | Committed
    | PartCommitted
    | Holds
    | Found
    | Chunk
    | Range
    | Listed
    | PartsListed
    | Swept
    | Denied
)

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Reply).decode


def encode_reply(reply: Reply) -> bytes:
    """The bytes of a reply."""
    return _encode(reply)


def decode_reply(body: bytes) -> Reply:
    """The reply of these bytes; raises msgspec.MsgspecError if they are none."""
    found: Reply = _decode(body)
    return found


class Deny(Exception):
    """A part of the machine refuses the command: it becomes a `Denied`, and all its changes are dropped."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.reply = Denied(status, code, detail)
