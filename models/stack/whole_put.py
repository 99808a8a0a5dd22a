"""A small object in one entry of the log: what opens its upload, fills it and commits it, one after the other.

To the store they are the commands that they always are; to the log, and to whoever waits for it, they are one. Nobody
can come between them, and no crash leaves an upload open.
"""

from collections.abc import Callable
from zlib import crc32

import msgspec

from models import veristore
from models.stack.replicated_files import MARK
from sim import Message

WHOLE = MARK + MARK
"""How such an entry begins: nothing that the files are told does, for behind their mark comes a value of msgpack."""
SPREAD = 4
"""How many places in the store's own order an entry of the log has."""

Apply = Callable[[int, bytes], bytes]


class WholePut(Message):
    """The body of an object, for a name that is free."""

    bucket: str
    key: str
    body: bytes
    md5: str


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(WholePut).decode


def encode(put: WholePut) -> bytes:
    """The bytes of the entry."""
    return WHOLE + _encode(put)


def apply(store: Apply, index: int, command: bytes) -> bytes:
    """Have a store do an entry, at `index` of the log and at `SPREAD` places of its own; what came of it, encoded."""
    first = index * SPREAD
    if command[:2] != WHOLE:
        return store(first, command)
    put = _decode(command[2:])
    size = len(put.body)
    opened = store(first, veristore.encode_command(veristore.OpenPut(put.bucket, put.key, size, size, put.md5)))
    upload = veristore.decode_reply(opened)
    if not isinstance(upload, veristore.UploadOpen):
        return opened
    chunk = veristore.WriteChunk(upload.upload, 0, crc32(put.body), put.body)
    store(first + 1, veristore.encode_command(chunk))
    return store(first + 2, veristore.encode_command(veristore.CommitPut(upload.upload, veristore.IfAbsent())))
