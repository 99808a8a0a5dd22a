"""Bugs of ledger and quota: devices counted anew, rows freed by hope, quota charged beside the transaction."""

from collections.abc import Mapping, Sequence

from models.veriflow.admission import Admission, replace_state
from models.veriflow.binding import Nominations
from models.veriflow.board import Board
from models.veriflow.collector import Collector
from models.veriflow.finishing import Finishing
from models.veriflow.ledger import Ledger
from models.veriflow.objects import ADMITTED, CHARGED, LOST, QUEUED, Attempt, Job, JobSpec, Queue
from models.veriflow.placement import GangRule
from models.veriflow.queue_quota import Quota, Use
from models.veriflow.scheduler import Steps
from models.veriflow.victims import Victims


class NoLedger(Ledger):
    """Free devices are computed anew each time, and all are free."""

    def occupied(self, node: str, device: int) -> bool:  # noqa: ARG002 - nobody looks
        """Never."""
        return False


class ClaimsFirst(Quota):
    """A job counts as admitted before anybody asks whether its queue may use so much, and stays so."""

    def fits(self, queues: Mapping[str, Queue], use: Use, name: str, gpu_type: str, need: int) -> bool:  # noqa: ARG002
        """It is counted already."""
        return True


class CountsItself(Quota):
    """The use that the test looks at holds the job's need already, and it is added again."""

    def fits(self, queues: Mapping[str, Queue], use: Use, name: str, gpu_type: str, need: int) -> bool:
        """With the need counted twice."""
        return super().fits(queues, use, name, gpu_type, 2 * need)


class QuotaThenAct(Admission):
    """The scheduler has tested the quota; the transaction does not."""

    def has_quota(self, job: Job) -> bool:  # noqa: ARG002 - it was looked at a moment ago
        """It had, a moment ago."""
        return True


class OptimisticCache(Steps):
    """Admission is charged in the cache before the write, and nothing undoes it when the write is not heard of."""

    def before_admit(self, job: Job) -> None:
        """Take it for admitted."""
        self._scheduler.board.change(job, replace_state(job, ADMITTED, job.changed_at))


class EvictedKeepsQuota(Quota):
    """Quota is not dropped at eviction."""

    def is_charged(self, job: Job) -> bool:
        """Also while an evicted job waits."""
        return job.state in CHARGED or (job.state == QUEUED and bool(job.evicted_by))


class EvictedStuck(Board):
    """The mark that a job was evicted is never cleared."""

    def is_held_back(self, job: Job) -> bool:
        """For ever."""
        return bool(job.evicted_by)


class PiecemealGang(GangRule):
    """Members are claimed one by one, as devices are there."""

    def least(self, spec: JobSpec) -> int:  # noqa: ARG002 - whatever it wants
        """One is a beginning."""
        return 1


class StealsNominated(Nominations):
    """Freed devices are given to whoever comes."""

    def is_kept_from(self, preemptor: str | None, job: str) -> bool:  # noqa: ARG002 - first come, first served
        """From nobody."""
        return False


class FreesLostNode(Finishing):
    """The rows of a lost node are dropped at once."""

    def is_gone(self, attempt: Attempt, index: int) -> bool:
        """What is lost is gone."""
        node = self._tables.nodes[attempt.members[index].node]
        return node.state == LOST or super().is_gone(attempt, index)


class ReleaseByDevice(Finishing):
    """A release frees whatever row the device has."""

    def free(self, ids: tuple[str, ...]) -> None:
        """By device."""
        ledger = self._tables.ledger
        for node, device in _devices_of(ids):
            self._tables.drop_rows(list(ledger.rows_at(node, device).values()))


def _devices_of(ids: Sequence[str]) -> list[tuple[str, int]]:
    parts = [id_.split("/") for id_ in ids]
    return [("/".join(one[3:-1]), int(one[-1])) for one in parts]


class HalfFinalised(Collector):
    """The finalizer is removed before the rows are released."""

    def is_clear(self, job: Job) -> bool:  # noqa: ARG002 - rows are somebody else's business
        """It is over."""
        return True


class EvictsInCircles(Victims):
    """Every eviction is judged by itself: who was evicted takes its devices back from whom they went to."""

    def is_in_debt(self, jobs: Mapping[str, Job], preemptor: Job, victim: Job) -> bool:  # noqa: ARG002 - a new day
        """Nobody remembers."""
        return False
