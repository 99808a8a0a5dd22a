"""Shares of queues: dominant resource fairness over GPU types, or what is borrowed, divided by weight.

Ghodsi and others, "Dominant Resource Fairness" (NSDI 2011); Kueue's fair sharing for `borrowed`. Exact fractions: two
shares that are equal are equal on every machine.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction

from models.veriflow.objects import Queue
from models.veriflow.queue_quota import Use

Share = tuple[int, Fraction]
"""Compared as they stand: (1, 0) is infinite, and (0, x) is x."""

INFINITE: Share = (1, Fraction(0))


class FairShare:
    """How much of its fair part each queue has. `capacity` is GPUs by type, of the whole cluster."""

    def __init__(self, rule: str, capacity: Mapping[str, int], queues: Mapping[str, Queue]) -> None:
        self._borrowed_only = rule == "borrowed"
        self._capacity = capacity
        self._queues = queues

    def of(self, name: str, use: Use, more: Mapping[str, int] | None = None) -> Share:
        """The share of a queue with `more` of some types added to its use, negative to take away."""
        queue = self._queues[name]
        if queue.weight == 0:
            return INFINITE
        dominant = max((self._part(queue, gpu_type, use, more) for gpu_type in self._capacity), default=Fraction(0))
        return (0, dominant / queue.weight)

    def _part(self, queue: Queue, gpu_type: str, use: Use, more: Mapping[str, int] | None) -> Fraction:
        used = use.get((queue.name, gpu_type), 0) + (more.get(gpu_type, 0) if more else 0)
        whole = self._capacity[gpu_type]
        if self._borrowed_only:
            used = max(0, used - queue.quota(gpu_type).nominal)
            whole = self._lendable(queue, gpu_type)
        return Fraction(used, whole) if whole else Fraction(used)

    def _lendable(self, queue: Queue, gpu_type: str) -> int:
        cohort = [one for one in self._queues.values() if one.cohort == queue.cohort] if queue.cohort else [queue]
        return sum(one.quota(gpu_type).nominal for one in cohort)


def progressive_filling(
    capacity: Mapping[str, int], needs: Mapping[str, Mapping[str, int]], tasks_max: int = 1_000
) -> dict[str, int]:
    """DRF as the paper has it (algorithm 1): give the next task to the least dominant share, until it does not fit.

    `needs` is what one task of each user takes of each resource. Users who do not fit any more drop out.
    """
    left, given = dict(capacity), dict.fromkeys(needs, 0)
    active = list(needs)
    for _ in range(tasks_max):
        if not active:
            break
        user = min(active, key=lambda one: (_dominant(capacity, needs[one], given[one]), one))
        if any(need > left[resource] for resource, need in needs[user].items()):
            active.remove(user)
            continue
        for resource, need in needs[user].items():
            left[resource] -= need
        given[user] += 1
    return given


def _dominant(capacity: Mapping[str, int], need: Mapping[str, int], tasks: int) -> Fraction:
    return max(Fraction(tasks * amount, capacity[resource]) for resource, amount in need.items())


def dominant_shares(
    capacity: Mapping[str, int], needs: Mapping[str, Mapping[str, int]], given: Mapping[str, int]
) -> list[Fraction]:
    """The dominant share of each user, in the order of `needs`."""
    return [_dominant(capacity, needs[user], given[user]) for user in _names(needs)]


def _names(needs: Iterable[str]) -> list[str]:
    return list(needs)
