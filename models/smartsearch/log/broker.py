"""A broker: it keeps replicas of partitions, leads some of them, and answers producers, followers and consumers."""

from struct import Struct
from typing import TYPE_CHECKING
from zlib import crc32

from models.smartsearch.events import DuplicateAnswered, Recovered, StartRose
from models.smartsearch.layout import Layout
from models.smartsearch.log import messages as m
from models.smartsearch.log.insync import InSync
from models.smartsearch.log.replica import Replica
from models.smartsearch.settings import Settings
from sim import Actor, Caller, Message, Refused, Timeout, on

if TYPE_CHECKING:
    from models.smartsearch.parts import Parts

_POINT = Struct("<IQI")
POINTS = "high-watermarks"


class Installed(Message):
    """A broker has been here before on this disk."""

    broker: str


class Parked:
    """A fetch that found nothing yet, until something comes or its time is over."""

    def __init__(self, broker: "Broker", caller: Caller, asked: m.Fetch) -> None:
        self.caller = caller
        self.asked = asked
        self.partitions = frozenset(item.partition for item in asked.items)
        self._broker = broker
        self.timer = broker.timer(self.expire)
        self.timer.reset(asked.wait)

    def expire(self) -> None:
        """Answer with what there is."""
        self._broker.unpark(self)


