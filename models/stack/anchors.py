"""What organisations say to each other about what they kept: roots of batches, with signatures of a quorum of a group.

A root is worth what its certificate says: that so many servers of the group of the organisation that is *named* have
applied a batch of this number with this digest. Who proposes it does not matter.
"""

from dataclasses import dataclass

import msgspec

from sim import Message, Request
from sim.agreement import Share, Tag


class Endorsed(Message):
    """The root of the batch, and the signature of one server that has applied it."""

    root: str
    share: Share


class Endorse(Request[Endorsed]):
    """Anchor to the servers of its group: sign batch `n`, if it is there."""

    n: int


class Anchored(Message):
    """The document is in a batch of the organisation."""

    batch: int


class Hand(Request[Anchored]):
    """A run to an anchor: let this document be in one of the next batches, once."""

    doc: int


class Offer(Message):
    """Batch `n` of an organisation has this root, say these servers of its group."""

    organisation: str
    n: int
    root: str
    shares: tuple[Share, ...]


class Entry(Message):
    """What one instance of agreement is about; of nobody (empty) if the proposer had nothing to offer."""

    epoch: int
    offer: Offer | None


class Documents(Message):
    """A batch as it is kept."""

    documents: tuple[int, ...]


encode = msgspec.msgpack.Encoder().encode
decode_documents = msgspec.msgpack.Decoder(Documents).decode
_decode = msgspec.msgpack.Decoder(Entry).decode


def decode_entry(value: bytes) -> Entry | None:
    """The entry that these bytes are; None if they are none."""
    try:
        return _decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def batch_key(n: int) -> str:
    """Where a batch is kept, in its organisation's bucket."""
    return f"batches/{n}"


def root_tag(organisation: str, n: int) -> Tag:
    """What a server signs."""
    return Tag("anchor", organisation, "root", n, organisation)


@dataclass(frozen=True)
class Organisation:
    """Its name, which is that of its bucket, the servers of its group, and its anchor."""

    name: str
    servers: tuple[str, ...]
    anchor: str

    @property
    def quorum(self) -> int:
        """How many servers vouch for what the group has committed."""
        return len(self.servers) // 2 + 1


class Organisations:
    """Those of one run, for checks."""

    def __init__(self) -> None:
        self.all: tuple[Organisation, ...] = ()
