"""Files on a replicated log: what a service that lives wherever the group's leader is keeps instead of a disk.

Whoever leads takes the files over under its term, and from then on nobody of an earlier term appends: a leader that
does not know of its end is fenced by the machine, not by a clock. An append says where it goes, so that one which is
sent again, because its answer was lost, is found done.
"""

from collections.abc import Mapping
from hashlib import blake2b

import msgspec

from sim import Message

MARK = b"\xc1"
"""The first byte of all that is said here: the one byte that begins nothing in msgpack, so nobody else's commands."""


class TakeOver(Message):
    """From now on only the leader of `term` appends."""

    term: int


class Append(Message):
    """Write `data` at `offset`, the end, of a file."""

    term: int
    name: str
    offset: int
    data: bytes


class WhoHolds(Message):
    """Asks for the term under which the files were taken over last."""


class Held(Message):
    """The files are of this term: nobody of another one has appended since it took them over."""

    term: int


FileCommand = TakeOver | Append
_encode = msgspec.msgpack.Encoder().encode
_decode_command = msgspec.msgpack.Decoder(FileCommand | WhoHolds).decode
_decode_held = msgspec.msgpack.Decoder(Held).decode
_State = tuple[int, list[tuple[str, bytes]]]
_decode_state = msgspec.msgpack.Decoder(_State).decode


def encode(said: FileCommand | WhoHolds) -> bytes:
    """The bytes of a command or of the question."""
    return MARK + _encode(said)


def decode_held(body: bytes) -> Held:
    """What every command and the question are answered."""
    return _decode_held(body)


class ReplicatedFiles:
    """A machine in the shape that a replicated log drives. Files only grow."""

    def __init__(self) -> None:
        self._term = 0
        self._files: dict[str, bytearray] = {}

    def apply(self, index: int, command: bytes) -> bytes:  # noqa: ARG002 - files do not know where they stand in the log
        """Do one command; returns who holds the files, encoded. An append of another term is not done."""
        said = _decode_command(command[1:])
        if isinstance(said, TakeOver) and said.term > self._term:
            self._term = said.term
        elif isinstance(said, Append) and self.is_next(said):
            self._files.setdefault(said.name, bytearray()).extend(said.data)
        return _encode(Held(self._term))

    def is_next(self, append: Append) -> bool:
        """Whether an append is the holder's, and goes behind everything that is there."""
        return append.term == self._term and append.offset == len(self._files.get(append.name, b""))

    def query(self, question: bytes) -> bytes:  # noqa: ARG002 - there is one question
        """Who holds the files, encoded."""
        return _encode(Held(self._term))

    def files(self) -> Mapping[str, bytes]:
        """All of them, for whoever has just taken them over on this very server."""
        return {name: bytes(data) for name, data in self._files.items()}

    def snapshot(self) -> bytes:
        """Everything; equal states give equal bytes."""
        return _encode((self._term, [(name, bytes(self._files[name])) for name in sorted(self._files)]))

    def restore(self, data: bytes) -> None:
        """Hold what a snapshot held."""
        self._term, files = _decode_state(data)
        self._files = {name: bytearray(body) for name, body in files}

    def digest(self) -> bytes:
        """Equal on all servers that applied the same commands."""
        return blake2b(self.snapshot(), digest_size=16).digest()