class Broker(Actor):
    """One incarnation. It serves nobody before the controller has given it an epoch of its own."""

    def __init__(self, settings: Settings, layout: Layout, parts: "Parts") -> None:
        self.settings = settings
        self.layout = layout
        self.parts = parts

    def on_start(self) -> None:
        """Read the logs back, and ask the controller in."""
        self.broker_epoch = 0
        self._version = 0
        self._parked: list[Parked] = []
        self.checkpoints = self._read_checkpoints()
        self.replicas = {number: self.parts.replica(self, number) for number in self.layout.partitions}
        for number, replica in self.replicas.items():
            self.emit(Recovered(number, replica.log.start, replica.log.end), at_once=True)
        self.coordinator = self.parts.coordinator(self)
        self._care = self.timer(self.look_after)
        self._point = self.timer(self.checkpoint)
        self.spawn(self._belong())

    # Belonging to the cluster

    async def _belong(self) -> None:
        """Register, then tell the controller again and again that this broker is alive."""
        settings = self.settings
        await self._register(kept=self._is_kept())
        self.parts.following(self).start()
        self._care.reset(settings.replica_lag // 2)
        self._point.reset(settings.broker_session)
        while True:
            if not await self._beat():
                await self._register(kept=True)  # a late copy of a registration has replaced this one's epoch
            await self.sleep(settings.broker_heartbeat)

    async def _register(self, *, kept: bool) -> None:
        """Get a broker epoch. `kept`: nothing that this broker acknowledged is missing from its log."""
        settings = self.settings
        while True:
            try:
                asked = m.Register(self.name, kept)
                said = await self.call(self.layout.controller, asked, timeout=settings.request_timeout)
            except (Refused, Timeout):
                await self.sleep(settings.broker_heartbeat)
                continue
            self.broker_epoch = said.broker_epoch
            self._learn(said.metadata)
            return

    def _is_kept(self) -> bool:
        """Whether nothing can be missing that this broker ever acknowledged: no process is stopped cleanly here."""
        known = self.disk.load(Installed) is not None
        if not known:
            self.disk.save(Installed(self.name))
        return known and self.settings.flush == "each"

    async def _beat(self) -> bool:
        """Say that this broker is alive; False if the controller knows another of its name."""
        asked = m.BrokerBeat(self.name, self.broker_epoch, self._version)
        try:
            # No longer than to the next one: a lost beat must not cost the session.
            said = await self.call(self.layout.controller, asked, timeout=self.settings.broker_heartbeat)
        except Refused:
            return False
        except Timeout:
            return True
        if said.metadata is not None:
            self._learn(said.metadata)
        return True

    @on(m.Metadata)
    def metadata(self, _: str, message: m.Metadata) -> None:
        """The controller has changed something."""
        if message.broker_epoch == self.broker_epoch:
            self._learn(message)

    def _learn(self, metadata: m.Metadata) -> None:
        if metadata.version < self._version:
            return
        self._version = metadata.version
        for state in metadata.partitions:
            self.replicas[state.partition].become(state)
        self.coordinator.refresh()

    # Being leader

    def look_after(self) -> None:
        """Propose in-sync sets without those that lag, and drop what is too old."""
        self._care.reset(max(1, self.settings.replica_lag // 4))
        for replica in self.replicas.values():
            if replica.in_sync is not None:
                lagging = replica.in_sync.laggards(self.elapsed(), self.settings.replica_lag)
                if lagging:
                    self._propose(replica, tuple(name for name in replica.in_sync.stored if name not in lagging))
            if replica.partition != self.layout.offsets:
                replica.retain()

    def _welcome(self, replica: Replica) -> None:
        """Propose an in-sync set with those that have come back."""
        in_sync = replica.in_sync
        if in_sync is None:
            return
        returned = in_sync.returned(replica.high_watermark, replica.epoch_start)
        if returned:
            self._propose(replica, (*in_sync.stored, *returned))

    def _propose(self, replica: Replica, isr: tuple[str, ...]) -> None:
        state, in_sync = replica.state, replica.in_sync
        if state is not None and in_sync is not None and in_sync.proposed is None:
            in_sync.proposed = isr
            replica.advance()
            self.spawn(self._store(replica, state, in_sync, isr))

    async def _store(self, replica: Replica, state: m.PartitionState, in_sync: InSync, isr: tuple[str, ...]) -> None:
        """Ask the controller until it has answered, or until the set is out of date anyhow."""
        epochs = {name: one.broker_epoch for name, one in in_sync.followers.items()} | {self.name: self.broker_epoch}
        members = tuple(m.Member(name, epochs[name]) for name in isr)
        while replica.state is state and in_sync.proposed == isr:
            asked = m.AlterIsr(replica.partition, state.epoch, state.version, members)
            try:
                said = await self.call(self.layout.controller, asked, timeout=self.settings.request_timeout)
            except (Refused, Timeout):
                continue
            replica.become(said)
            self.coordinator.refresh()

    def advanced(self, partition: int) -> None:
        """A high watermark rose: consumers that wait can read on."""
        if partition == self.layout.offsets:
            self.coordinator.refresh()
        self._serve_parked(partition, followers=False)

    def more(self, partition: int) -> None:
        """A record was appended: followers that wait can fetch on."""
        self._serve_parked(partition, followers=True)

    def _serve_parked(self, partition: int, *, followers: bool) -> None:
        for parked in [one for one in self._parked if partition in one.partitions]:
            if bool(parked.asked.replica) == followers:
                self.unpark(parked)

    def unpark(self, parked: Parked) -> None:
        """Answer a fetch that waited."""
        if parked in self._parked:
            self._parked.remove(parked)
            parked.timer.cancel()
            self.reply(parked.caller, m.Fetched(tuple(self._look_up(parked.asked, again=True))))

    # Requests

    def why_not(self, partition: int, epoch: int) -> str:
        """Why a request for the leader of `epoch` is none for this broker; empty if it is."""
        replica = self.replicas[partition]
        if not replica.leads:
            return m.NOT_LEADER
        if epoch != replica.epoch:
            return m.FENCED if epoch < replica.epoch else m.UNKNOWN_EPOCH
        return ""

    @on(m.Produce)
    def produce(self, caller: Caller, asked: m.Produce) -> None:
        """From a producer."""
        why = self.why_not(asked.partition, asked.epoch)
        if why:
            self.refuse(caller, why)
        else:
            self.replicas[asked.partition].produce(caller, asked)

    @on(m.Quiet)
    def produce_quietly(self, _: str, message: m.Quiet) -> None:
        """From a producer that wants no reply."""
        if not self.why_not(message.produce.partition, message.produce.epoch):
            self.replicas[message.produce.partition].produce(None, message.produce)

    @on(m.Fetch)
    def fetch(self, caller: Caller, asked: m.Fetch) -> m.Fetched | None:
        """From a follower or a consumer; waits if there is nothing and nothing is wrong."""
        items = self._look_up(asked)
        if asked.wait and not any(item.records or item.error for item in items):
            self._parked.append(Parked(self, caller, asked))
            return None
        return m.Fetched(tuple(items))

    def _look_up(self, asked: m.Fetch, *, again: bool = False) -> list[m.FetchedItem]:
        return [self._look_up_one(asked, item, again=again) for item in asked.items]

    def _look_up_one(self, asked: m.Fetch, item: m.FetchItem, *, again: bool) -> m.FetchedItem:
        why = self.why_not(item.partition, item.epoch)
        replica = self.replicas[item.partition]
        if why:
            return m.FetchedItem(item.partition, item.epoch, why, 0, 0, ())
        if not asked.replica:
            return replica.serve_consumer(item)
        if again:
            return replica.copy_from(item)
        found = replica.serve_follower(asked.replica, asked.broker_epoch, item)
        if replica.in_sync is not None and asked.replica not in replica.in_sync.stored:
            self._welcome(replica)
        return found

    @on(m.EndOfEpoch)
    def end_of_epoch(self, caller: Caller, asked: m.EndOfEpoch) -> m.EpochEnd | None:
        """From a follower that looks for where the logs part."""
        why = self.why_not(asked.partition, asked.leader_epoch)
        replica = self.replicas[asked.partition]
        if not why and asked.epoch > replica.epoch:
            why = m.UNKNOWN_EPOCH
        if why:
            self.refuse(caller, why)
            return None
        return replica.log.end_of_epoch(asked.epoch)

    @on(m.ListOffsets)
    def list_offsets(self, caller: Caller, asked: m.ListOffsets) -> m.Bounds | None:
        """From a consumer that does not know where to begin."""
        replica = self.replicas[asked.partition]
        if not replica.leads:
            self.refuse(caller, m.NOT_LEADER)
        elif replica.high_watermark < replica.epoch_start:
            self.refuse(caller, m.OFFSET_NOT_AVAILABLE)
        else:
            return m.Bounds(replica.log.start, replica.high_watermark)
        return None

    @on(m.WhoLeads)
    def who_leads(self, caller: Caller, _: m.WhoLeads) -> m.Leaders | None:
        """From any client; what this broker knows may be out of date."""
        known = [one.state for one in self.replicas.values() if one.state is not None]
        if not known:
            self.refuse(caller, m.NOT_LEADER)
            return None
        return m.Leaders(tuple(m.Leader(one.partition, one.leader, one.epoch) for one in known))

    @on(m.JoinGroup)
    def join_group(self, caller: Caller, asked: m.JoinGroup) -> None:
        """From a consumer."""
        self.coordinator.join(caller, asked)

    @on(m.GroupBeat)
    def group_beat(self, caller: Caller, asked: m.GroupBeat) -> m.Alive | None:
        """From a member of a group."""
        why = self.coordinator.beat(asked)
        if why:
            self.refuse(caller, why)
            return None
        return m.Alive()

    @on(m.LeaveGroup)
    def leave_group(self, caller: Caller, asked: m.LeaveGroup) -> m.Alive | None:
        """From a member of a group."""
        said = self.coordinator.leave(asked)
        if said is None:
            self.refuse(caller, m.NOT_COORDINATOR)
        return said

    @on(m.Commit)
    def commit(self, caller: Caller, asked: m.Commit) -> None:
        """From a member of a group."""
        self.coordinator.commit(caller, asked)

    @on(m.ResetPositions)
    def reset_positions(self, caller: Caller, asked: m.ResetPositions) -> None:
        """From an operator."""
        self.coordinator.reset(caller, asked)

    @on(m.FetchPositions)
    def fetch_positions(self, caller: Caller, asked: m.FetchPositions) -> m.Positions | None:
        """From a member of a group."""
        said = self.coordinator.positions(asked)
        if said is None:
            self.refuse(caller, m.NOT_COORDINATOR)
        return said

    # What is told, and what is kept now and then

    def tell_duplicate(self, partition: int, asked: m.Produce, offset: int) -> None:
        """A producer asked again."""
        said = DuplicateAnswered(partition, offset, asked.producer, asked.producer_epoch, asked.sequence)
        self.emit(said, at_once=True)

    def tell_start(self, partition: int, start: int) -> None:
        """A log begins later."""
        self.emit(StartRose(partition, start), at_once=True)

    def checkpoint(self) -> None:
        """Write the high watermarks down, unsynced: an older one only makes a new leader wait a little."""
        self._point.reset(self.settings.broker_session)
        points = b"".join(_pack(number, one.high_watermark) for number, one in self.replicas.items())
        self.disk.write(POINTS, 0, points)

    def _read_checkpoints(self) -> dict[int, int]:
        data = self.disk.read(POINTS) if self.disk.exists(POINTS) else b""
        points: dict[int, int] = {}
        for at in range(0, len(data) - _POINT.size + 1, _POINT.size):
            number, high_watermark, checksum = _POINT.unpack_from(data, at)
            if checksum == crc32(data[at : at + _POINT.size - 4]):
                points[number] = high_watermark
        return points


def _pack(number: int, high_watermark: int) -> bytes:
    body = _POINT.pack(number, high_watermark, 0)[:-4]
    return body + crc32(body).to_bytes(4, "little")
