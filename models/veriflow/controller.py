"""The controller: informer, work queue and leader lease, and the loops of jobs, nodes and what is over."""

from typing import TYPE_CHECKING, TypeVar, cast

from models.veriflow import messages as m
from models.veriflow.commands import Command, Reply
from models.veriflow.elector import Elector
from models.veriflow.events import ConflictSeen, Reconciled
from models.veriflow.informer import Interest
from models.veriflow.objects import Attempt, Job, Lease, Node, Object
from models.veriflow.places import Places
from models.veriflow.port import Port
from models.veriflow.scheduler import acknowledged
from models.veriflow.settings import Settings
from models.veriflow.workqueue import WorkQueue
from sim import Actor, on

if TYPE_CHECKING:
    from models.veriflow.parts import Parts

INTEREST = Interest(("Job", "Attempt", "Node", "Lease"))
WORKERS = 4

O = TypeVar("O", Job, Attempt, Node, Lease)  # noqa: E741


class Controller(Actor):
    """One incarnation of a controller; it acts while it leads."""

    def __init__(self, settings: Settings, places: Places, parts: "Parts", number: int) -> None:
        self.settings = settings
        self._places = places
        self._parts = parts
        self._number = number

    def on_start(self) -> None:
        """Follow the objects, and campaign."""
        settings, parts, apis = self.settings, self._parts, self._places.apis
        self._attempts: dict[int, dict[str, None]] = {}
        self._on_node: dict[str, dict[str, None]] = {}
        self.port = Port(self, apis, self._number, settings.call_timeout)
        self.informer = parts.informer(self, apis, INTEREST, settings, self._changed, self._listed)
        self.jobs = parts.job_controller(self, parts.backoff())
        self.nodes = parts.node_controller(self)
        self.collector = parts.collector(self)
        self._triggers = parts.triggers(self)
        self.queue = WorkQueue(self, self._work, WORKERS)
        self.elector = Elector(self, self.port, "controller", settings.leader, elect=settings.elect, began=self._lead)
        self._is_following = False
        self._resync = self.timer(self._look_at_all)
        self._resync.reset(settings.resync)
        self.spawn(self.elector.campaign())
        self.spawn(self.nodes.watch())

    @property
    def checkpoints(self) -> str:
        """Where fences stand."""
        return self._places.checkpoints

    @property
    def is_active(self) -> bool:
        """Whether it leads and knows the world."""
        return self.elector.leads and self.informer.synced

    def _lead(self) -> None:
        self.nodes.forget()
        if not self._is_following:
            self._is_following = True
            self.spawn(self.informer.follow(self._number))
        self._triggers.after_list()

    @on(m.Push)
    def push(self, source: str, push: m.Push) -> None:
        """From a front."""
        self.informer.push(source, push)

    # What is known

    def find(self, kind: type[O], name: str) -> O | None:
        """An object of the cache."""
        return cast("O | None", self.informer.objects[kind.__name__].get(name))

    def all_of(self, kind: type[O]) -> list[O]:
        """All objects of a kind."""
        return cast("list[O]", list(self.informer.objects[kind.__name__].values()))

    def attempts_of(self, job: Job) -> list[str]:
        """The names of a job's attempts that are not gone."""
        return list(self._attempts.get(job.uid, ()))

    def _index(self, before: Object | None, after: Object | None) -> None:
        if isinstance(before, Attempt) and after is None:
            names = self._attempts[before.job_uid]
            names.pop(before.name, None)
            if not names:
                del self._attempts[before.job_uid]
            for member in before.members:
                self._on_node[member.node].pop(before.name, None)
        elif isinstance(after, Attempt):
            self._attempts.setdefault(after.job_uid, {})[after.name] = None
            for member in after.members:
                self._on_node.setdefault(member.node, {})[after.name] = None

    def _changed(self, before: Object | None, after: Object | None) -> None:
        self._index(before, after)
        one = after if after is not None else before
        if isinstance(one, Job):
            self.queue.add(one.name)
        elif isinstance(one, Attempt):
            self.queue.add(one.job)
        elif isinstance(one, Node):
            for name in self._on_node.get(one.name, ()):
                attempt = self.find(Attempt, name)
                if attempt is not None:
                    self.queue.add(attempt.job)

    def _listed(self) -> None:
        self._attempts.clear()
        self._on_node.clear()
        for attempt in self.all_of(Attempt):
            self._index(None, attempt)
        self._triggers.after_list()

    def _look_at_all(self) -> None:
        self._triggers.after_list()
        self._resync.reset(self.settings.resync)

    # What is done

    async def _work(self, name: str) -> None:
        if self.is_active:
            await self.jobs.step(name)

    async def write(self, name: str, command: Command) -> Reply:
        """Write, and wait until the cache shows it."""
        seen = self.informer.revision
        self.emit(Reconciled(self.name, name, seen, 0), at_once=True)
        reply = await self.port.do(command)
        if reply.ok:
            self.emit(Reconciled(self.name, name, seen, reply.revision), at_once=True)
        else:
            self.emit(ConflictSeen(self.name, name), at_once=True)
        await self.informer.reach(acknowledged(reply))
        return reply


class Triggers:
    """When the loop looks at names beside what a watch says."""

    def __init__(self, controller: Controller) -> None:
        self.controller = controller

    def after_list(self) -> None:
        """After a list, and once in each resync: at all of them, for events only say where to look."""
        controller = self.controller
        if controller.is_active:
            for job in controller.all_of(Job):
                controller.queue.add(job.name)
