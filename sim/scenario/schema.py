"""The scenario file as data: what may stand in it, with defaults. The JSON Schema is made from these classes."""

from dataclasses import dataclass
from typing import Annotated, Literal

import pydantic
from pydantic import Field, PlainValidator

from sim.faults import Fault
from sim.faults.selectors import Selector
from sim.scenario.fields import Every, Expect, MaxDown, Values
from sim.world.distributions import Constant
from sim.world.network import LOOPBACK
from sim.world.quantities import (
    Bandwidth,
    Drift,
    Duration,
    DurationRange,
    LatencyField,
    Probability,
    Range,
    Rate,
    Span,
)
from sim.world.units import MS, SECOND


class Part(pydantic.BaseModel):
    """A mapping of the scenario: frozen, and unknown keys are errors."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class SystemEntry(Part):
    """One system: which model, how many servers, its parameters, and optionally a planted bug."""

    model: str
    nodes: Annotated[int, Field(strict=True, ge=1, le=100_000)] = 3
    mutant: str | None = None
    parameters: dict[str, object] = {}


class ZoneLink(Part):
    """The latency between two zones, each way."""

    zones: tuple[str, str]
    latency: LatencyField


class Zones(Part):
    """Zones, who is in them, and how far apart they are."""

    members: dict[str, Selector]
    links: tuple[ZoneLink, ...]


class NetworkEntry(Part):
    """The network on an ordinary day. `missing` names pairs of nodes between which there is no link, ever."""

    latency: LatencyField = Constant(1 * MS)
    loopback: LatencyField = LOOPBACK
    loss: Probability = 0
    duplicate: Probability = 0
    reorder: Probability = 0
    window: Duration = 10 * MS
    corrupt: Probability = 0
    bandwidth: Bandwidth | None = None
    fifo: pydantic.StrictBool = False
    zones: Zones | None = None
    missing: tuple[tuple[str, str], ...] = ()


class ClockEntry(Part):
    """What the clocks of all servers are like: drawn per node from these ranges, evenly."""

    offset: Span = 0
    drift: Drift = 0


class MachinesEntry(Part):
    """Disks, clocks, and how soon a supervisor restarts a process that fell by itself."""

    disk: Literal["nvme-plp", "gp3", "gp2", "consumer-ssd", "network-nvme", "hdd"] = "nvme-plp"
    clock: ClockEntry = ClockEntry()
    restart: Duration = 1 * SECOND


class WorkloadEntry(Part):
    """Clients of a system: `rate` operations in all, verbs by weight in `mix`; or a literal list of `operations`."""

    system: str | None = None
    clients: Annotated[int, Field(strict=True, ge=1, le=10_000)] = 4
    rate: Rate = 50_000
    keys: Annotated[int, Field(strict=True, ge=1, le=100_000)] = 3
    mix: dict[str, Annotated[int, Field(strict=True, ge=0, le=1_000_000)]] = {}
    timeout: Duration = 1 * SECOND
    operations: tuple[dict[str, object], ...] | None = None


class When(Part):
    """When a fault fires, for how long, and what if there is nobody."""

    id: str | None = None
    at: Duration | None = None
    every: Every | None = None
    after: str | None = None
    for_: DurationRange | None = Field(None, alias="for")
    times: Annotated[int, Field(strict=True, ge=1, le=10_000)] | None = None
    if_none: Literal["skip", "wait"] = "skip"

    @pydantic.model_validator(mode="after")
    def _one_start(self) -> "When":
        given = [name for name in ("at", "every", "after") if getattr(self, name) is not None]
        if len(given) != 1:
            said = "none" if not given else " and ".join(given)
            raise ValueError(f"expected one of at, every, after; found {said}")
        if self.times is not None and self.at is not None:
            raise ValueError("'times' goes with 'every' or 'after', not with 'at'")
        return self


@dataclass(frozen=True)
class FaultEntry:
    """A fault of the scenario: when it fires, and what it is."""

    when: When
    fault: Fault


class Nemesis(Part):
    """Faults drawn from the seed: one every `every`, lasting `for`, of `kinds` by weight.

    With `swarm` each seed has some of the kinds, at a pace of its own, and chooses of the `parameters` of systems one
    value each: ``parameters: {kv: {snapshot_every: [0, 20, 200]}}``.
    """

    every: Every
    for_: DurationRange = Field(Range(1 * SECOND, 5 * SECOND), alias="for")
    kinds: dict[str, Annotated[int, Field(strict=True, ge=1, le=1_000_000)]]
    max_down: MaxDown = None
    swarm: pydantic.StrictBool = False
    parameters: dict[str, dict[str, Annotated[list[object], Field(min_length=1)]]] = {}
    start: Duration = 0


Level = Literal[
    "read-uncommitted",
    "read-committed",
    "read-atomic",
    "repeatable-read",
    "snapshot-isolation",
    "serializable",
    "strong-session-read-committed",
    "strong-session-snapshot-isolation",
    "strong-session-serializable",
    "strong-read-committed",
    "strong-snapshot-isolation",
    "strict-serializable",
]
"""Isolation levels."""


class EventuallyOptions(Part):
    """After everything healed, each client completes an operation within `progress`."""

    progress: Duration


class SometimesOptions(Part):
    """The landmark is reached at least so many times."""

    landmark: str
    times: Annotated[int, Field(strict=True, ge=1)] = 1


class LinearizableOptions(Part):
    """Each object behaves as if every operation took effect at one instant; `budget` configurations at most."""

    budget: Annotated[int, Field(strict=True, ge=1, le=1_000_000_000)] = 500_000


class AlwaysOptions(Part):
    """A function of an Emitted, `pkg.mod:name`, that holds for every event of the kinds it `watches`."""

    predicate: str


class CausalOptions(Part):
    """Reads respect causality; with `convergent` all clients also agree on the order of writes."""

    convergent: pydantic.StrictBool = False


class SessionOptions(Part):
    """Each client's session keeps one of the guarantees of Terry and others (1994)."""


