"""What a scenario may choose about a serverless cluster. Memory is in MB, everything else carries its unit."""

from collections.abc import Iterable
from typing import Annotated, Literal

import pydantic
from pydantic import Field, TypeAdapter

from models.tyche.arrivals import Clockwork, Counts, Erlang, Hyperexponential, OnOff, Overlay, Poisson, Process, Silence
from models.tyche.function import ARTIFACT, Function
from sim import MS, SECOND, Duration, DurationRange, Parameters
from sim.parameters import Drift, Probability

Count = Annotated[int, Field(strict=True, ge=0)]
Positive = Annotated[int, Field(strict=True, ge=1)]
POLICIES = ("tyche", "none", "always", "fixed", "histogram", "greedy-dual", "minute", "clairvoyant")
Policy = Literal["tyche", "none", "always", "fixed", "histogram", "greedy-dual", "minute", "clairvoyant"]
Estimator = Literal["count", "gaps", "unbiased", "calibrated"]
_RANGE = TypeAdapter(DurationRange).validate_python


class ArrivalEntry(Parameters):
    """When requests of a function come. `gap` is the mean; cov (of h2) is in thousandths, wave in percent.

    process: poisson, erlang (`shape`), h2 (`cov`), on-off (`on`, `off`), timer (`jitter`), counts (per minute), or
    silent: only a workload's literal operations call.
    """

    process: Literal["poisson", "erlang", "h2", "on-off", "timer", "counts", "silent"] = "poisson"
    gap: Duration = 120 * SECOND
    shape: Annotated[int, Field(strict=True, ge=1, le=100)] = 4
    cov: Annotated[int, Field(strict=True, gt=1000, le=100_000)] = 2000
    on: Duration = 60 * SECOND
    off: Duration = 240 * SECOND
    jitter: Duration = 0
    counts: tuple[Count, ...] = ()
    wave: Annotated[int, Field(strict=True, ge=0, le=100)] = 0
    period: Duration = 24 * 3600 * SECOND
    burst_every: Duration = 0
    burst_count: Count = 0
    burst_spread: Duration = 1 * SECOND
    lull_at: Duration = 0
    lull_for: Duration = 0

    @pydantic.model_validator(mode="after")
    def _comes(self) -> "ArrivalEntry":
        if self.gap < 1:
            raise ValueError("gap: expected more than 0s; a function without a gap between requests has no rate")
        if self.process == "counts" and not any(self.counts):
            raise ValueError("counts: expected the number of requests of each minute, at least one above 0")
        if self.process == "on-off" and not (self.on and self.off):
            raise ValueError("on, off: expected more than 0s")
        if self.jitter >= self.gap:
            raise ValueError("jitter: expected less than gap")
        if self.wave and self.period < 2:
            raise ValueError("period: expected more than 0s")
        if bool(self.burst_every) != bool(self.burst_count):
            raise ValueError("burst_every and burst_count: expected both or neither")
        return self

    def as_process(self) -> Process:
        """The process itself."""
        made: dict[str, Process] = {
            "poisson": Poisson(self.gap),
            "erlang": Erlang(self.gap, self.shape),
            "h2": Hyperexponential(self.gap, self.cov),
            "on-off": OnOff(self.gap, self.on, self.off),
            "timer": Clockwork(self.gap, self.jitter),
            "counts": Counts(self.counts),
            "silent": Silence(),
        }
        return made[self.process]

    def as_overlay(self) -> Overlay:
        """What is laid over it."""
        return Overlay(
            self.wave, self.period, self.burst_every, self.burst_count, self.burst_spread, self.lull_at, self.lull_for
        )


