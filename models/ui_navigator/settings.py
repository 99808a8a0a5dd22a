"""What a scenario may choose about the agent, the platform and how flaky it is."""

from typing import Annotated

from pydantic import Field, model_validator

from models.agentflow import EngineSettings
from sim import SECOND, Duration
from sim.parameters import Probability

Count = Annotated[int, Field(strict=True, ge=1)]
MINUTE = 60 * SECOND


class Settings(EngineSettings):
    """Parameters of `model: ui_navigator`; servers are a store, `deciders`, workers, browser, planner and platform.

    Contract: an act takes effect within `act_within` or never, and shows within `visible_within` more; with
    `contract: false` neither holds, and the agent knows. Flakiness, each a probability per act or page: `notfound` (the
    element is not there yet), `rerender` (the page changes under the agent), `modal`, `expiry` (logged out), `throttle`
    (429), `silent` and `errs` (after the effect), `lies` (a success toast, and nothing was saved), `slow` (saving takes
    up to `slow_by`), `lags` (the list shows it late). `flakiness` is added to the first six of these.
    The planner errs with `error_rate`; with `hostile` pages hold text that asks for other things. At least `done_share`
    of all tasks that can be done are done.
    """

    act_within: Duration = 10 * SECOND
    visible_within: Duration = 5 * SECOND
    contract: bool = True
    flakiness: Probability = 0
    notfound: Probability = 0
    rerender: Probability = 0
    modal: Probability = 0
    expiry: Probability = 0
    throttle: Probability = 0
    silent: Probability = 0
    errs: Probability = 0
    lies: Probability = 0
    slow: Probability = 0
    slow_by: Duration = 4 * SECOND
    lags: Probability = 0
    error_rate: Probability = 0
    hostile: bool = False
    acts_max: Count = 30
    plans_max: Count = 40
    time_max: Duration = 5 * MINUTE
    recoveries_max: Count = 3
    done_share: Probability = 0
    patience: Duration = 6 * MINUTE

    @model_validator(mode="after")
    def _fit_together(self) -> "Settings":
        if self.patience <= self.time_max:
            raise ValueError("patience: expected more than time_max, the time that a task may take")
        return self

    def chance(self, name: str) -> int:
        """How likely this trouble is, in parts per billion."""
        own = int(getattr(self, name))
        return max(own, self.flakiness) if name in FLAKY else own


FLAKY = ("notfound", "rerender", "modal", "expiry", "throttle", "silent")
