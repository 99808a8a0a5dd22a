"""The key-value machine: get, put and compare-and-swap over text keys and values."""

from hashlib import blake2b

import msgspec

from sim import Message


class Get(Message):
    """Answers the value of `key`."""

    key: str


class Put(Message):
    """Sets `key` to `value`; answers nothing."""

    key: str
    value: str


class Cas(Message):
    """Sets `key` to `new` if it holds `old`; answers the value it held: the swap was done if that is `old`."""

    key: str
    old: str | None
    new: str


Command = Get | Put | Cas

encode_command = msgspec.msgpack.Encoder().encode
decode_reply = msgspec.msgpack.Decoder(str | None).decode
decode_command = msgspec.msgpack.Decoder(Command).decode
_decode_pairs = msgspec.msgpack.Decoder(list[tuple[str, str]]).decode
encode_reply = encode_command


def is_put(command: bytes) -> bool:
    """Whether an encoded command answers nothing."""
    return bool(command) and isinstance(decode_command(command), Put)


class KeyValueMachine:
    """A map of text to text. A key that was never put holds None."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}

    def apply(self, index: int, command: bytes) -> bytes:  # noqa: ARG002 - machines may use the index as a version
        """Do one command; returns the value seen, encoded (None for a put)."""
        request: Command = decode_command(command)
        if isinstance(request, Put):
            self._values[request.key] = request.value
            return encode_reply(None)
        seen = self._values.get(request.key)
        if isinstance(request, Cas) and seen == request.old:
            self._values[request.key] = request.new
        return encode_reply(seen)

    def query(self, question: bytes) -> bytes:
        """The value of the key that a Get names, encoded."""
        request: Command = decode_command(question)
        return encode_reply(self._values.get(request.key))

    def snapshot(self) -> bytes:
        """All pairs, in order of their keys."""
        return encode_command(sorted(self._values.items()))

    def restore(self, data: bytes) -> None:
        """Hold the pairs of a snapshot and no others."""
        self._values = dict(_decode_pairs(data))

    def digest(self) -> bytes:
        """Digest of all pairs, in order of their keys."""
        return blake2b(self.snapshot(), digest_size=8).digest()
