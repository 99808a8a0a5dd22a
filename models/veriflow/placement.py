"""Where a gang goes: exact feasibility first, then best fit; the whole gang or nothing.

Free devices are counted by node in buckets, one set of buckets for each kind of node (type and memory), so that asking
whether a gang fits costs as much as a node has devices, however many nodes there are.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from models.veriflow.objects import JobSpec, Member, Node

Place = tuple[str, str]
"""(zone, name) of a node: the order of ties"""


@dataclass(frozen=True)
class Seat:
    """Members of one node: how many, and of how many GPUs each."""

    node: str
    members: int


class GangRule:
    """A gang is all of its members."""

    def least(self, spec: JobSpec) -> int:
        """How many members it must have at least: all."""
        return spec.members

    def is_whole(self, spec: JobSpec, members: Sequence[Member]) -> bool:
        """Whether these are enough members of g devices each, all different."""
        devices = {(member.node, device) for member in members for device in member.devices}
        enough = self.least(spec) <= len(members) <= spec.members
        return enough and len(devices) == spec.gpus * len(members)


class Buckets:
    """Nodes of one kind, by how many of their devices are free."""

    def __init__(self) -> None:
        self.by_free: dict[int, list[Place]] = {}

    def add(self, place: Place, free: int) -> None:
        """A node has so many free."""
        insort(self.by_free.setdefault(free, []), place)

    def discard(self, place: Place, free: int) -> None:
        """It has not any more."""
        bucket = self.by_free[free]
        bucket.pop(bisect_left(bucket, place))
        if not bucket:
            del self.by_free[free]

    def copy(self) -> "Buckets":
        """The same, to be changed by somebody else."""
        made = Buckets()
        made.by_free = {free: list(places) for free, places in self.by_free.items()}
        return made

    def seats(self, gpus: int) -> int:
        """How many members of so many GPUs fit."""
        return sum(len(places) * (free // gpus) for free, places in self.by_free.items())

    def most(self) -> int:
        """The most that one node has free."""
        return max(self.by_free, default=0)


def fits(buckets: Iterable[Buckets], spec: JobSpec, members: int) -> bool:
    """Exact: one node with all of it, or members over nodes, as many on each as there is room for."""
    if spec.one_node:
        return any(one.most() // spec.gpus >= members for one in buckets)
    return sum(one.seats(spec.gpus) for one in buckets) >= members


def best_fit(buckets: Sequence[Buckets], spec: JobSpec, members: int) -> list[Seat] | None:
    """The seats of so many members: on few nodes, with little left over, by zone and name; None if it does not fit.

    While no node has room for all that is left, the one with the most room is taken whole (of these the one that is
    left with least); then the smallest that has room for the rest. So the number of nodes is the least possible.
    """
    if not fits(buckets, spec, members):
        return None
    left = members
    taken: dict[str, None] = {}
    seats: list[Seat] = []
    while left:
        free, place = _next_node(buckets, spec.gpus, left, taken)
        count = min(left, free // spec.gpus)
        seats.append(Seat(place[1], count))
        taken[place[1]] = None
        left -= count
    return seats


def _next_node(buckets: Sequence[Buckets], gpus: int, left: int, taken: dict[str, None]) -> tuple[int, Place]:
    enough: tuple[int, Place] | None = None
    most: tuple[int, int, Place] | None = None
    for one in buckets:
        for free, places in one.by_free.items():
            room = free // gpus
            if not room:
                continue
            place = next((found for found in places if found[1] not in taken), None)
            if place is None:
                continue
            if room >= left and (enough is None or (free, place) < enough):
                enough = free, place
            if most is None or (-room, free, place) < most:
                most = -room, free, place
    if enough is not None:
        return enough
    assert most is not None, "the gang fits: there is a node with room"
    return most[1], most[2]


def could_ever_hold(nodes: Iterable[Node], spec: JobSpec) -> bool:
    """Whether the cluster could hold the gang if it were empty and all of it were well."""
    return could_hold(
        [node.devices for node in nodes if node.gpu_type == spec.gpu_type and node.memory >= spec.memory], spec
    )


def could_hold(rooms: Sequence[int], spec: JobSpec) -> bool:
    """Whether nodes with so many devices each could hold the gang."""
    if spec.one_node:
        return any(room >= spec.need for room in rooms)
    return sum(room // spec.gpus for room in rooms) >= spec.members
