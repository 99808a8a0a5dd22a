"""The way to AgentFlow's store behind a Raft group: whichever server leads has it, and names the leader if it does not.

Deciders, workers and clients are AgentFlow's own; only where they send what they say is put in here.
"""

from collections.abc import Sequence
from typing import TypeVar

from models import agentflow, llm_cache, tyche
from models.stack.cache_inference import Streams
from models.stack.functions_port import FunctionAnswers
from models.stack.group_replica import ELSEWHERE
from sim import MS, Actor, Message, Refused, Request, Stream, Timeout, on

R = TypeVar("R", bound=Message)
BACK_OFF = (5 * MS, 50 * MS)


class FlowLine:
    """Of one actor. It stays with a server that answered, and turns to the next one when there is no answer."""

    def __init__(self, actor: Actor, servers: Sequence[str], retries: Stream) -> None:
        self._actor = actor
        self._servers = tuple(servers)
        self._retries = retries
        self._target = retries.choice(self._servers)

    async def ask(self, request: Request[R], timeout: int) -> R:
        """One call, at most `timeout` ns: Refused if the store says no, Timeout if nobody knows."""
        deadline, hinted = self._actor.elapsed() + timeout, False
        while (left := deadline - self._actor.elapsed()) > 0:
            target = self._target
            try:
                return await self._actor.call(target, request, timeout=left)
            except Timeout:
                self._turn(target)
                raise
            except Refused as refusal:
                if not refusal.reason.startswith(ELSEWHERE):
                    raise
                hint = refusal.reason.removeprefix(ELSEWHERE)
            if hint and hint != target and not hinted:
                self._target, hinted = hint, True
                continue
            hinted = False
            self._turn(target)
            await self._actor.sleep(self._retries.between(*BACK_OFF))
        raise Timeout(self._target)

    def _turn(self, target: str) -> None:
        """To the next server, unless somebody else of this actor has found a better one meanwhile."""
        if self._target == target:
            self._target = self._servers[(self._servers.index(target) + 1) % len(self._servers)]


class FlowPort(agentflow.Port):
    """A client's way to the store behind the group."""

    def __init__(self, actor: Actor, line: FlowLine) -> None:
        super().__init__(actor, "the store")
        self._line = line

    async def ask_store(self, request: Request[R], timeout: int) -> R:
        """One call."""
        return await self._line.ask(request, timeout)


class LinedDecider(agentflow.Decider):
    """A decider of a store behind a group."""

    def __init__(
        self,
        servers: Sequence[str],
        settings: agentflow.EngineSettings,
        parts: agentflow.EngineParts,
        program: agentflow.Program,
    ) -> None:
        super().__init__("the store", settings, parts, program)
        self._servers = tuple(servers)

    def on_start(self) -> None:
        """Look for the store, and ask it for work."""
        self._line = FlowLine(self, self._servers, self.random.child("store"))
        super().on_start()

    async def ask_store(self, request: Request[R], timeout: int) -> R:
        """One call."""
        return await self._line.ask(request, timeout)


class LinedWorker(agentflow.Worker):
    """A worker of a store behind a group."""

    def __init__(self, servers: Sequence[str], settings: agentflow.EngineSettings, program: agentflow.Program) -> None:
        super().__init__("the store", settings, program)
        self._servers = tuple(servers)

    def on_start(self) -> None:
        """Look for the store, and ask it for work."""
        self._line = FlowLine(self, self._servers, self.random.child("store"))
        self.streams = Streams(self)
        self.answers = FunctionAnswers(self)
        super().on_start()

    @on(llm_cache.Chunk)
    def chunk(self, source: str, chunk: llm_cache.Chunk) -> None:
        """Part of an answer, from a router of the engines."""
        self.streams.hear(source, chunk)

    @on(tyche.Answer)
    def answered(self, source: str, answer: tyche.Answer) -> None:  # noqa: ARG002 - there is one controller
        """The result of a function."""
        self.answers.hear(answer)

    async def ask_store(self, request: Request[R], timeout: int) -> R:
        """One call."""
        return await self._line.ask(request, timeout)
