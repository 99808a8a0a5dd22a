"""Brute force for small clusters: what could have been placed, admitted, or evicted, to judge the scheduler by.

Nothing here is used by the scheduler. Sizes are small (four nodes of four devices, six jobs): all maps of members to
nodes are tried, up to the symmetry of devices on a node.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

Free = tuple[int, ...]
"""Free devices of each node"""


@dataclass(frozen=True)
class Gang:
    """Members of so many GPUs each, of one type (all nodes here have it); on one node or anywhere."""

    members: int
    gpus: int
    one_node: bool = False

    @property
    def need(self) -> int:
        """All GPUs."""
        return self.members * self.gpus


def placements(free: Free, gang: Gang) -> Iterator[tuple[int, ...]]:
    """All ways to put a gang on nodes: members on each node, in the order of nodes."""

    def extend(node: int, left: int, chosen: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        if node == len(free):
            if not left:
                yield chosen
            return
        for members in range(min(left, free[node] // gang.gpus) + 1):
            yield from extend(node + 1, left - members, (*chosen, members))

    for found in extend(0, gang.members, ()):
        if not gang.one_node or sum(members > 0 for members in found) == 1:
            yield found


def can_place(free: Free, gang: Gang) -> bool:
    """Whether any way exists."""
    return next(placements(free, gang), None) is not None


def after(free: Free, gang: Gang, placed: Sequence[int]) -> Free:
    """What is free once a gang is placed."""
    return tuple(have - members * gang.gpus for have, members in zip(free, placed, strict=True))


def can_place_all(free: Free, gangs: Sequence[Gang]) -> bool:
    """Whether all of these fit at once."""
    if not gangs:
        return True
    first, rest = gangs[0], gangs[1:]
    return any(can_place_all(after(free, first, placed), rest) for placed in placements(free, first))


def most_used(free: Free, gangs: Sequence[Gang], limit: int | None = None) -> int:
    """The most GPUs that any set of the gangs, each whole or not at all, can use together; at most `limit`."""
    best = 0
    for size in range(len(gangs), 0, -1):
        for chosen in combinations(gangs, size):
            used = sum(gang.need for gang in chosen)
            if used > best and (limit is None or used <= limit) and can_place_all(free, chosen):
                best = used
    return best


def first_set(free: Free, gangs: Sequence[Gang], limit: int | None = None) -> tuple[int, ...]:
    """The lexicographically best set by the order given: each gang is in it if it still fits with those before it."""
    chosen: list[int] = []
    used = 0
    for index, gang in enumerate(gangs):
        fits_quota = limit is None or used + gang.need <= limit
        if fits_quota and can_place_all(free, [gangs[one] for one in (*chosen, index)]):
            chosen.append(index)
            used += gang.need
    return tuple(chosen)


def fewest_victims(free: Free, gang: Gang, running: Mapping[str, Sequence[tuple[int, int]]]) -> int | None:
    """The least number of running jobs whose devices, once free, make room; None if all of them do not.

    `running` gives each job's (node, devices) pairs.
    """
    names = list(running)
    for size in range(len(names) + 1):
        for chosen in combinations(names, size):
            freed = list(free)
            for name in chosen:
                for node, devices in running[name]:
                    freed[node] += devices
            if can_place(tuple(freed), gang):
                return size
    return None


def fewest_nodes(free: Free, gang: Gang) -> int | None:
    """The least number of nodes that a gang needs; None if it does not fit."""
    return min((sum(members > 0 for members in placed) for placed in placements(free, gang)), default=None)
