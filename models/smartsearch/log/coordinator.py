"""The coordinator of all groups: the leader of the partition of offsets, once it has read what is committed there."""

from typing import TYPE_CHECKING

from models.smartsearch.events import Generation, OffsetCommitted, Rebalancing
from models.smartsearch.log import messages as m
from models.smartsearch.log.group import COMPLETING, EMPTY, PREPARING, STABLE, Group
from models.smartsearch.log.offsets import (
    GroupOffsets,
    Stored,
    StoredGeneration,
    StoredOffset,
    StoredReset,
    encode,
)
from sim import Caller

if TYPE_CHECKING:
    from models.smartsearch.log.broker import Broker


class Coordinator:
    """Of one incarnation of one broker. Groups live in memory; generations and offsets in the log."""

    def __init__(self, broker: "Broker") -> None:
        self._broker = broker
        self._settings = broker.settings
        self._replica = broker.replicas[broker.layout.offsets]
        self._partitions = range(broker.layout.documents)
        self._leading = -1  # the epoch whose groups these are
        self._offsets = GroupOffsets()
        self._groups: dict[str, Group] = {}
        self._waiting: list[tuple[int, Caller]] = []
        self._timer = broker.timer(self.check_sessions)
        self._timer.reset(self._settings.group_heartbeat)

    # The partition of offsets

    def refresh(self) -> None:
        """Read on up to the high watermark; forget groups that another coordinator had meanwhile."""
        replica = self._replica
        if not replica.leads:
            self._leading = -1
            return
        if self._leading != replica.epoch:
            self._leading = replica.epoch
            self._offsets, self._groups, self._waiting = GroupOffsets(), {}, []
        for record in replica.log.read(self._offsets.upto, replica.high_watermark, replica.high_watermark):
            self._tell(record.key, record.offset, self._offsets.take(record.offset, record.key, record.value))
        ready = [caller for offset, caller in self._waiting if offset < self._offsets.upto]
        self._waiting = [one for one in self._waiting if one[0] >= self._offsets.upto]
        for caller in ready:
            self._broker.reply(caller, m.Alive())

    def _tell(self, group: str, at: int, said: Stored) -> None:
        emit = self._broker.emit
        if isinstance(said, StoredGeneration):
            emit(Generation(group, said.n, said.assignment, at))
            self._settle(group, said)
        elif isinstance(said, StoredOffset):
            emit(OffsetCommitted(group, said.partition, said.offset, said.generation, said.member, at))
        else:
            for partition in said.partitions:
                emit(OffsetCommitted(group, partition, said.offset, 0, "", at))

    def _ready(self) -> bool:
        """Whether this broker may speak for groups: it leads, and knows all that coordinators before it have stored."""
        self.refresh()
        replica = self._replica
        return replica.leads and self._offsets.upto >= replica.epoch_start

    def _group(self, name: str) -> Group:
        group = self._groups.get(name)
        if group is None:
            group = self._broker.parts.group(name, self._offsets.generations.get(name, 0))
            self._groups[name] = group
        return group

    # Members

    def join(self, caller: Caller, asked: m.JoinGroup) -> None:
        """A member wants to be in the next generation; it is answered when there is one."""
        if not self._ready():
            self._broker.refuse(caller, m.NOT_COORDINATOR)
            return
        group = self._group(asked.group)
        group.join(asked.member, caller, self._broker.elapsed())
        if group.state != PREPARING:
            self._prepare(group, f"{asked.member} joins")
        if group.all_joined() and group.assignment:
            self._complete(group)

    def _prepare(self, group: Group, why: str) -> None:
        group.state = PREPARING
        group.began = self._broker.elapsed()
        self._broker.emit(Rebalancing(group.name, why))

    def leave(self, asked: m.LeaveGroup) -> m.Alive | None:
        """A member goes; None if this is not the coordinator."""
        if not self._ready():
            return None
        group = self._group(asked.group)
        if asked.member in group.members:
            self._lose(group, asked.member, "leaves")
        return m.Alive()

    def _lose(self, group: Group, member: str, why: str) -> None:
        group.drop(member)
        if group.members:
            self._prepare(group, f"{member} {why}")
        else:
            group.state, group.assignment = EMPTY, {}

    def check_sessions(self) -> None:
        """Drop who is silent, and end preparations that waited long enough."""
        self._timer.reset(self._settings.group_heartbeat)
        if not self._ready():
            return
        now, settings = self._broker.elapsed(), self._settings
        for group in self._groups.values():
            for member in group.silent(now, settings.group_session):
                self._lose(group, member, "was not heard")
            waited = settings.group_session if group.assignment else settings.rebalance_delay
            if group.state == PREPARING and now - group.began >= waited:
                group.drop_absent()
                if not group.members:
                    group.state, group.assignment = EMPTY, {}
            if group.state == PREPARING and group.all_joined() and (group.assignment or now - group.began >= waited):
                self._complete(group)

    def _complete(self, group: Group) -> None:
        """Store the next generation; its members hear of it when it is committed."""
        if not self._can_store():
            return
        group.state = COMPLETING
        group.generation = max(group.generation, self._offsets.generations.get(group.name, 0)) + 1
        group.assignment = group.assign(self._partitions)
        stored = StoredGeneration(group.generation, tuple(sorted(group.assignment.items())))
        self._replica.append_own(group.name, encode(stored))

    def _can_store(self) -> bool:
        return self._replica.in_sync is not None and self._replica.in_sync.enough

    def _settle(self, name: str, said: StoredGeneration) -> None:
        """A generation is committed: if it is the one under way, it begins."""
        group = self._groups.get(name)
        if group is None or group.state != COMPLETING or group.generation != said.n:
            return
        group.state = STABLE
        for member, one in group.members.items():
            one.heard = self._broker.elapsed()
            if one.joining is not None:
                self._broker.reply(one.joining, m.Joined(said.n, group.assignment.get(member, ())))
                one.joining = None

    def beat(self, asked: m.GroupBeat) -> str:
        """A member is alive; what is wrong with it, if anything."""
        if not self._ready():
            return m.NOT_COORDINATOR
        group = self._group(asked.group)
        member = group.members.get(asked.member)
        if member is None:
            return m.UNKNOWN_MEMBER
        member.heard = self._broker.elapsed()
        if group.state == COMPLETING and asked.generation == group.generation:
            return ""
        if group.state != STABLE:
            return m.REBALANCING
        return "" if asked.generation == group.generation else m.STALE_GENERATION

    # Offsets

    def commit(self, caller: Caller, asked: m.Commit) -> None:
        """Store an offset; answered when it is committed."""
        if not self._ready() or not self._can_store():
            self._broker.refuse(caller, m.NOT_COORDINATOR)
        elif not self._group(asked.group).is_current(asked.member, asked.generation):
            self._broker.refuse(caller, m.STALE_GENERATION)
        else:
            stored = StoredOffset(asked.partition, asked.offset, asked.generation, asked.member)
            self._store(caller, asked.group, stored)

    def reset(self, caller: Caller, asked: m.ResetPositions) -> None:
        """An operator's replay; only while the group is empty."""
        if not self._ready() or not self._can_store():
            self._broker.refuse(caller, m.NOT_COORDINATOR)
        elif self._group(asked.group).members:
            self._broker.refuse(caller, m.NOT_EMPTY)
        else:
            self._store(caller, asked.group, StoredReset(tuple(self._partitions), asked.offset))

    def _store(self, caller: Caller, group: str, stored: Stored) -> None:
        self._waiting.append((self._replica.append_own(group, encode(stored)), caller))
        self.refresh()

    def positions(self, asked: m.FetchPositions) -> m.Positions | None:
        """Where a group stands; None if this is not the coordinator."""
        return m.Positions(self._offsets.positions(asked.group)) if self._ready() else None
