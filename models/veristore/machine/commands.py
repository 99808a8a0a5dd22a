"""What can be asked to be done. Every command is done once, at its sequence number, and gives one reply."""

import msgspec

from sim import Message


class OpenSession(Message):
    """Opens a session: the reply names it. Within a session a repeated serial answers and does not act."""


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


class Tick(Message):
    """It is `now`, in ns of whoever keeps the time. Logical time never goes back: an earlier `now` changes nothing."""

    now: int


Command = OpenSession | Put | Delete | Cas | Batch | Tick


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
