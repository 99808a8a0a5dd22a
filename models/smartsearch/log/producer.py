"""A producer: one record at a time to a partition, tried again under its sequence until it is known (KIP-98)."""

from dataclasses import dataclass

from models.smartsearch.layout import Layout
from models.smartsearch.log import messages as m
from models.smartsearch.log.cluster import PAUSE, Cluster
from models.smartsearch.settings import Settings
from sim import Actor, Refused, Timeout


@dataclass
class Session:
    """An id, its epoch, and the next sequence of each partition."""

    id: int
    epoch: int
    next: dict[int, int]


class Producer:
    """Of one actor. Two producers of one name fence each other: the one that began later stays."""

    def __init__(self, actor: Actor, layout: Layout, settings: Settings, name: str, acks: str = "all") -> None:
        self._actor = actor
        self._layout = layout
        self._settings = settings
        self._name = name
        self._acks = acks
        self._cluster = Cluster(actor, layout, settings)
        self._session: Session | None = None

    async def open(self, deadline: int) -> None:
        """Begin a session, until `deadline` (own clock, ns). Raises Timeout."""
        while self._actor.elapsed() < deadline:
            try:
                asked = m.InitProducer(self._name)
                said = await self._actor.call(self._layout.controller, asked, timeout=self._settings.request_timeout)
            except (Refused, Timeout):
                await self._actor.sleep(PAUSE)
                continue
            self._session = Session(said.id, said.epoch, {})
            return
        raise Timeout(self._layout.controller)

    def close(self) -> None:
        """Forget the session: what it has under way may or may not be appended, and no number of it is used again."""
        self._session = None

    @property
    def is_open(self) -> bool:
        """Whether it has a session."""
        return self._session is not None

    async def send(self, partition: int, key: str, value: bytes, deadline: int) -> int:
        """The record's offset. Raises Refused (it is not there), or Timeout (it may be; then begin a new session).

        With ProducerFenced another session of this name has begun; then this one is over.
        """
        if self._acks == "none":
            return await self._throw(partition, key, value)
        if self._session is None:
            await self.open(deadline)
        session = self._session
        assert session is not None, "it was opened"
        sequence = session.next.get(partition, 0)
        asked = m.Produce(partition, 0, session.id, session.epoch, sequence, key, value, self._acks)
        offset = await self._send(asked, deadline)
        session.next[partition] = sequence + 1
        return offset

    async def _throw(self, partition: int, key: str, value: bytes) -> int:
        """Send it to whoever leads; nobody will say what became of it."""
        leader = await self._cluster.leader(partition)
        if leader is None:
            raise Refused("nobody leads")
        produce = m.Produce(partition, leader.epoch, m.NO_PRODUCER, 0, 0, key, value, self._acks)
        self._actor.send(leader.leader, m.Quiet(produce))
        self._cluster.doubt(leader)
        raise Timeout(leader.leader)

    async def _send(self, asked: m.Produce, deadline: int) -> int:
        tried = False
        while self._actor.elapsed() < deadline:
            leader = await self._cluster.leader(asked.partition)
            if leader is None:
                continue
            try:
                return await self._attempt(asked, leader, deadline)
            except Timeout:
                tried = True
                self._cluster.doubt(leader)
            except Refused as refusal:
                if refusal.reason in (m.PRODUCER_FENCED, m.OUT_OF_ORDER):
                    self._session = None
                    if tried:
                        raise Timeout(leader.leader) from None
                    raise
                if refusal.reason == m.NOT_ENOUGH_REPLICAS:
                    tried = True  # a copy of the request that the network made may find enough of them
                else:
                    self._cluster.doubt(leader)
                await self._actor.sleep(PAUSE)
        if tried:
            self._session = None
            raise Timeout("no acknowledgement")
        raise Refused("no leader took it")

    async def _attempt(self, asked: m.Produce, leader: m.Leader, deadline: int) -> int:
        request = m.Produce(
            asked.partition, leader.epoch, asked.producer, asked.producer_epoch, asked.sequence, asked.key,
            asked.value, asked.acks,
        )  # fmt: skip
        left = max(1, deadline - self._actor.elapsed())
        said = await self._actor.call(leader.leader, request, timeout=min(self._settings.request_timeout, left))
        return said.offset
