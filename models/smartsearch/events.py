"""What brokers, controller and group coordinators tell the checks. Digests are 8 bytes; `digest` is that of a record.

What changes a log is told when it happens, whether or not the disk keeps it; everything else when it is durable.
"""

from sim import Event


class Recovered(Event):
    """A broker has read this partition back from its disk: offsets `start` to before `end`."""

    partition: int
    start: int
    end: int


class Produced(Event):
    """The leader of `epoch` has appended a record."""

    partition: int
    offset: int
    epoch: int
    producer: int
    producer_epoch: int
    sequence: int
    key: str
    digest: bytes


class Replicated(Event):
    """A follower has appended a record that came from its leader."""

    partition: int
    offset: int
    epoch: int
    producer: int
    producer_epoch: int
    sequence: int
    digest: bytes


class Truncated(Event):
    """A replica has dropped everything from offset `to` on."""

    partition: int
    broker: str
    to: int


class StartRose(Event):
    """A replica's log begins at `start` now: retention has cut what was before."""

    partition: int
    start: int


class Acked(Event):
    """A producer is told by the leader of `epoch` that its record is at this offset."""

    partition: int
    offset: int
    epoch: int
    digest: bytes


class DuplicateAnswered(Event):
    """A producer asked again and is given the offset that its record has."""

    partition: int
    offset: int
    producer: int
    producer_epoch: int
    sequence: int


class HighWatermark(Event):
    """A replica takes everything below `offset` for committed. `served`: it leads, and lets consumers read up to it."""

    partition: int
    broker: str
    epoch: int
    offset: int
    served: bool


class BecameLeader(Event):
    """A broker begins to lead a partition, with records from `start` to before `end`."""

    partition: int
    epoch: int
    start: int
    end: int


class IsrChanged(Event):
    """The controller has stored another in-sync set."""

    partition: int
    epoch: int
    version: int
    leader: str
    isr: tuple[str, ...]
    eligible: tuple[str, ...]


class UncleanElection(Event):
    """The controller made a replica leader that may lack what was acknowledged."""

    partition: int
    epoch: int
    leader: str


class Generation(Event):
    """A group's generation `n` is stored at offset `at` of the partition of offsets; member -> its partitions."""

    group: str
    n: int
    assignment: tuple[tuple[str, tuple[int, ...]], ...]
    at: int


class OffsetCommitted(Event):
    """The group has handled everything of `partition` below `offset`; stored at `at` of the partition of offsets.

    generation 0 is an operator's reset.
    """

    group: str
    partition: int
    offset: int
    generation: int
    member: str
    at: int


class Rebalancing(Event):
    """A group's members are asked to join the next generation."""

    group: str
    why: str


class Handled(Event):
    """A consumer has done what is to be done about a record."""

    partition: int
    offset: int
    digest: bytes
    outcome: str


class Stopped(Event):
    """A consumer whose offset is gone stops, as it was told to: it reads nothing of this partition any more."""

    partition: int
    offset: int


class Skipped(Event):
    """A consumer whose offset is gone goes on at another."""

    partition: int
    offset: int
    to: int
