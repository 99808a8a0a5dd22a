"""The controller: it knows which brokers live, says who leads each partition, and stores the in-sync sets.

It may crash; it never lies. What it decides is durable before anybody hears of it.
"""

from typing import TYPE_CHECKING

from models.smartsearch.events import IsrChanged, UncleanElection
from models.smartsearch.layout import Layout
from models.smartsearch.log import messages as m
from models.smartsearch.settings import Settings
from sim import Actor, Caller, Message, on

if TYPE_CHECKING:
    from models.smartsearch.parts import Parts


class Producer(Message):
    """A producer's name, its id for ever, and the epoch of its newest session."""

    name: str
    id: int
    epoch: int


class Decided(Message):
    """All that the controller has decided. `version` rises with every change of a partition."""

    version: int
    partitions: tuple[m.PartitionState, ...]
    brokers: tuple[m.Member, ...]
    producers: tuple[Producer, ...]


class Controller(Actor):
    """One incarnation. After a restart it takes every broker for alive until it has not heard it for a session."""

    def __init__(self, settings: Settings, layout: Layout, parts: "Parts") -> None:
        self._settings = settings
        self._layout = layout
        self._election = parts.election(settings.min_isr, unclean=settings.unclean)
        self._parts = parts

    def on_start(self) -> None:
        """Read back what was decided; at the very first start decide who leads what."""
        decided = self.disk.load(Decided) or self._first()
        self._version = decided.version
        self._partitions = {state.partition: state for state in decided.partitions}
        self._epochs = {member.broker: member.broker_epoch for member in decided.brokers}
        self._producers = {producer.name: producer for producer in decided.producers}
        self._heard = {name: self.elapsed() for name in self._layout.brokers}
        self._live = list(self._layout.brokers)
        self._timer = self.timer(self.check_brokers)
        self._timer.reset(self._settings.broker_heartbeat)

    def _first(self) -> Decided:
        brokers, count = self._layout.brokers, self._settings.replication
        partitions = []
        for number in self._layout.partitions:
            replicas = tuple(brokers[(number + place) % len(brokers)] for place in range(count))
            first = m.PartitionState(number, replicas, replicas[0], 1, replicas, (), 1, replicas[0])
            partitions.append(first)
        return Decided(1, tuple(partitions), (), ())

    # Brokers

    @on(m.Register)
    def register(self, caller: Caller, asked: m.Register) -> None:
        """A broker has started: a new epoch, and out of every in-sync set if it may have lost something."""
        name = asked.broker
        known = self._epochs.get(name, 0)
        self._epochs[name] = known + 1
        self._heard[name] = self.elapsed()
        if name not in self._live:
            self._live.append(name)
        if known:
            self._restarted(name, kept=asked.kept)
        self._save()
        self.reply(caller, m.Registered(known + 1, self._metadata(name)))
        self._spread()

    def _restarted(self, name: str, *, kept: bool) -> None:
        for state in list(self._partitions.values()):
            changed = state if self.stays_in_sync(kept) else self._election.stripped(state, name)
            if state.leader == name:
                self._elect(changed)
            elif changed is not state:
                self._change(changed)
        self._elect_offline()

    def stays_in_sync(self, kept: bool) -> bool:
        """Whether a broker that restarted keeps its place: only if nothing that it acknowledged can be missing."""
        return kept

    @on(m.BrokerBeat)
    def broker_beat(self, caller: Caller, asked: m.BrokerBeat) -> m.Beat | None:
        """A broker is alive."""
        if asked.broker_epoch != self._epochs.get(asked.broker):
            self.refuse(caller, m.OLD_BROKER_EPOCH)
            return None
        self._heard[asked.broker] = self.elapsed()
        if asked.broker not in self._live:
            self._live.append(asked.broker)
            self._elect_offline()
            self._save()
            self._spread()
        return m.Beat(self._metadata(asked.broker) if asked.version != self._version else None)

    def check_brokers(self) -> None:
        """Whoever was not heard for a session is dead: out of the in-sync sets, and others lead."""
        self._timer.reset(self._settings.broker_heartbeat)
        now = self.elapsed()
        silent = [name for name in self._live if now - self._heard[name] > self._settings.broker_session]
        for name in silent:
            self._live.remove(name)
            for state in list(self._partitions.values()):
                changed = self._election.without(state, name)
                if state.leader == name:
                    self._elect(changed)
                elif changed is not state:
                    self._change(changed)
        if silent:
            self._elect_offline()
            self._save()
            self._spread()

    def _elect_offline(self) -> None:
        for state in list(self._partitions.values()):
            if not state.leader:
                self._elect(state)

    def _elect(self, state: m.PartitionState) -> None:
        elected, lossy = self._election.elect(state, self._live)
        if not elected.leader and not state.leader:
            self._partitions[state.partition] = state
            return
        self._change(elected)
        if lossy:
            self.emit(UncleanElection(elected.partition, elected.epoch, elected.leader))

    # In-sync sets

    @on(m.AlterIsr)
    def alter_isr(self, caller: Caller, asked: m.AlterIsr) -> m.PartitionState:
        """A leader proposes a set. What does not fit makes a new version too: no late copy of it can fit later."""
        state = self._partitions[asked.partition]
        if (asked.epoch, asked.version) != (state.epoch, state.version) or caller.source != state.leader:
            return state
        proposed = tuple(member.broker for member in asked.isr)
        fits = all(self._fits(member, state) for member in asked.isr)
        self._change(self._election.with_isr(state, proposed if fits else state.isr))
        self._save()
        self._spread()
        return self._partitions[asked.partition]

    def _fits(self, member: m.Member, state: m.PartitionState) -> bool:
        """Whether a broker may be in the set: it was, or it lives and is the incarnation that the leader speaks of."""
        if member.broker in state.isr:
            return True
        return member.broker in self._live and member.broker_epoch == self._epochs.get(member.broker)

    # Producers

    @on(m.InitProducer)
    def init_producer(self, _: Caller, asked: m.InitProducer) -> m.ProducerId:
        """A new session of a producer."""
        known = self._producers.get(asked.name)
        producer = Producer(asked.name, len(self._producers) + 1, 0) if known is None else known
        producer = Producer(producer.name, producer.id, producer.epoch + 1)
        self._producers[asked.name] = producer
        self._save()
        return m.ProducerId(producer.id, producer.epoch)

    # What is decided is saved, then told

    def _change(self, state: m.PartitionState) -> None:
        self._version += 1
        self._partitions[state.partition] = state
        self.emit(IsrChanged(state.partition, state.epoch, state.version, state.leader, state.isr, state.eligible))

    def _save(self) -> None:
        brokers = tuple(m.Member(name, epoch) for name, epoch in sorted(self._epochs.items()))
        producers = tuple(self._producers.values())
        self.disk.save(Decided(self._version, tuple(self._partitions.values()), brokers, producers))

    def _metadata(self, broker: str) -> m.Metadata:
        return m.Metadata(self._epochs.get(broker, 0), self._version, tuple(self._partitions.values()))

    def _spread(self) -> None:
        for broker in self._layout.brokers:
            if broker in self._epochs:
                self.send(broker, self._metadata(broker))
