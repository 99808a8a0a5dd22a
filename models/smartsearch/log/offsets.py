"""What a group coordinator stores in the partition of offsets: generations, and the offsets that they committed.

The last record of a key counts. Whoever leads the partition folds what is below its high watermark, in order, so that
a coordinator that takes over knows all that the one before it had answered.
"""

import msgspec

from sim import Message


class StoredGeneration(Message):
    """Generation `n` of a group: member -> its partitions."""

    n: int
    assignment: tuple[tuple[str, tuple[int, ...]], ...]


class StoredOffset(Message):
    """The group has handled everything of `partition` below `offset`."""

    partition: int
    offset: int
    generation: int
    member: str


class StoredReset(Message):
    """An operator has put all offsets to `offset`."""

    partitions: tuple[int, ...]
    offset: int


Stored = StoredGeneration | StoredOffset | StoredReset

encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Stored).decode


class GroupOffsets:
    """Where groups stand: the fold of the records of the partition, each taken once."""

    def __init__(self) -> None:
        self.upto = 0
        self.generations: dict[str, int] = {}
        self._offsets: dict[str, dict[int, int]] = {}

    def take(self, offset: int, group: str, value: bytes) -> Stored:
        """Take the record at `offset`; returns what it says."""
        self.upto = offset + 1
        said: Stored = _decode(value)
        if isinstance(said, StoredGeneration):
            self.generations[group] = said.n
        elif isinstance(said, StoredOffset):
            self._of(group)[said.partition] = said.offset
        else:
            self._of(group).update(dict.fromkeys(said.partitions, said.offset))
        return said

    def positions(self, group: str) -> tuple[tuple[int, int], ...]:
        """(partition, offset), in order."""
        return tuple(sorted(self._of(group).items()))

    def _of(self, group: str) -> dict[int, int]:
        return self._offsets.setdefault(group, {})
