"""Where there is room: nodes, rows and nominations as the scheduler knows them, counted by what is free on nodes."""

from typing import TYPE_CHECKING

from models.veriflow.objects import READY, Job, JobSpec, Member, Node
from models.veriflow.placement import Buckets, Seat, best_fit, fits

if TYPE_CHECKING:
    from models.veriflow.parts import Parts

Kind = tuple[str, int]
"""(GPU type, memory) of a node"""


class Room:
    """What is free. Whoever changes a node, rows or nominations says so, and the node is counted again."""

    def __init__(self, parts: "Parts") -> None:
        self.rule = parts.gang_rule()
        self._nominations = parts.nominations()
        self.ledger = parts.ledger()
        self.nodes: dict[str, Node] = {}
        self.nominated: dict[tuple[str, int], str] = {}
        self.claims: dict[str, tuple[str, int]] = {}
        """The devices of shared claims, by claim: nobody knows when these end."""
        self.buckets: dict[Kind, Buckets] = {}
        self._counted: dict[str, tuple[Kind, int]] = {}

    def is_usable(self, node: Node) -> bool:
        """Whether rows may be written there."""
        return node.state == READY and not node.cordoned and node.epoch > 0

    def free_devices(self, node: Node, job: str) -> list[int]:
        """Devices that a job could have there: free, there, and not nominated to another."""
        if not self.is_usable(node):
            return []
        return [
            device
            for device in self.ledger.free(node.name)
            if device not in node.missing and not self.is_kept(node.name, device, job)
        ]

    def is_kept(self, node: str, device: int, job: str) -> bool:
        """Whether a device is nominated to another job than this one."""
        return self._nominations.is_kept_from(self.nominated.get((node, device)), job)

    def recount(self, name: str, job: str = "") -> None:
        """Something has changed on a node; with `job`, what is nominated to it counts as free."""
        counted = self._counted.pop(name, None)
        node = self.nodes.get(name)
        if counted is not None:
            kind, free = counted
            self.buckets[kind].discard(self._place(name, node), free)
        if node is not None and self.is_usable(node):
            kind = node.gpu_type, node.memory
            free = len(self.free_devices(node, job))
            self.buckets.setdefault(kind, Buckets()).add((node.zone, name), free)
            self._counted[name] = kind, free

    def _place(self, name: str, node: Node | None) -> tuple[str, str]:
        assert node is not None, f"{name} was counted, and nodes never go"
        return node.zone, name

    def rooms(self, spec: JobSpec) -> list[int]:
        """How many devices each usable node that fits a job would have if no job ran: without those that are shared."""
        shared = dict.fromkeys(self.claims.values())
        return [
            node.devices - len(node.missing) - sum(at == node.name and i not in node.missing for at, i in shared)
            for node in self.nodes.values()
            if self.is_usable(node) and node.gpu_type == spec.gpu_type and node.memory >= spec.memory
        ]

    def counted(self, spec: JobSpec) -> dict[str, tuple[Kind, int]]:
        """Of each usable node that fits a job: its kind, and how many devices are free there."""
        return {
            name: (kind, free)
            for name, (kind, free) in self._counted.items()
            if kind[0] == spec.gpu_type and kind[1] >= spec.memory
        }

    def buckets_for(self, spec: JobSpec) -> list[Buckets]:
        """The nodes that fit a job, by what is free there."""
        gpu_type = spec.gpu_type
        return [one for (kind, memory), one in self.buckets.items() if kind == gpu_type and memory >= spec.memory]

    def holds(self, job: Job) -> bool:
        """Whether `place` finds one."""
        if job.nominated:
            return self.place(job) is not None
        return fits(self.buckets_for(job.spec), job.spec, self.rule.least(job.spec))

    def place(self, job: Job) -> tuple[Member, ...] | None:
        """Where the whole gang goes, with its devices; None if it does not fit. Its own nominations are open."""
        own = dict.fromkeys(node for node, _ in job.nominated)
        for node in own:
            self.recount(node, job.name)
        members = self._seated(job)
        for node in own:
            self.recount(node)
        return members

    def _seated(self, job: Job) -> tuple[Member, ...] | None:
        spec = job.spec
        for count in range(spec.members, self.rule.least(spec) - 1, -1):
            seats = best_fit(self.buckets_for(spec), spec, count)
            if seats is not None:
                return self._members(job, seats)
        return None

    def _members(self, job: Job, seats: list[Seat]) -> tuple[Member, ...]:
        members = []
        gpus = job.spec.gpus
        for seat in seats:
            node = self.nodes[seat.node]
            devices = self.free_devices(node, job.name)
            members += [
                Member(node.name, node.epoch, tuple(devices[i * gpus : (i + 1) * gpus])) for i in range(seat.members)
            ]
        return tuple(members)
