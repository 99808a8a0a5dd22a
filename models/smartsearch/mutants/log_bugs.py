# ruff: noqa: D102 - the class says what is wrong with its one method
"""Known bugs of replicated logs and consumer groups: each class overrides one rule of a part."""

from collections.abc import Sequence

from models.smartsearch.log.consumer import Consumer, Lane
from models.smartsearch.log.controller import Controller
from models.smartsearch.log.election import Election
from models.smartsearch.log.group import Group
from models.smartsearch.log.insync import InSync
from models.smartsearch.log.messages import OFFSET_NOT_AVAILABLE, PartitionState, Produce, Record
from models.smartsearch.log.prefix import Prefix
from models.smartsearch.log.replica import Replica
from models.smartsearch.log.sequences import Sequences, Session


class CutsToHw(Replica):
    """Cuts to its own high watermark, which may be behind what it helped to acknowledge."""

    def cut_point(self, epoch: int, end: int) -> int:  # noqa: ARG002
        return self.high_watermark


class EpochOnce(Replica):
    """Takes the leader's first answer for the last word, though it was about an earlier epoch."""

    def is_agreed(self, epoch: int) -> bool:  # noqa: ARG002
        return True


class ShrinksEarly(InSync):
    """Counts by the set that it has proposed, which the controller may never store."""

    def counted(self) -> tuple[str, ...]:
        return self.stored if self.proposed is None else self.proposed


class SilentUnclean(Election):
    """Lets any replica that lives lead."""

    def candidates(self, state: PartitionState) -> Sequence[str]:
        return state.replicas


class AmnesiacIsr(Controller):
    """Leaves a broker in sync that came back without what it had not synced."""

    def stays_in_sync(self, kept: bool) -> bool:  # noqa: ARG002
        return True


class AcksLocal(Replica):
    """Acknowledges what only the leader has."""

    def is_safe(self, acks: str, offset: int) -> bool:  # noqa: ARG002
        return True


class ReadsPastHw(Replica):
    """Lets consumers read what is not committed."""

    def visible_end(self) -> int:
        return self.log.end


class VolatileSequence(Sequences):
    """Has the producer table in memory only: who becomes leader knows of no producer."""

    def rebuild(self, records: Sequence[Record]) -> None:  # noqa: ARG002
        self._sessions.clear()


class UnfencedProducer(Sequences):
    """Takes records of a producer session that a newer one has replaced."""

    def is_fenced(self, asked: Produce, session: Session) -> bool:  # noqa: ARG002
        return False


class AnyGeneration(Group):
    """Takes commits of members of any generation."""

    def is_current(self, member: str, generation: int) -> bool:  # noqa: ARG002
        return True


class CommitsFirst(Lane):
    """Commits an offset before the work on its record."""

    async def treat(self, record: Record) -> None:
        self.commit(record.offset)
        await self._consumer.handle(self._partition, record)


class CommitsHighest(Prefix):
    """Commits behind the highest record that is handled, whatever is under way before it."""

    def after(self, offset: int) -> int:
        return max(self.committable, offset + 1)


class ResetsLatest(Consumer):
    """Goes on at the newest record when its offset is gone, and says nothing."""

    def stops(self, position: int) -> bool:  # noqa: ARG002
        self.reset = "latest"
        return False


class ResetsOnLag(Consumer):
    """Takes an offset that a new leader does not serve yet for one that is gone."""

    def is_gone(self, error: str) -> bool:
        return error == OFFSET_NOT_AVAILABLE or super().is_gone(error)
