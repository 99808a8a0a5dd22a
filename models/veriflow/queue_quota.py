"""Quotas with borrowing: what a queue of a cohort may use (Kueue: ClusterQueue and cohort, both limits)."""

from collections.abc import Iterable, Mapping

from models.veriflow.objects import CHARGED, Job, Queue

Use = Mapping[tuple[str, str], int]
"""(queue, GPU type) -> GPUs in use"""


class Quota:
    """The rules. They look at queues and use as they are given, and keep nothing."""

    def is_charged(self, job: Job) -> bool:
        """Whether a job's need counts as use of its queue."""
        return job.state in CHARGED

    def fits(self, queues: Mapping[str, Queue], use: Use, name: str, gpu_type: str, need: int) -> bool:
        """Whether queue `name` may use `need` more: within nominal and borrowing limit, and lenders offer enough."""
        queue = queues[name]
        quota = queue.quota(gpu_type)
        after = use.get((name, gpu_type), 0) + need
        if after > quota.nominal + (quota.borrow if queue.cohort else 0):
            return False
        if not queue.cohort:
            return True
        others = [one for one in queues.values() if one.cohort == queue.cohort and one.name != name]
        return is_balanced([(queue, after), *((one, use.get((one.name, gpu_type), 0)) for one in others)], gpu_type)


def is_balanced(uses: Iterable[tuple[Queue, int]], gpu_type: str) -> bool:
    """Whether over these queues of a cohort, with these uses of a type, all that is borrowed is offered."""
    borrowed = offered = 0
    for queue, used in uses:
        quota = queue.quota(gpu_type)
        borrowed += max(0, used - quota.nominal)
        offered += min(quota.lend, max(0, quota.nominal - used))
    return borrowed <= offered


def is_borrowing(queue: Queue, use: Use, gpu_type: str) -> bool:
    """Whether it uses more than its nominal quota."""
    return use.get((queue.name, gpu_type), 0) > queue.quota(gpu_type).nominal
