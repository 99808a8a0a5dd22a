"""What can be asked without changing anything."""

import msgspec

from models.veristore.machine.commands import Condition
from sim import Message


class Get(Message):
    """The value of `key` and its version."""

    key: bytes


class Scan(Message):
    """Keys that begin with `prefix` and are greater than `after`, with their values, at most `limit`."""

    prefix: bytes
    after: bytes
    limit: int


class Judge(Message):
    """Whether a conditional write would be let in now: the answer at its start, before anything is uploaded."""

    bucket: str
    key: str
    condition: Condition


class Head(Message):
    """What the object is, and where its bytes are."""

    bucket: str
    key: str


class ReadChunk(Message):
    """Chunk `n` of an upload that a `Head` named. It stays for the time of grace after its object was replaced."""

    upload: int
    n: int


class GetRange(Message):
    """Bytes `first` to `last` (both included) of the object, of one version, at most one chunk's worth."""

    bucket: str
    key: str
    first: int
    last: int


class ListObjects(Message):
    """A page of a bucket: its keys that begin with `prefix`, and in the place of all that share a text up to
    `delimiter` behind the prefix, that text (a common prefix). Elements greater than `after`, at most `max_keys`.
    """

    bucket: str
    prefix: str = ""
    delimiter: str = ""
    after: str = ""
    max_keys: int = 1000


class ListParts(Message):
    """Parts of an open multipart upload with numbers above `after`, at most `max_parts`."""

    upload: int
    after: int = 0
    max_parts: int = 1000


Question = Get | Scan | Judge | Head | ReadChunk | GetRange | ListObjects | ListParts

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Question).decode


def encode_question(question: Question) -> bytes:
    """The bytes of a question."""
    return _encode(question)


def decode_question(body: bytes) -> Question:
    """The question of these bytes; raises msgspec.MsgspecError if they are none."""
    found: Question = _decode(body)
    return found
