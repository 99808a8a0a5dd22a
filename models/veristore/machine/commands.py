"""What can be asked to be done. Every command is done once, at its sequence number, and gives one reply.

The words for objects are those of Amazon S3. Versioning, access lists, copies and the making of buckets are not there:
a bucket is there as soon as an object is put into it.
"""

import msgspec

from sim import Message


class OpenSession(Message):
    """Opens a session: the reply names it. Within a session a repeated serial answers and does not act."""


# Keys and values


class Put(Message):
    """Sets `key` to `value`."""

    key: bytes
    value: bytes


class Delete(Message):
    """Takes the value of `key` away, if it has one."""

    key: bytes


class Cas(Message):
    """Sets `key` to `value` if its version is `version` (None: if it has no value)."""

    key: bytes
    version: int | None
    value: bytes


class Expectation(Message):
    """That the version of `key` is `version`; None: that it has no value."""

    key: bytes
    version: int | None


class Batch(Message):
    """Does all of `ops`, in order, if all of `conditions` hold; else nothing."""

    ops: tuple[Put | Delete, ...]
    conditions: tuple[Expectation, ...] = ()


# Objects


class IfAbsent(Message):
    """``If-None-Match: *``: there is no object of this key."""


class IfMatch(Message):
    """``If-Match``: the object of this key has this ETag."""

    etag: str


Condition = IfAbsent | IfMatch


class OpenPut(Message):
    """Opens an upload of `size` bytes, in chunks of `chunk_size` (the last one may be smaller). Nobody sees it yet."""

    bucket: str
    key: str
    size: int
    chunk_size: int
    md5: str
    """Of the whole body, in hex: what arrives is compared with it."""


class WriteChunk(Message):
    """Chunk `n` (from 0) of an open upload. Writing it again replaces it."""

    upload: int
    n: int
    crc: int
    data: bytes


class CommitPut(Message):
    """Makes the upload the object, if all its chunks are there and `condition` holds: the commit point of a put.

    `judged`: the condition was judged before, and held. Then it has failed because of a conflict (409, not 412).
    """

    upload: int
    condition: Condition | None = None
    judged: bool = False


class DeleteObject(Message):
    """Takes the object away; success whether or not there was one."""

    bucket: str
    key: str


class CreateMultipart(Message):
    """Begins a multipart upload."""

    bucket: str
    key: str


class OpenPart(Message):
    """Opens an upload of part `part` (1 to 10,000) of a multipart upload, as `OpenPut` does for an object."""

    upload: int
    part: int
    size: int
    chunk_size: int
    md5: str


class CommitPart(Message):
    """Makes what was uploaded the part, in the place of an earlier one of the same number."""

    upload: int


class PartTag(Message):
    """A part as the client knows it."""

    part: int
    etag: str


class CompleteMultipart(Message):
    """Makes the parts, in this order, the object. What is not named is dropped. See `CommitPut` for the condition."""

    upload: int
    parts: tuple[PartTag, ...]
    condition: Condition | None = None
    judged: bool = False


class AbortUpload(Message):
    """Ends an open upload of any kind without a trace."""

    upload: int


# Time and what it brings


class Tick(Message):
    """It is `now`, in ns of whoever keeps the time. Logical time never goes back: an earlier `now` changes nothing."""

    now: int


class Reap(Message):
    """Closes open uploads that are too old, and forgets closed ones, among `limit` from id `start` on."""

    start: int
    limit: int


class Collect(Message):
    """Deletes at most `limit` chunks that no object has named for the time of grace, of uploads from id `start` on."""

    start: int
    limit: int


Command = (
    OpenSession
    | Put
    | Delete
    | Cas
    | Batch
    | OpenPut
    | WriteChunk
    | CommitPut
    | DeleteObject
    | CreateMultipart
    | OpenPart
    | CommitPart
    | CompleteMultipart
    | AbortUpload
    | Tick
    | Reap
    | Collect
)


class Envelope(Message):
    """A command with who sent it: `serial` of `session`, the same at every attempt; session 0 is none."""

    session: int
    serial: int
    command: Command


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Envelope).decode


def encode_command(command: Command, session: int = 0, serial: int = 0) -> bytes:
    """The bytes of a command."""
    return _encode(Envelope(session, serial, command))


def decode_command(body: bytes) -> Envelope:
    """The command of these bytes; raises msgspec.MsgspecError if they are none."""
    return _decode(body)
