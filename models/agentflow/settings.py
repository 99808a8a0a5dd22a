"""What a scenario may choose about an engine, and about the world that AgentFlow's own flows act on."""

from typing import Annotated

from pydantic import Field, TypeAdapter, model_validator

from sim import MS, SECOND, Duration, DurationRange, Parameters
from sim.parameters import Probability

WORK = TypeAdapter(DurationRange).validate_python("5ms..40ms")
Count = Annotated[int, Field(strict=True, ge=1)]
Natural = Annotated[int, Field(strict=True, ge=0)]


class EngineSettings(Parameters):
    """The part that every application on the engine shares.

    Servers are, in order: the store, `deciders`, then workers and what the application adds. A decider has `decisions`
    under way at once, of as many runs; a worker does `slots` attempts at once. Pollers are sent away after `poll_wait`;
    a decision is somebody else's after `decision_timeout`. Liveness: every run that began before all healed is over
    within `patience`.
    """

    deciders: Count = 2
    decisions: Count = 1
    slots: Count = 2
    poll_wait: Duration = 2 * SECOND
    decision_timeout: Duration = 10 * SECOND
    call_timeout: Duration = 1 * SECOND
    history_max: Count = 2000
    patience: Duration = 25 * SECOND


class Settings(EngineSettings):
    """Parameters of `model: agentflow`.

    Steps: first delay `initial`, at most `cap`, `attempts` in all, and the four timeouts (0s: none). Services work
    for a time in `work`; until `flaky_until` they fail before the effect with `fails`, take effect and stay silent with
    `silent`, never answer and never act with `hangs`, answer after up to `late_by` more with `late`. `dedupe: false`
    makes them do every request, also a repeated one. `invalid` of the orders are refused for good.
    From `upgrade_at` on deciders run the next version of `chain`, which has one more step; with `careless` it does not
    ask `patched`, and from `rollback_at` on the old one runs again (0s: never).
    """

    services: Count = 2
    initial: Duration = 200 * MS
    cap: Duration = 3 * SECOND
    attempts: Natural = 5
    start_to_close: Duration = 3 * SECOND
    heartbeat: Duration = 0
    schedule_to_start: Duration = 0
    schedule_to_close: Duration = 0
    work: DurationRange = WORK
    fails: Probability = 0
    silent: Probability = 0
    hangs: Probability = 0
    late: Probability = 0
    late_by: Duration = 4 * SECOND
    flaky_until: Duration = 3600 * SECOND
    dedupe: bool = True
    invalid: Probability = 0
    upgrade_at: Duration = 0
    rollback_at: Duration = 0
    careless: bool = False

    @model_validator(mode="after")
    def _fit_together(self) -> "Settings":
        if not self.start_to_close:
            raise ValueError("start_to_close: expected more than 0s, or an attempt that hangs is never over")
        if not 0 < self.initial <= self.cap:
            raise ValueError("initial: expected more than 0s and at most cap")
        if self.rollback_at and not 0 < self.upgrade_at < self.rollback_at:
            raise ValueError("rollback_at: expected to be later than upgrade_at")
        return self
