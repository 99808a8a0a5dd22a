"""What is said about the log, between brokers, controller and clients."""

from sim import Message, Request

NOT_LEADER = "NotLeader"
FENCED = "Fenced"
UNKNOWN_EPOCH = "UnknownEpoch"
NOT_ENOUGH_REPLICAS = "NotEnoughReplicas"
OUT_OF_ORDER = "OutOfOrderSequence"
PRODUCER_FENCED = "ProducerFenced"
OFFSET_NOT_AVAILABLE = "OffsetNotAvailable"
OFFSET_OUT_OF_RANGE = "OffsetOutOfRange"
NOT_COORDINATOR = "NotCoordinator"
REBALANCING = "RebalanceInProgress"
UNKNOWN_MEMBER = "UnknownMember"
STALE_GENERATION = "IllegalGeneration"
NOT_EMPTY = "GroupNotEmpty"
OLD_VERSION = "InvalidUpdateVersion"
OLD_BROKER_EPOCH = "StaleBrokerEpoch"

NOBODY = ""
"""The leader of a partition that is offline."""

NO_PRODUCER = 0
"""The id of a producer that does not ask for idempotence."""


class Record(Message):
    """One record of a partition. `time` is the leader's clock in ns when it was appended."""

    offset: int
    epoch: int
    producer: int
    producer_epoch: int
    sequence: int
    key: str
    value: bytes
    time: int


class PartitionState(Message):
    """What the controller decided of one partition. `version` rises with every change, `epoch` with every leader.

    `eligible`: replicas that left the in-sync set while it was too small to acknowledge anything.
    """

    partition: int
    replicas: tuple[str, ...]
    leader: str
    epoch: int
    isr: tuple[str, ...]
    eligible: tuple[str, ...]
    version: int
    last_leader: str


class Metadata(Message):
    """All partitions, for the broker of this epoch; `version` rises with every change of any of them."""

    broker_epoch: int
    version: int
    partitions: tuple[PartitionState, ...]


# To the controller


class Registered(Message):
    """The broker's epoch, and what it leads and follows."""

    broker_epoch: int
    metadata: Metadata


class Register(Request[Registered]):
    """A broker has started. `kept`: nothing that it ever acknowledged is missing from its disk."""

    broker: str
    kept: bool


class Beat(Message):
    """The broker is alive in the eyes of the controller; metadata if it has changed."""

    metadata: Metadata | None


class BrokerBeat(Request[Beat]):
    """A broker is alive and knows metadata of this version."""

    broker: str
    broker_epoch: int
    version: int


class Member(Message):
    """A replica as the leader knows it: its broker epoch is 0 if it has never fetched."""

    broker: str
    broker_epoch: int


class AlterIsr(Request[PartitionState]):
    """The leader of `epoch` wants this in-sync set, knowing the partition's state of `version`."""

    partition: int
    epoch: int
    version: int
    isr: tuple[Member, ...]


class ProducerId(Message):
    """Who a producer is: the same id for the same name for ever, and an epoch that fences all earlier ones."""

    id: int
    epoch: int


class InitProducer(Request[ProducerId]):
    """A producer of this name begins a session."""

    name: str


# To brokers


class Leader(Message):
    """Who leads a partition, as far as a broker knows."""

    partition: int
    leader: str
    epoch: int


class Leaders(Message):
    """Who leads what."""

    leaders: tuple[Leader, ...]


class WhoLeads(Request[Leaders]):
    """Asks any broker."""


class Appended(Message):
    """The record is at this offset."""

    offset: int


class Produce(Request[Appended]):
    """One record for the leader of `epoch`. `acks`: all, one or none; with none there is no reply."""

    partition: int
    epoch: int
    producer: int
    producer_epoch: int
    sequence: int
    key: str
    value: bytes
    acks: str


class Quiet(Message):
    """A produce request that wants no reply (acks none)."""

    produce: Produce


class FetchItem(Message):
    """Records of a partition from `offset` on, from the leader of `epoch`."""

    partition: int
    epoch: int
    offset: int


class FetchedItem(Message):
    """What was found: records, the high watermark, where the log begins; or an error."""

    partition: int
    epoch: int
    error: str
    high_watermark: int
    start: int
    records: tuple[Record, ...]


class Fetched(Message):
    """One item for each that was asked for."""

    items: tuple[FetchedItem, ...]


class Fetch(Request[Fetched]):
    """`replica` is the follower that asks, at this broker epoch; empty for a consumer. Waits at most `wait` ns."""

    replica: str
    broker_epoch: int
    items: tuple[FetchItem, ...]
    wait: int


class EpochEnd(Message):
    """The largest epoch not above the one asked for that the leader knows, and where it ends (exclusive)."""

    epoch: int
    end: int


class EndOfEpoch(Request[EpochEnd]):
    """Where does `epoch` end in the log of the leader of `leader_epoch`?"""

    partition: int
    leader_epoch: int
    epoch: int


class Bounds(Message):
    """Where consumers can read: from `start` to before `high_watermark`."""

    start: int
    high_watermark: int


class ListOffsets(Request[Bounds]):
    """Asks the leader of a partition."""

    partition: int


# To the coordinator of a group: the leader of the partition of offsets


class Joined(Message):
    """The new generation, and what its members have."""

    generation: int
    partitions: tuple[int, ...]


class JoinGroup(Request[Joined]):
    """A member wants to be in the next generation."""

    group: str
    member: str


class Alive(Message):
    """Go on."""


class GroupBeat(Request[Alive]):
    """A member of this generation is alive."""

    group: str
    member: str
    generation: int


class LeaveGroup(Request[Alive]):
    """A member goes."""

    group: str
    member: str


class Commit(Request[Alive]):
    """Everything of `partition` below `offset` is handled."""

    group: str
    member: str
    generation: int
    partition: int
    offset: int


class Positions(Message):
    """(partition, offset) for all that have one."""

    offsets: tuple[tuple[int, int], ...]


class FetchPositions(Request[Positions]):
    """Where a group stands, all generations before this one included."""

    group: str


class ResetPositions(Request[Alive]):
    """Put an empty group's offsets to `offset`, for a replay."""

    group: str
    offset: int
