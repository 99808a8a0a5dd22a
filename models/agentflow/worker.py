"""Workers: they take attempts, do them, and say how they ended. Safety never rests on their stopping."""

from typing import TypeVar

from models.agentflow.attempt import NO_ACTIVITY, ActivityFailed, Attempt
from models.agentflow.events import Attempted
from models.agentflow.messages import Heartbeat, Late, PollStep, StepDone, StepError, StepGiven, Taken
from models.agentflow.program import Program
from models.agentflow.settings import EngineSettings
from sim import MS, SECOND, Actor, Message, Refused, Request, Timeout

REPORT_TRIES = 20

R = TypeVar("R", bound=Message)


class Worker(Actor):
    """One incarnation of a worker. What it was doing when it crashed, nobody knows."""

    def __init__(self, store: str, settings: EngineSettings, program: Program) -> None:
        self._store = store
        self._settings = settings
        self._program = program

    def on_start(self) -> None:
        """One story for each slot."""
        self._kept: dict[str, object] = {}
        for slot in range(self._settings.slots):
            self.spawn(self.work(slot))

    async def work(self, slot: int) -> None:
        """One attempt after another."""
        while True:
            try:
                poll = PollStep(slot)
                given = await self.ask_store(poll, self._settings.poll_wait + SECOND)
            except Timeout:
                continue
            if isinstance(given, StepGiven):
                await self.attend(given)

    async def attend(self, given: StepGiven) -> None:
        """Do one attempt and report it. One that is over by the clock is reported by nobody: its slot is free again."""
        token = given.token
        self.emit(Attempted(token.run, token.step, token.attempt, given.undo))
        report: StepDone | StepError
        try:
            result = await self.within_time(given)
            if result is None:
                return
            report = StepDone(token, result)
        except ActivityFailed as failure:
            report = StepError(token, failure.kind, failure.clean)
        except Refused as refused:
            report = StepError(token, refused.reason, clean=True)
        except Timeout:
            report = StepError(token, "timeout", clean=False)
        await self.tell(report)

    async def within_time(self, given: StepGiven) -> bytes | None:
        """The result; None if the attempt lost its standing, or its time was up."""
        keys = self.key(given), self.undo_key(given)
        attempt = Attempt(self, given, *keys, self._settings.call_timeout, self._kept)
        over = _nothing(self, given.policy.start_to_close)
        first = await self.first_of(self.perform(given, attempt), self._stand(given, attempt), over)
        return first.value

    async def perform(self, given: StepGiven, attempt: Attempt) -> bytes | None:
        """Let the activity act on the world."""
        activities = self._program.undos if given.undo else self._program.activities
        activity = activities.get(given.name)
        if activity is None:
            raise ActivityFailed(NO_ACTIVITY)
        return await activity(attempt)

    def key(self, given: StepGiven) -> str:
        """What services know the step by: the same in every attempt."""
        return given.key

    def undo_key(self, given: StepGiven) -> str:
        """What services know its undo by."""
        return f"{given.key}/undo"

    async def tell(self, report: StepDone | StepError) -> None:
        """Report until the store answers: it must not wait for the timeout because a message was lost."""
        for _ in range(REPORT_TRIES):
            try:
                await self._say(report, 500 * MS)
            except Timeout:
                continue
            return

    async def ask_store(self, request: Request[R], timeout: int) -> R:
        """One call to the store, at most `timeout` ns. Whoever reaches it by another way replaces this."""
        return await self.call(self._store, request, timeout=timeout)

    async def _say(self, request: Request[Taken | Late], timeout: int) -> Taken | Late:
        return await self.ask_store(request, timeout)

    async def _stand(self, given: StepGiven, attempt: Attempt) -> bytes | None:
        """Send heartbeats, if they are asked for, until the store says that the attempt is over."""
        if not given.policy.heartbeat:
            await self.sleep(2 * given.policy.start_to_close)
        pace = max(MS, given.policy.heartbeat // 4)
        while True:
            await self.sleep(pace)
            try:
                answer = await self._say(Heartbeat(given.token, attempt.details), pace)
            except Timeout:
                continue
            if isinstance(answer, Late):
                return None


async def _nothing(worker: Actor, ns: int) -> bytes | None:
    """Wait, with nothing to show for it."""
    await worker.sleep(ns)
    return None
