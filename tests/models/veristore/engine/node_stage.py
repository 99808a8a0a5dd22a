"""A store node in a world of its own, and a client that does what a test tells it."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

from models.veristore.machine import commands as c
from models.veristore.machine import questions as q
from models.veristore.machine.replies import Reply, decode_reply
from models.veristore.messages import Command, Question
from models.veristore.node import StoreNode
from models.veristore.parts import Parts
from models.veristore.settings import Settings
from sim import MS, SECOND, Actor, Event, Refused, Timeout
from sim.world.disk_profile import NVME_PLP, DiskProfile
from sim.world.distributions import Constant
from sim.world.world import Setting, World

E = TypeVar("E", bound=Event)
Story = Callable[["Prober"], Awaitable[None]]


class Prober(Actor):
    """Tells one story, and may pull levers of the world.

    `seen` is what it was answered: replies, reasons of refusals, or "silence".
    """

    def __init__(self, story: Story, seen: list[Reply | str], world: World) -> None:
        self.world = world
        self._story = story
        self.seen = seen

    def on_start(self) -> None:
        self.spawn(self._tell())

    async def _tell(self) -> None:
        await self._story(self)

    async def do(self, command: c.Command, server: str = "n1") -> Reply | str:
        """Have a command done, without a session."""
        return await self._call(Command(c.encode_command(command)), server)

    async def ask(self, question: q.Question, server: str = "n1") -> Reply | str:
        """Have a question answered."""
        return await self._call(Question(q.encode_question(question)), server)

    async def _call(self, request: Command | Question, server: str) -> Reply | str:
        try:
            answer = await self.call(server, request, timeout=200 * MS)
            seen: Reply | str = decode_reply(answer.body)
        except Refused as refusal:
            seen = refusal.reason
        except Timeout:
            seen = "silence"
        self.seen.append(seen)
        return seen


class NodeStage:
    """World time stands at 0 until `run`; events are kept in `told`."""

    def __init__(self, *stories: Story, settings: Settings | None = None, profile: DiskProfile = NVME_PLP) -> None:
        self.world = World(1, Setting(latency=Constant(1 * MS), disk=profile, fifo=True))
        self.told: list[Event] = []
        self.seen: list[list[Reply | str]] = []
        self.world.subscribe([Event], lambda emitted: self.told.append(emitted.event))
        self.world.add("n1", partial(StoreNode, settings or Settings(), Parts()))
        for number, story in enumerate(stories):
            self.seen.append([])
            self.world.add(f"c{number}", partial(Prober, story, self.seen[-1], self.world), is_client=True)
        self.world.boot()

    def run(self, ns: int = SECOND) -> "NodeStage":
        """Let time pass."""
        self.world.run_until(self.world.now + ns)
        return self

    def said(self, kind: type[E]) -> list[E]:
        """All events of a kind, in order."""
        return [event for event in self.told if isinstance(event, kind)]
