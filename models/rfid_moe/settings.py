"""What a scenario may choose about a served mixture of experts."""

from collections.abc import Iterable
from typing import Annotated, Literal

import pydantic
from pydantic import Field

from models.rfid_moe.bank import Shape
from models.rfid_moe.compression import THOUSAND, Recipe, rank_budget
from models.rfid_moe.shards import full_bytes, shadow_bytes
from sim import MS, SECOND, Duration, Parameters
from sim.parameters import Bandwidth, Size

Count = Annotated[int, Field(strict=True, ge=0)]
Positive = Annotated[int, Field(strict=True, ge=1)]
Thousandths = Annotated[int, Field(strict=True, ge=0, le=1000)]
MIB = 1 << 20


class Rollout(Parameters):
    """A compression release that replaces the one before: when, and what share of bytes it keeps, in thousandths."""

    at: Duration
    keep: Thousandths


class Settings(Parameters):
    """Parameters of `model: rfid_moe`. Servers are, in order: ledger, controllers, dispatchers, expert nodes.

    The model has `layers` (each stands for several of a real one), `experts` in groups of `group`, of which a token
    wants `top`; matrices of `rows` x `columns`, a vocabulary of `tokens`, popularity by Zipf's law with exponent
    `zipf` in thousandths, weights drawn from `weights`. `drift`: two experts of each layer exchange popularity so
    often (0: never).

    keep, xi, eta (thousandths) and normalise: how shadows are compressed; rollouts replace them. `replicas` more
    copies of hot experts per layer, images of each expert on the disks of `images` nodes, `zones` of nodes, in turn.
    A number of a weight stands for `number_bytes`; a node has `vram`, loads from its own images at `pcie` and from
    others' at `network`.

    A dispatcher waits `attention` before each step and `step_timeout` for each rung, and takes a host copy if that
    loads within `patience`. A node needs `compute` per pair. It beats every `beat`, is dead when silent for
    `dead_after`; placement is led by a lease of `lease`, looked at every `tick`, and rebalanced every `rebalance` if
    the imbalance is above `imbalance` percent, at most `moves_max` at a time. `full_within`: liveness claims full
    service so long after all that was lost could be loaded again. Clients begin after `warm`, when everything has
    been loaded for the first time.
    """

    controllers: Positive = 2
    dispatchers: Positive = 2
    layers: Annotated[int, Field(strict=True, ge=1, le=8)] = 4
    experts: Annotated[int, Field(strict=True, ge=2, le=64)] = 8
    group: Positive = 4
    top: Annotated[int, Field(strict=True, ge=1)] = 3
    rows: Annotated[int, Field(strict=True, ge=2, le=64)] = 12
    columns: Annotated[int, Field(strict=True, ge=2, le=32)] = 8
    tokens: Positive = 48
    zipf: Annotated[int, Field(strict=True, ge=0, le=4000)] = 1000
    weights: Count = 1
    drift: Duration = 0
    shadows: bool = True
    keep: Thousandths = 400
    xi: Thousandths = 800
    eta: Thousandths = 30
    normalise: Literal["share", "max", "minmax"] = "share"
    rollouts: tuple[Rollout, ...] = ()
    replicas: Count = 2
    images: Positive = 2
    zones: Positive = 3
    number_bytes: Size = 400 * 1024
    vram: Size = 2048 * MIB
    pcie: Bandwidth = 25_000_000_000
    network: Bandwidth = 1_250_000_000
    attention: Duration = 15 * MS
    step_timeout: Duration = 50 * MS
    patience: Duration = 10 * MS
    compute: Duration = 200_000
    batch: Positive = 4
    beat: Duration = 100 * MS
    dead_after: Duration = 300 * MS
    lease: Duration = 1 * SECOND
    tick: Duration = 100 * MS
    retry: Duration = 250 * MS
    rebalance: Duration = 10 * SECOND
    imbalance: Annotated[int, Field(strict=True, ge=100)] = 120
    moves_max: Count = 2
    full_within: Duration = 5 * SECOND
    warm: Duration = 2 * SECOND

    @property
    def shape(self) -> Shape:
        """Sizes of the model."""
        return Shape(
            self.layers,
            self.experts,
            self.group,
            self.top,
            self.rows,
            self.columns,
            self.tokens,
            self.zipf,
            self.weights,
        )

    def recipe(self, keep: int) -> Recipe:
        """How a release that keeps so much is made."""
        return Recipe(keep, self.xi, self.eta, self.normalise)

    def keep_of(self, release: int) -> int:
        """What share of bytes a release keeps, in thousandths."""
        return self.keep if release == 1 else self.rollouts[release - 2].keep

    @property
    def full_bytes(self) -> int:
        """Of one expert as trained."""
        return full_bytes(self.shape, self.number_bytes)

    @property
    def service_within(self) -> int:
        """From the end of all faults to full service, in ns: detection, every expert over the network,
        `full_within`.
        """
        everything = self.layers * (2 * self.experts + self.replicas) * self.full_bytes
        return self.dead_after + everything * SECOND // self.network + self.full_within

    @pydantic.model_validator(mode="after")
    def _fit_together(self) -> "Settings":
        for problem in self._problems():
            raise ValueError(problem)
        return self

    def _problems(self) -> Iterable[str]:
        if self.experts % self.group:
            yield f"group: {self.experts} experts are not cut into groups of {self.group}; expected a divisor"
            return
        if self.top >= self.experts:
            yield f"top: a token wants {self.top} of {self.experts} experts; expected fewer than all"
        yield from self._budget_problems()
        if min(self.beat, self.tick, self.retry, self.rebalance, self.step_timeout, self.number_bytes) < 1:
            yield "beat, tick, retry, rebalance, step_timeout, number_bytes: expected more than 0"
        if self.dead_after < 2 * self.beat:
            yield "dead_after: expected at least two beats"
        if self.patience > self.step_timeout:
            yield "patience: expected at most step_timeout, or a step waits longer for a host copy than for any other"
        if self.lease < 4 * self.tick:
            yield "lease: expected at least four ticks, or it runs out between two renewals"

    def _budget_problems(self) -> Iterable[str]:
        shape, groups = self.shape, self.experts // self.group
        budget = rank_budget(shape, self.recipe(self.keep))
        most = groups * min(self.group * self.rows, self.columns)
        if self.shadows and not groups <= budget <= most:
            said = f"a layer has {budget} ranks for {groups} groups of at most {most // groups}"
            yield f"keep: infeasible: {said}; expected {groups} to {most}"
        elif self.shadows and shadow_bytes(shape, -(-budget // groups), self.eta, 1) >= full_bytes(shape, 1):
            said = f"shadows of {-(-budget // groups)} ranks, each with its whole basis"
            yield f"keep: {said}, have more bytes than the experts themselves; expected less"


__all__ = ["THOUSAND", "Rollout", "Settings"]
