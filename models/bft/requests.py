"""What clients of a replicated log say: signed commands, and the answers that f + 1 parties agree on."""

import msgspec

from sim import Message
from sim.agreement import Share, Tag


class Command(Message):
    """Command `serial` of `client`: get, put or cas of `key`; `old` is what a cas expects, `new` what is written."""

    client: str
    serial: int
    verb: str
    key: str
    old: str | None = None
    new: str | None = None


class Submit(Message):
    """A command with its client's signature: nobody else can put words into its mouth."""

    command: Command
    share: Share


class Reply(Message):
    """One party's answer to command `serial`: the value that the key held."""

    serial: int
    value: str | None


class Batch(Message):
    """What is agreed on in one epoch."""

    submits: tuple[Submit, ...]


encode_batch = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Batch).decode


def decode_batch(value: bytes) -> Batch | None:
    """The batch that these bytes are; None if they are none."""
    try:
        return _decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def submit_tag(command: Command) -> Tag:
    """What a client's signature is about."""
    return Tag("client", "", "submit", command.serial, command.client)
