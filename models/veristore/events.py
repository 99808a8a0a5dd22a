"""What a store tells the checks about its inside.

`chain` is the digest of (chain before, record): two logs with equal chains at a seq are equal up to there. `digest` is
the sum, modulo 2**64, of the marks of all entries of the map: equal maps have equal digests, wherever they lie.
"""

from sim import Event


class Appended(Event):
    """A batch was written behind the log; it is not durable yet.

    `effects` has 16 bytes for each change: 8 that stand for the key, 8 that the new entry adds to the digest (zeros: it
    was deleted).
    """

    seq: int
    epoch: int
    chain: bytes
    effects: bytes


class Durable(Event):
    """Every batch up to `seq` is on the platter; `group` of them became so together."""

    seq: int
    group: int


class Proposed(Event):
    """One command's changes were appended as the batches `first` to `last`: one batch, if it is atomic."""

    first: int
    last: int


class Acked(Event):
    """Client `client` is told that its call `call` was done, as batch `seq`."""

    seq: int
    client: str
    call: int


class ReadServed(Event):
    """A reader is shown the map as of `seq`. `shown` has 16 bytes a key: its mark, and the version shown or 0."""

    seq: int
    shown: bytes


class Flushed(Event):
    """A checkpoint is done: the run `run` (0: nothing had changed) and the floor are durable in the manifest."""

    run: int
    floor: int


class ManifestEdited(Event):
    """Edit number `edit` of the manifest is durable."""

    edit: int


class SegmentDropped(Event):
    """The segment of the log with the records `first` to `last` is removed; none if `last` is before `first`."""

    first: int
    last: int


class Compacted(Event):
    """The runs `inputs` became the run `output` (0: nothing was left), without `tombstones_dropped` tombstones."""

    inputs: tuple[int, ...]
    output: int
    tombstones_dropped: int


class RecoveryBegan(Event):
    """The process has started and reads its disk, on which the log has `log_bytes`."""

    log_bytes: int


class TornTail(Event):
    """The log was cut before record `seq`, by `bytes` bytes."""

    seq: int
    bytes: int


class GaveUp(Event):
    """A salvage gives up what is bad among the records `first` to `last`; without `some`, all of them."""

    first: int
    last: int
    some: bool


class CorruptionFound(Event):
    """`item` is damaged, `how` says what is wrong. The store is FAULTY from here on unless a Recovered follows."""

    item: str
    how: str


class Recovered(Event):
    """The store serves: the runs cover the log up to `floor`, its last record is `last`."""

    floor: int
    last: int
    chain: bytes
    digest: int


class Digest(Event):
    """The map as of `seq`, read as a whole, has this digest."""

    seq: int
    digest: int


class SnapshotRead(Event):
    """A snapshot that `source` took at `seq` has arrived, every chunk whole; its entries have this digest."""

    source: str
    seq: int
    digest: int


class Restored(Event):
    """An empty store became a copy of the snapshot that `source` took at `seq`."""

    source: str
    seq: int


class SpaceRanOut(Event):
    """The disk refuses changes: the store only deletes until there is room again."""


class SpaceReturned(Event):
    """There is room again."""
