"""What a client and a store say to each other: a command that may change the map, or a question that does not.

The bodies are the machine's own language; the store neither reads nor writes them.
"""

from sim import Message, Request

TOO_LARGE = "TooLarge"
"""The command, or what it would write, is larger than a record may be."""

FAULTY = "Faulty"
"""The store found damage that it may not repair by itself, and serves nobody."""

NO_SPACE = "NoSpace"
"""The disk is full: only deletes are taken until there is room again."""

STARTING = "Starting"
"""Recovery is not over yet."""


class Answered(Message):
    """The reply, and the sequence number of the newest change that it saw or made."""

    body: bytes
    seq: int


class Command(Request[Answered]):
    """Do this, once: session and serial are inside. Refused with one of the reasons above: it did not happen."""

    body: bytes


class Question(Request[Answered]):
    """Answer this from what is durable."""

    body: bytes


class Installed(Message):
    """The standby holds the map up to `seq`."""

    seq: int


class Install(Request[Installed]):
    """Chunk `number` of the `chunks` chunks of the snapshot at `seq`. Refused by a store that is not empty."""

    seq: int
    number: int
    chunks: int
    chunk: bytes


class Suffix(Request[Installed]):
    """The batches from `first` on, as they stand in the log."""

    first: int
    batches: tuple[bytes, ...]
