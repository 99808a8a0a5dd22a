"""What a scenario may choose about the pipeline and the services that it stands on."""

from typing import Annotated

from pydantic import Field, model_validator

from models.agentflow import EngineSettings
from sim import MS, SECOND, Duration
from sim.parameters import Probability

Count = Annotated[int, Field(strict=True, ge=1)]


class Settings(EngineSettings):
    """Parameters of `model: resumesnap`; servers are a store, `deciders`, workers, and the seven nodes of the world:
    gateway, cache, extension, analyzer, outliner, speech and its fallback.

    A request ends within `deadline` (`voice_deadline` with a recording), give or take `grace` if the gateway is up. A
    user has `quota` requests. Services answer in about `usual`; with `slow` up to `slow_by` more, with `errors` not,
    with `charged_errors` not though they charge, with `throttled` they ask to come again `retry_after` later. An
    analyzer that starts shows a placeholder for `cold`. Speech is `cut` short, has a `gap`, or comes in the wrong
    `order`; the cache `forgets`. At `rollout_at` the services change their models (0s: never). `hedging: false`
    switches second calls off. From `trouble_until` on nothing of this happens.
    """

    deadline: Duration = 30 * SECOND
    voice_deadline: Duration = 120 * SECOND
    quota: Count = 20
    usual: Duration = 80 * MS
    slow: Probability = 0
    slow_by: Duration = 5 * SECOND
    errors: Probability = 0
    charged_errors: Probability = 0
    throttled: Probability = 0
    retry_after: Duration = 1 * SECOND
    cold: Duration = 0
    cut: Probability = 0
    gap: Probability = 0
    order: Probability = 0
    forgets: Probability = 0
    rollout_at: Duration = 0
    hedging: bool = True
    trouble_until: Duration = 3600 * SECOND
    grace: Duration = 1 * SECOND

    @model_validator(mode="after")
    def _fit_together(self) -> "Settings":
        if self.voice_deadline < self.deadline:
            raise ValueError("voice_deadline: expected at least the deadline of requests without a recording")
        return self

    def version_at(self, elapsed: int) -> int:
        """Which models the services run, and are expected to run."""
        return 2 if self.rollout_at and elapsed >= self.rollout_at else 1