class TransactionsOptions(Part):
    """Transactions that read and append to lists (operations `txn`) are isolated as well as `level` promises."""

    level: Level = "strict-serializable"


class DurabilityOptions(Part):
    """Elements whose addition was acknowledged are in every later `reads`; with `linearizable` none is late either."""

    linearizable: pydantic.StrictBool = False
    reads: str = "read"


class ConvergenceOptions(Part):
    """After everything healed, all replicas have one state within `within`."""

    within: Duration = 5 * SECOND


CheckOptions = (
    LinearizableOptions
    | CausalOptions
    | SessionOptions
    | TransactionsOptions
    | DurabilityOptions
    | ConvergenceOptions
    | SometimesOptions
    | AlwaysOptions
    | EventuallyOptions
)

CHECKS: dict[str, type[Part]] = {
    "linearizable": LinearizableOptions,
    "causal": CausalOptions,
    "read-your-writes": SessionOptions,
    "monotonic-reads": SessionOptions,
    "monotonic-writes": SessionOptions,
    "writes-follow-reads": SessionOptions,
    "transactions": TransactionsOptions,
    "durability": DurabilityOptions,
    "convergence": ConvergenceOptions,
    "sometimes": SometimesOptions,
    "always": AlwaysOptions,
    "eventually": EventuallyOptions,
}
"""Name of a check in a scenario -> what may stand behind it."""

CHECK_SHORT = {"sometimes": "landmark", "always": "predicate"}
"""Checks whose options may be one word, and the option that it is."""


@dataclass(frozen=True)
class CheckEntry:
    """One check: its name and its options."""

    name: str
    options: CheckOptions


class Limits(Part):
    """Where a run is stopped, undecided."""

    events: Annotated[int, Field(strict=True, ge=1)] = 5_000_000


_BUILT = PlainValidator(lambda entries: tuple(entries))
"""The loader builds these entry by entry, so that each problem has its place."""


class Scenario(Part):
    """A scenario, checked. Times in ns, probabilities in ppb, rates per 1,000 s."""

    version: Literal[1]
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
    about: str = ""
    seed: Annotated[int, Field(strict=True, ge=0, lt=2**63)] = 1
    duration: Duration
    settle: Duration = 0
    systems: Annotated[dict[str, SystemEntry], Field(min_length=1)]
    network: NetworkEntry = NetworkEntry()
    machines: MachinesEntry = MachinesEntry()
    workload: tuple[WorkloadEntry, ...] = ()
    faults: Annotated[tuple[FaultEntry, ...], _BUILT] = ()
    nemesis: Nemesis | None = None
    checks: Annotated[tuple[CheckEntry, ...], _BUILT] = ()
    expect: Expect = "pass"
    vary: dict[str, Values] = {}
    limits: Limits = Limits()
    stop: Literal["end", "violation"] = "end"


WHEN_KEYS = tuple(field.alias or name for name, field in When.model_fields.items())
