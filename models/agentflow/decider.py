"""Deciders: they run flow code over a history and say what comes next. They keep nothing."""

from typing import TypeVar

from models.agentflow.events import NonDeterminism, ReplayDigest, SignalsTaken
from models.agentflow.messages import Decided, DecisionGiven, PollDecision, Taken
from models.agentflow.parts import EngineParts
from models.agentflow.program import Program
from models.agentflow.replay import Replay
from models.agentflow.settings import EngineSettings
from sim import MS, SECOND, Actor, Message, Request, Timeout

ANSWER_TRIES = 3

R = TypeVar("R", bound=Message)


class Decider(Actor):
    """One incarnation of a decider. Every decision replays the whole history: a cache would change nothing but time."""

    def __init__(self, store: str, settings: EngineSettings, parts: EngineParts, program: Program) -> None:
        self._store = store
        self._settings = settings
        self._parts = parts
        self._program = program

    def on_start(self) -> None:
        """Ask for work. The salt is what a process's hash seed is: another one in every process."""
        self._chance = self.random.child("side")
        self._salt = self.random.word().to_bytes(8, "little")
        for slot in range(self._settings.decisions):
            self.spawn(self.work(slot))

    async def work(self, slot: int) -> None:
        """One decision after another. What others of this decider wait for meanwhile is of other runs."""
        while True:
            try:
                poll = PollDecision(slot)
                given = await self.ask_store(poll, self._settings.poll_wait + SECOND)
            except Timeout:
                continue
            if isinstance(given, DecisionGiven):
                await self.decide(given)

    async def decide(self, given: DecisionGiven) -> None:
        """Replay, tell the checks what came of it, and answer."""
        parts = self._parts
        flow = parts.flow(given.run, self._chance, self._salt)
        replay = Replay(flow, parts.saga(), self._program.flows_at(self.elapsed()), self.now())
        result = replay.over(given.history, given.at)
        for n, digest in result.digests[-1:]:  # one says it all: each holds those before it
            self.emit(ReplayDigest(given.run, n, digest))
        base = len(given.history)
        if result.mismatch is not None:
            self.emit(NonDeterminism(given.run, base, result.mismatch.recorded, result.mismatch.found))
            return  # the lease runs out, and somebody tries again, perhaps with other code
        if flow.taken:
            self.emit(SignalsTaken(given.run, base, tuple(flow.taken)))
        if await self._is_taken(Decided(given.run, given.lease, base, result.commands)):
            self.emit(ReplayDigest(given.run, base, result.present))

    async def ask_store(self, request: Request[R], timeout: int) -> R:
        """One call to the store, at most `timeout` ns. Whoever reaches it by another way replaces this."""
        return await self.call(self._store, request, timeout=timeout)

    async def _is_taken(self, decided: Decided) -> bool:
        """Whether the decision is part of the history, as far as this decider ever hears."""
        for _ in range(ANSWER_TRIES):
            try:
                answer = await self.ask_store(decided, 500 * MS)
            except Timeout:
                continue
            return isinstance(answer, Taken)
        return False
