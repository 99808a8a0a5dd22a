"""What can be asked without changing anything."""

import msgspec

from sim import Message


class Get(Message):
    """The value of `key` and its version."""

    key: bytes


class Scan(Message):
    """Keys that begin with `prefix` and are greater than `after`, with their values, at most `limit`."""

    prefix: bytes
    after: bytes
    limit: int


Question = Get | Scan

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Question).decode


def encode_question(question: Question) -> bytes:
    """The bytes of a question."""
    return _encode(question)


def decode_question(body: bytes) -> Question:
    """The question of these bytes; raises msgspec.MsgspecError if they are none."""
    found: Question = _decode(body)
    return found