class FunctionEntry(Parameters):
    """One function. `model` names one of the artifact's; `load` and `mb` say it in numbers instead."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")]
    user: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")] = "u1"
    model: Literal["resnet18", "resnet50", "resnet152", "alexnet", "googlenet", "bert", "inception", "vgg"] | None = (
        None
    )
    load: Duration | None = None
    mb: Positive | None = None
    library: Duration = 0
    transfer: Duration = 0
    execution: Duration = 100 * MS
    gpu: bool = False
    arrivals: ArrivalEntry = ArrivalEntry()

    @pydantic.model_validator(mode="after")
    def _has_a_size(self) -> "FunctionEntry":
        if self.model is None and (self.load is None or self.mb is None):
            raise ValueError("model: expected one of the artifact's models, or load and mb")
        return self

    def as_function(self) -> Function:
        """The function as data."""
        load_ms, mb = ARTIFACT[self.model] if self.model is not None else (0, 1)
        return Function(
            self.name,
            self.user,
            mb if self.mb is None else self.mb,
            load_ms * MS if self.load is None else self.load,
            self.library,
            self.transfer,
            self.execution,
            self.gpu,
        )


class Settings(Parameters):
    """Parameters of `model: tyche`. The first node is the controller, the others are workers.

    policy: who decides which models stay in idle memory, and until when. estimator and window: the rate is W over the
    span of the last W arrivals (count, as published), (W-1) or (W-2) over it, or the exact predictive quantile
    (calibrated); `rate: known` takes the true mean gap instead. keep_after: what happens to a model after its run under
    `tyche`. reset: a gap of ten T_off empties the window. horizon: how far ahead the worth of a model looks.

    container_mb is what a container takes when empty, limit_mb what it may hold at most, ram_mb and gpu_mb what a
    worker has; keep_alive is how long a container idles before it expires (0: never). Leases of
    loaded models allow for clocks that differ by `clock_drift_max`. `serve_within`: liveness claims that every request
    is answered in that time once all has healed. oracle: the scenario has a closed form, and is
    compared with it.
    """

    functions: tuple[FunctionEntry, ...]
    policy: Policy = "tyche"
    estimator: Estimator = "count"
    window: Annotated[int, Field(strict=True, ge=2, le=1000)] = 5
    rate: Literal["window", "known"] = "window"
    p_load: Probability = 60_000_000
    p_off: Probability = 940_000_000
    reset: bool = True
    keep_after: Literal["none", "until-load", "until-drop"] = "none"
    windows: Literal["volatile", "saved"] = "volatile"
    horizon: Duration = 60 * SECOND
    fixed: Duration = 600 * SECOND
    histogram: tuple[Annotated[int, Field(ge=1, le=99)], Annotated[int, Field(ge=1, le=99)]] = (20, 80)
    keep_alive: Duration = 600 * SECOND
    container_mb: Positive = 100
    limit_mb: Positive = 2048
    ram_mb: Positive = 8192
    gpus: Count = 0
    gpu_mb: Positive = 16_384
    start: DurationRange = _RANGE("1s..3s")
    kill: DurationRange = _RANGE("2ms..11ms")
    overhead: DurationRange = _RANGE("5ms..14ms")
    inventory_every: Duration = 1 * SECOND
    lost_after: Duration = 3 * SECOND
    delay_max: Duration = 500 * MS
    clock_drift_max: Drift = 1000
    queue_max: Positive = 2
    retry: Duration = 5 * SECOND
    serve_within: Duration = 40 * SECOND
    oracle: bool = False

    @pydantic.model_validator(mode="after")
    def _fit_together(self) -> "Settings":
        for problem in self._problems():
            raise ValueError(problem)
        return self

    def _problems(self) -> Iterable[str]:
        if not 0 < self.p_load < self.p_off < 1_000_000_000:
            yield "p_load: expected more than 0% and less than p_off, and p_off less than 100%"
        if self.estimator == "unbiased" and self.window < 3:
            yield "window: expected at least 3 for the unbiased estimator, which divides by W - 2"
        if self.histogram[0] >= self.histogram[1]:
            yield "histogram: expected the lower quantile first"
        if self.inventory_every < 1 or self.retry < 1 or self.horizon < 1 or self.fixed < 1:
            yield "inventory_every, retry, horizon, fixed: expected more than 0s"
        if self.lost_after < 2 * self.inventory_every:
            yield "lost_after: expected at least two inventories"
        names = [one.name for one in self.functions]
        if not names:
            yield "functions: expected at least one"
        if len({*names}) < len(names):
            yield "functions: expected different names"
        yield from self._memory_problems()

    def _memory_problems(self) -> Iterable[str]:
        for one in map(FunctionEntry.as_function, self.functions):
            if one.gpu and not self.gpus:
                yield f"functions: {one.name} needs a GPU, and gpus is 0"
            elif one.gpu and one.mb > self.gpu_mb:
                yield f"functions: {one.name} has {one.mb} MB, a GPU {self.gpu_mb}"
            elif not one.gpu and self.container_mb + one.mb > self.limit_mb:
                yield f"functions: {one.name} has {one.mb} MB, a container of {self.limit_mb} MB has no room for it"
        if self.limit_mb > self.ram_mb:
            yield f"limit_mb: one container may take {self.limit_mb} MB, a worker has {self.ram_mb}"
