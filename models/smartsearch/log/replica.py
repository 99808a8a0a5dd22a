"""A replica of one partition: leader or follower of the epoch that the controller said, or neither."""

from typing import TYPE_CHECKING

from models.smartsearch.events import Acked, BecameLeader, HighWatermark, Produced, Replicated, Truncated
from models.smartsearch.log.insync import InSync
from models.smartsearch.log.messages import (
    NOT_ENOUGH_REPLICAS,
    OFFSET_NOT_AVAILABLE,
    OFFSET_OUT_OF_RANGE,
    Appended,
    FetchedItem,
    FetchItem,
    PartitionState,
    Produce,
    Record,
)
from models.smartsearch.log.partition_log import digest_of
from sim import Caller

if TYPE_CHECKING:
    from models.smartsearch.log.broker import Broker

ACKS_ALL = "all"


class Replica:
    """One incarnation's view of one partition. `state` is what the controller said last; None before."""

    def __init__(self, broker: "Broker", partition: int) -> None:
        settings = broker.settings
        self._broker = broker
        self._settings = settings
        self.partition = partition
        self.log = broker.parts.log(broker.disk, partition, settings.segment_records, flush=settings.flush == "each")
        self.sequences = broker.parts.sequences(settings.producer_expiry)
        self.high_watermark = min(broker.checkpoints.get(partition, 0), self.log.end)
        self.high_watermark = max(self.high_watermark, self.log.start)
        self.state: PartitionState | None = None
        self.in_sync: InSync | None = None
        self.epoch_start = 0
        self.agreed = False
        """As follower: the log has no record that contradicts the leader's, so it can fetch."""
        self._waiting: list[tuple[int, Caller]] = []

    @property
    def leads(self) -> bool:
        """Whether this replica leads, as far as it knows."""
        return self.in_sync is not None

    @property
    def epoch(self) -> int:
        """The leader epoch that it knows."""
        return -1 if self.state is None else self.state.epoch

    def follows(self, leader: str, epoch: int) -> bool:
        """Whether it follows this leader in this epoch."""
        state = self.state
        return state is not None and not self.leads and state.leader == leader and state.epoch == epoch

    # What the controller says

    def become(self, state: PartitionState) -> None:
        """Take the newer state of the partition: another leader, or another in-sync set."""
        known = self.state
        if known is not None and state.version <= known.version:
            return
        self.state = state
        if known is None or state.epoch != known.epoch:
            self._change_leader(state)
        elif self.in_sync is not None:
            self.stored(state)

    def _change_leader(self, state: PartitionState) -> None:
        self._waiting.clear()
        self.in_sync, self.agreed = None, False
        broker = self._broker
        if state.leader != broker.name:
            return
        now = broker.elapsed()
        self.in_sync = broker.parts.in_sync(broker.name, state.replicas, state.isr, self._settings.min_isr, now)
        self.epoch_start = self.log.end
        self.sequences.rebuild(self.log.all())
        broker.emit(BecameLeader(self.partition, state.epoch, self.log.start, self.log.end), at_once=True)
        self.advance()

    def stored(self, state: PartitionState) -> None:
        """The controller has stored this in-sync set."""
        assert self.in_sync is not None, "only a leader has an in-sync set"
        self.in_sync.stored, self.in_sync.proposed = state.isr, None
        self.advance()

    # Leading

    def produce(self, caller: Caller | None, asked: Produce) -> None:
        """Append a record, unless it is there or must not be; answer as its `acks` wants."""
        assert self.in_sync is not None, "the broker asks leaders only"
        broker = self._broker
        judged = self.sequences.judge(asked, broker.elapsed())
        if isinstance(judged, str):
            self._refuse(caller, judged)
        elif judged is not None:
            broker.tell_duplicate(self.partition, asked, judged)
            self._answer(caller, asked.acks, judged)
        elif asked.acks == ACKS_ALL and not self.in_sync.enough:
            self._refuse(caller, NOT_ENOUGH_REPLICAS)
        else:
            self._answer(caller, asked.acks, self._append(asked))

    def _append(self, asked: Produce) -> int:
        log, now = self.log, self._broker.elapsed()
        record = Record(
            log.end, self.epoch, asked.producer, asked.producer_epoch, asked.sequence, asked.key, asked.value, now
        )
        log.append(record)
        self.sequences.note(record)
        said = Produced(
            self.partition, record.offset, record.epoch, record.producer, record.producer_epoch, record.sequence,
            record.key, digest_of(record),
        )  # fmt: skip
        self._broker.emit(said, at_once=True)
        self._broker.more(self.partition)
        self.advance()
        return record.offset

    def append_own(self, key: str, value: bytes) -> int:
        """Append a record of the broker's own; it counts when the high watermark is beyond it."""
        return self._append(Produce(self.partition, self.epoch, 0, 0, 0, key, value, ACKS_ALL))

    def _answer(self, caller: Caller | None, acks: str, offset: int) -> None:
        if caller is None:
            return
        if self.is_safe(acks, offset):
            self._acknowledge(caller, offset)
        else:
            self._waiting.append((offset, caller))

    def is_safe(self, acks: str, offset: int) -> bool:
        """Whether a record may be acknowledged now: to those who ask for all, when all that count have it."""
        return acks != ACKS_ALL or offset < self.high_watermark

    def _acknowledge(self, caller: Caller, offset: int) -> None:
        self._broker.emit(Acked(self.partition, offset, self.epoch, digest_of(self.log.read(offset, offset + 1, 1)[0])))
        self._broker.reply(caller, Appended(offset))

    def _refuse(self, caller: Caller | None, why: str) -> None:
        if caller is not None:
            self._broker.refuse(caller, why)

    def advance(self) -> None:
        """Raise the high watermark as far as the in-sync set allows, and tell whom it concerns."""
        in_sync = self.in_sync
        if in_sync is None or not in_sync.enough:
            return
        end = in_sync.common_end(self.log.end)
        if end <= self.high_watermark:
            return
        self._raise(end)
        ready = [one for one in self._waiting if one[0] < end]
        self._waiting = [one for one in self._waiting if one[0] >= end]
        for offset, caller in ready:
            self._acknowledge(caller, offset)
        self._broker.advanced(self.partition)

    def _raise(self, high_watermark: int) -> None:
        self.high_watermark = high_watermark
        served = self.leads and high_watermark >= self.epoch_start
        self._broker.emit(HighWatermark(self.partition, self._broker.name, self.epoch, high_watermark, served))

    def serve_follower(self, follower: str, broker_epoch: int, item: FetchItem) -> FetchedItem:
        """A follower has everything below what it asks for."""
        assert self.in_sync is not None, "the broker asks leaders only"
        known = self.in_sync.followers.get(follower)
        if known is not None and known.fetch(item.offset, broker_epoch, self.log.end, self._broker.elapsed()):
            self.advance()
        return self.copy_from(item)

    def copy_from(self, item: FetchItem) -> FetchedItem:
        """What a follower can copy."""
        if not self.log.start <= item.offset <= self.log.end:
            return self._found(OFFSET_OUT_OF_RANGE, ())
        return self._found("", self.log.read(item.offset, self.log.end, self._settings.fetch_max))

    def serve_consumer(self, item: FetchItem) -> FetchedItem:
        """Consumers read what is committed."""
        if item.offset > self.visible_end():
            lags = self.high_watermark < self.epoch_start
            return self._found(OFFSET_NOT_AVAILABLE if lags else OFFSET_OUT_OF_RANGE, ())
        if item.offset < self.log.start:
            return self._found(OFFSET_OUT_OF_RANGE, ())
        return self._found("", self.log.read(item.offset, self.visible_end(), self._settings.fetch_max))

    def visible_end(self) -> int:
        """Up to where consumers read: what is below the high watermark no clean election takes back."""
        return self.high_watermark

    def _found(self, error: str, records: tuple[Record, ...]) -> FetchedItem:
        return FetchedItem(self.partition, self.epoch, error, self.high_watermark, self.log.start, records)

    def retain(self) -> None:
        """Drop what is too old or too much, below the high watermark."""
        settings = self._settings
        oldest = self._broker.elapsed() - settings.retention_age if settings.retention_age else -1
        if self.log.cut_before(self.high_watermark, oldest=oldest, bytes_max=settings.retention_bytes):
            self._broker.tell_start(self.partition, self.log.start)

    # Following

    def cut_point(self, epoch: int, end: int) -> int:
        """Where to cut: the leader's log has `epoch` to `end`; the own one may have it to another place."""
        return min(end, self.log.end_of_epoch(epoch).end)

    def cut(self, end: int) -> None:
        """Drop what contradicts the leader."""
        if end < self.log.end:
            self.log.truncate(end)
            self._broker.emit(Truncated(self.partition, self._broker.name, self.log.end), at_once=True)
            self.high_watermark = min(self.high_watermark, self.log.end)

    def is_agreed(self, epoch: int) -> bool:
        """Whether the leader's answer, `epoch`, is the epoch of one's own last record: then the logs agree."""
        return self.log.last_epoch == epoch

    def take(self, item: FetchedItem) -> None:
        """Records from the leader."""
        if item.error == OFFSET_OUT_OF_RANGE:
            self._jump(item)
            return
        for record in item.records:
            if record.offset == self.log.end:
                self.log.append(record)
                said = Replicated(
                    self.partition, record.offset, record.epoch, record.producer, record.producer_epoch,
                    record.sequence, digest_of(record),
                )  # fmt: skip
                self._broker.emit(said, at_once=True)
        known = min(item.high_watermark, self.log.end)
        if known > self.high_watermark:
            self._raise(known)

    def _jump(self, item: FetchedItem) -> None:
        """The leader's log begins behind the end of this one: begin there too."""
        if item.start > self.log.end:
            self.log.begin_at(item.start)
            self.high_watermark = item.start
            self._broker.tell_start(self.partition, item.start)
