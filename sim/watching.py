"""The checks of a run: the promises of its models, and what its scenario asks for beside them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sim.building import Deployment
from sim.checks.check import Check, RunRecord
from sim.checks.invariants import Always, Progress, Sometimes, load_predicate
from sim.checks.linearizable import Linearizable
from sim.checks.specs import SPECS
from sim.checks.verdict import Verdict
from sim.scenario.schema import (
    AlwaysOptions,
    CausalOptions,
    CheckEntry,
    ConvergenceOptions,
    DurabilityOptions,
    EventuallyOptions,
    LinearizableOptions,
    Scenario,
    SessionOptions,
    SometimesOptions,
    TransactionsOptions,
)
from sim.world.message import Emitted
from sim.world.operations import Follower, OperationRow
from sim.world.world import World


@dataclass(frozen=True)
class Watch:
    """A check with the nodes whose events it sees; `promised` says that it comes from a model.

    `system` is the one that it is about, where there are several.
    """

    check: Check
    nodes: frozenset[str]
    promised: bool
    system: str = ""

    @property
    def name(self) -> str:
        """The check's name, behind that of its system: ``kv/liveness``, ``sometimes kv/leader_changed``."""
        verb, space, name = self.check.name.rpartition(" ")
        return f"{verb}{space}{self.system}/{name}" if self.system else self.check.name

    def awaits(self, expect: str) -> bool:
        """Whether its violation is what a scenario expects, or none is named."""
        name = expect.removeprefix("violates ")
        return expect in ("pass", "fail") or name in (self.name, self.check.name)

    def conclude(self, record: RunRecord) -> Verdict:
        """The check's verdict, under its name in this run."""
        return replace(self.check.conclude(record), check=self.name) if self.system else self.check.conclude(record)

    def subscribe(self, world: World, *, stop: bool = False) -> None:
        """Show the check what its nodes emit; with `stop` the world halts once it has seen a violation."""
        nodes = self.nodes
        observe = self._stopping(world) if stop else self.check.observe
        if stop:
            world.operations.follow(self._following(world))

        def observer(emitted: Emitted) -> None:
            if emitted.node in nodes:
                observe(emitted)

        alone = len(nodes) >= len(world.nodes)
        world.subscribe(self.check.watches, observe if alone else observer)

    def _stopping(self, world: World) -> Callable[[Emitted], None]:
        check = self.check

        def observe(emitted: Emitted) -> None:
            check.observe(emitted)
            if check.violated:
                world.halt()

        return observe

    def _following(self, world: World) -> Follower:
        check, nodes = self.check, self.nodes

        def follow(row: OperationRow, *, returned: bool) -> None:
            if row.client in nodes:
                check.follow(row, returned=returned)
                if check.violated:
                    world.halt()

        return follow


def make_checks(scenario: Scenario, deployments: Sequence[Deployment]) -> list[Watch]:
    """All checks, those of the scenario first."""
    watches: list[Watch] = []
    names = {one.system.name: one.system.name if len(deployments) > 1 else "" for one in deployments}
    everybody = frozenset(name for deployment in deployments for name in deployment.system.factories)
    for entry in scenario.checks:
        if entry.name in ("always", "eventually"):
            watches.append(Watch(_make_for_all(entry), everybody, False))
            continue
        for deployment in deployments:
            check = _make(entry, deployment)
            if check is not None:
                watches.append(
                    Watch(check, frozenset(deployment.system.factories), False, names[deployment.system.name])
                )
    for deployment in deployments:
        nodes = frozenset(deployment.system.factories)
        name = names[deployment.system.name]
        watches += [Watch(make(deployment.system), nodes, True, name) for make in deployment.model.checks.values()]
    return watches


def _make(entry: CheckEntry, deployment: Deployment) -> Check | None:
    """The check of an entry for one system; None if it is not that system's."""
    options = entry.options
    if isinstance(options, LinearizableOptions):
        spec = deployment.model.spec
        return None if spec is None else Linearizable(SPECS[spec], options.budget)
    if isinstance(options, ConvergenceOptions):
        from sim.checks.consistency.convergence import Convergence

        return Convergence(options.within)
    if isinstance(options, (CausalOptions, SessionOptions, TransactionsOptions, DurabilityOptions)):
        return _make_of_history(entry.name, options) if deployment.system.scripts else None
    assert isinstance(options, SometimesOptions), "the other checks are for all systems together"
    landmark = deployment.model.landmarks.get(options.landmark)
    return None if landmark is None else Sometimes(landmark, options.times)


def _make_of_history(
    name: str, options: CausalOptions | SessionOptions | TransactionsOptions | DurabilityOptions
) -> Check:
    """The check of an entry that is about the history of a system's clients, loaded when a scenario asks for it."""
    from sim.checks.consistency.causal import Causal
    from sim.checks.consistency.durability import Durability
    from sim.checks.consistency.sessions import GUARANTEES, Session
    from sim.checks.transactions import Transactions

    if isinstance(options, CausalOptions):
        return Causal(convergent=options.convergent)
    if isinstance(options, TransactionsOptions):
        return Transactions(options.level)
    if isinstance(options, DurabilityOptions):
        return Durability(linearizable=options.linearizable, reads=options.reads)
    return Session(next(guarantee for guarantee in GUARANTEES if guarantee == name))


def _make_for_all(entry: CheckEntry) -> Check:
    """The check of an entry that is for all systems together."""
    options = entry.options
    if isinstance(options, AlwaysOptions):
        predicate, watches = load_predicate(options.predicate)
        return Always(options.predicate, predicate, watches)
    assert isinstance(options, EventuallyOptions), "the other checks are for one system"
    return Progress(options.progress)
