"""What anchors tell the checks."""

from sim import Event


class LedgerEntry(Event):
    """The agreement of `epoch` is decided: batch `n` of an organisation, with this root."""

    epoch: int
    organisation: str
    n: int
    root: str


class Batched(Event):
    """These documents are batch `n` of the organisation, whose root is signed by a quorum of its group."""

    organisation: str
    n: int
    root: str
    documents: tuple[int, ...]
