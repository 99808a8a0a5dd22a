"""The in-sync set of a partition, as its leader uses it, and the high watermark from it (KIP-497, KIP-966).

A set that the leader has proposed is in force when the controller has stored it. Until then a replica that is in either
of the two counts: the controller may elect from the old set or from the new one.
"""

from dataclasses import dataclass

UNKNOWN_END = 0


@dataclass
class Follower:
    """What a leader knows of one follower. Times are the leader's own, in ns."""

    end: int = UNKNOWN_END
    broker_epoch: int = 0
    caught_up: int = 0
    asked: int = 0
    leader_end: int = 0
    """The leader's own end when the follower last asked."""

    def fetch(self, offset: int, broker_epoch: int, leader_end: int, now: int) -> bool:
        """The follower asks for `offset`: it has everything below. It is caught up to when that was all there was.

        Whether it has another end than before.
        """
        if broker_epoch != self.broker_epoch:
            self.broker_epoch, self.leader_end = broker_epoch, 0
        if offset >= leader_end:
            self.caught_up = now
        elif self.leader_end and offset >= self.leader_end:
            self.caught_up = max(self.caught_up, self.asked)
        moved = offset != self.end
        self.end, self.asked, self.leader_end = offset, now, leader_end
        return moved


class InSync:
    """Of one partition, for as long as its leader leads one epoch."""

    def __init__(self, own: str, replicas: tuple[str, ...], isr: tuple[str, ...], min_isr: int, now: int) -> None:
        self._own = own
        self._min_isr = min_isr
        self.stored = isr
        self.proposed: tuple[str, ...] | None = None
        self.followers = {name: Follower(caught_up=now) for name in replicas if name != own}

    def counted(self) -> tuple[str, ...]:
        """The replicas whose ends bound the high watermark: the union of the set in use and the one proposed."""
        return self.stored if self.proposed is None else tuple(dict.fromkeys((*self.stored, *self.proposed)))

    @property
    def enough(self) -> bool:
        """Whether anything may be acknowledged to those who ask for all."""
        return len(self.stored) >= self._min_isr

    def common_end(self, own_end: int) -> int:
        """The least end of those that count."""
        return min(own_end if name == self._own else self.followers[name].end for name in self.counted())

    def laggards(self, now: int, lag: int) -> tuple[str, ...]:
        """Who has not been caught up for `lag` ns."""
        return tuple(name for name in self.stored if name != self._own and now - self.followers[name].caught_up > lag)

    def returned(self, high_watermark: int, epoch_start: int) -> tuple[str, ...]:
        """Who is out of the set and has everything that is committed, from this epoch's beginning on."""
        least = max(high_watermark, epoch_start)
        return tuple(
            name
            for name, one in self.followers.items()
            if name not in self.stored and one.broker_epoch and one.end >= least
        )
