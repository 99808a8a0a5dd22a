"""Promises about the outside world, counted there: how often steps had effects, and what was left of what was undone.

A key begins with run and step: `c1.7/3`. Whatever follows, the effect is that step's.
"""

from models.agentflow import history as h
from models.agentflow.events import Effect, Recorded, Undone, Voided
from models.agentflow.invariants.view import Runs, StepSeen
from sim import Emitted, RunRecord, Verdict
from sim.invariants import Invariant, when

StepId = tuple[str, int]


def step_of(key: str) -> StepId:
    """The run and the step that a key belongs to."""
    run, _, rest = key.partition("/")
    digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
    return run, int(digits or 0)


class World:
    """Effects and their undoing, each once: a service that comes back says everything again."""

    def __init__(self) -> None:
        self.effects: dict[StepId, list[Emitted]] = {}
        self.undone: dict[StepId, list[Emitted]] = {}
        self.voided: dict[StepId, Emitted] = {}
        self._known: dict[tuple[str, str, int], None] = {}

    def is_new(self, emitted: Emitted) -> bool:
        """Take in what a service said; whether it is news."""
        event = emitted.event
        if isinstance(event, Voided):
            return self.voided.setdefault(step_of(event.key), emitted) is emitted
        assert isinstance(event, (Effect, Undone)), "services say no more than this"
        said = type(event).__name__, emitted.node, event.serial
        if said in self._known:
            return False
        self._known[said] = None
        into = self.effects if isinstance(event, Effect) else self.undone
        into.setdefault(step_of(event.key), []).append(emitted)
        return True


class EffectCount(Invariant):
    """A step that completed had its effect: once where the service knows keys, at least once where it does not."""

    name = "effect-count"
    claim = "every completed step had its effect, and no step had two"
    watches = (Recorded, Effect)

    def __init__(self, *, dedupe: bool) -> None:
        super().__init__()
        self._dedupe = dedupe
        self._runs = Runs()
        self._world = World()

    def observe(self, emitted: Emitted) -> None:
        """Count effects; ask for one when a step completes."""
        event = emitted.event
        if isinstance(event, Effect):
            if self._world.is_new(emitted):
                self._count(emitted, event.key)
            return
        recorded = self._runs.take(emitted)
        if recorded is None:
            return
        self._runs.fold(recorded)
        inner = recorded.event
        step = self._runs.steps.get((recorded.run, inner.id)) if isinstance(inner, h.StepCompleted) else None
        if step is not None and not step.of and (step.run, step.id) not in self._world.effects:
            self.contradict(emitted, f"{when(emitted)} recorded {step.named} as completed, and it had no effect")

    def _count(self, emitted: Emitted, key: str) -> None:
        step = step_of(key)
        effects = self._world.effects[step]
        if step not in self._runs.steps:
            self.contradict(emitted, f"{when(emitted)} had an effect for {key}, a step that was never scheduled")
        elif self._dedupe and len(effects) > 1:
            first, second, *_ = effects
            self.contradict(
                emitted,
                f"{self._runs.steps[step].named} had effect twice: {when(first)}, {when(second)}",
            )


class SagaExact(Invariant):
    """A run that was compensated left nothing behind, undid last things first, and nothing twice."""

    name = "saga-exact"
    claim = "what was undone was undone wholly, once and in reverse"
    watches = (Recorded, Effect, Undone, Voided)

    def __init__(self, *, dedupe: bool) -> None:
        super().__init__()
        self._dedupe = dedupe
        self._runs = Runs()
        self._world = World()
        self._undos: dict[str, list[StepSeen]] = {}
        self._ended: dict[str, Emitted] = {}
        self._pivots: dict[str, StepSeen] = {}

    def observe(self, emitted: Emitted) -> None:
        """Compare the order of undos as they are scheduled, and what services undo with what they did."""
        event = emitted.event
        if isinstance(event, (Effect, Undone, Voided)):
            if self._world.is_new(emitted):
                self._world_changed(emitted, step_of(event.key))
            return
        recorded = self._runs.take(emitted)
        if recorded is None:
            return
        self._runs.fold(recorded)
        inner = recorded.event
        if isinstance(inner, h.UndoScheduled):
            self._schedule(emitted, recorded.run, inner)
        elif isinstance(inner, h.StepCompleted):
            step = self._runs.steps.get((recorded.run, inner.id))
            if step is not None and step.command.pivot and not step.of:
                self._pivots[recorded.run] = step
        elif isinstance(inner, (h.Compensated, h.Failed, h.Canceled)):
            self._ended[recorded.run] = emitted

    def _world_changed(self, emitted: Emitted, step: StepId) -> None:
        undone = self._world.undone.get(step, [])
        if self._dedupe and len(undone) > len(self._world.effects.get(step, [])):
            first, last = undone[0], undone[-1]
            self.contradict(emitted, f"step {step[1]} of {step[0]} was undone twice: {when(first)}, {when(last)}")
        if isinstance(emitted.event, Effect) and step in self._world.voided:
            voided = self._world.voided[step]
            self.contradict(
                emitted, f"step {step[1]} of {step[0]} had effect ({when(emitted)}) after {when(voided)} voided it"
            )

    def _schedule(self, emitted: Emitted, run: str, event: h.UndoScheduled) -> None:
        undone = self._runs.steps.get((run, event.of))
        if undone is None:
            self.contradict(emitted, f"{when(emitted)} undoes step {event.of} of {run}, which was never scheduled")
            return
        before = self._undos.setdefault(run, [])
        if before and before[-1].n < undone.n:
            self.contradict(
                emitted, f"{when(emitted)} undoes {undone.named} after {before[-1].named}, which was earlier"
            )
        if run in self._pivots:
            self.contradict(
                emitted, f"{when(emitted)} undoes {undone.named} behind the pivot, {self._pivots[run].named}"
            )
        before.append(undone)

    def conclude(self, record: RunRecord) -> Verdict:
        """Count what is left of runs that are over and did not pass their pivot."""
        for step in self._runs.steps.values():
            ended = self._ended.get(step.run)
            if ended is None or step.of or not step.command.undo or step.run in self._pivots:
                continue
            left = len(self._world.effects.get((step.run, step.id), [])) - len(
                self._world.undone.get((step.run, step.id), [])
            )
            if left > 0 and self._dedupe:
                self.contradict(ended, f"{step.run} ended ({when(ended)}), and the effect of {step.named} was left")
            if isinstance(ended.event, Recorded) and isinstance(ended.event.event, h.Compensated):
                self._is_covered(ended, step)
        return super().conclude(record)

    def _is_covered(self, ended: Emitted, step: StepSeen) -> None:
        """What had or may have had an effect was undone, whether it had one or not."""
        needed = step.is_done or step.is_doubtful or step.open is not None
        if needed and step not in self._undos.get(step.run, []):
            self.contradict(ended, f"{step.run} was compensated ({when(ended)}) without undoing {step.named}")
