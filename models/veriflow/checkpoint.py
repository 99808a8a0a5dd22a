"""Checkpoints: for each job a fence, the newest step and the result; only the attempt of the fence may write.

As Burrows' sequencers ("Chubby", OSDI 2006, section 2.4): the fence is durable before the attempt begins, so whatever
lives on from an attempt before it changes nothing.
"""

from typing import TYPE_CHECKING

from models.patterns import Journal
from models.veriflow import messages as m
from models.veriflow.events import CheckpointRefused, CheckpointTaken, Fenced, ResultTaken
from models.veriflow.settings import Settings
from sim import Actor, Caller, Message, on

if TYPE_CHECKING:
    from models.veriflow.parts import Parts

FENCED = "fenced"


class Saved(Message):
    """What became true of a job: its fence, its newest step, whether its result is there."""

    serial: int
    job: int
    attempt: int
    step: int
    what: str


class Gate:
    """Who may write."""

    def admits(self, fence: int, step: int, attempt: int, new: int) -> bool:
        """Whether an attempt may write step `new`, with this fence and this newest step."""
        return attempt == fence and new > step


class Checkpoints(Actor):
    """One incarnation of the place where checkpoints are kept."""

    def __init__(self, settings: Settings, parts: "Parts") -> None:
        self._settings = settings
        self._parts = parts

    def on_start(self) -> None:
        """Read the journal, and say everything again."""
        self._gate = self._parts.gate()
        self._fence: dict[int, int] = {}
        self._step: dict[int, int] = {}
        self._done: dict[int, int] = {}
        self._serial = 0
        self._journal: Journal[Saved] = Journal(self.disk, "checkpoints", Saved)
        for saved in self._journal.read():
            self._apply(saved)

    def _write(self, job: int, attempt: int, step: int, what: str) -> None:
        saved = Saved(self._serial + 1, job, attempt, step, what)
        self._journal.append(saved)
        self._apply(saved)

    def _apply(self, saved: Saved) -> None:
        self._serial = saved.serial
        if saved.what == "fence":
            self._fence[saved.job] = saved.attempt
            self.emit(Fenced(saved.serial, saved.job, saved.attempt))
        elif saved.what == "result":
            self._done[saved.job] = saved.attempt
            self.emit(ResultTaken(saved.serial, saved.job, saved.attempt))
        else:
            self._step[saved.job] = saved.step
            self.emit(CheckpointTaken(saved.serial, saved.job, saved.attempt, saved.step))

    def _newest(self, job: int) -> m.Newest:
        return m.Newest(self._step.get(job, 0), job in self._done)

    @on(m.Fence)
    def fence(self, _: Caller, ask: m.Fence) -> m.Newest:
        """From scheduler and controller. A lower one changes nothing."""
        if ask.attempt > self._fence.get(ask.job, 0):
            self._write(ask.job, ask.attempt, 0, "fence")
        return self._newest(ask.job)

    @on(m.PutCheckpoint)
    def put(self, caller: Caller, ask: m.PutCheckpoint) -> m.Newest | None:
        """From a process."""
        fence, step = self._fence.get(ask.job, 0), self._step.get(ask.job, 0)
        if not self._gate.admits(fence, step, ask.attempt, ask.step) or ask.job in self._done:
            if ask.attempt == fence and ask.step <= step:
                return self._newest(ask.job)  # said twice, or overtaken by a later one of the same attempt
            self.emit(CheckpointRefused(ask.job, ask.attempt, ask.step))
            self.refuse(caller, FENCED)
            return None
        self._write(ask.job, ask.attempt, ask.step, "step")
        return self._newest(ask.job)

    @on(m.PutResult)
    def result(self, caller: Caller, ask: m.PutResult) -> m.Newest | None:
        """From a process. The result of an attempt before is as good: the job is done."""
        fence = self._fence.get(ask.job, 0)
        if not self._gate.admits(fence, 0, ask.attempt, 1):
            self.emit(CheckpointRefused(ask.job, ask.attempt, -1))
            self.refuse(caller, FENCED)
            return None
        if ask.job not in self._done:
            self._write(ask.job, ask.attempt, 0, "result")
        return self._newest(ask.job)
