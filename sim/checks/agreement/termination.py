"""Termination: once all has healed, every honest node decides within a stated time."""

from collections.abc import Hashable
from dataclasses import dataclass, field

from sim.checks.agreement.events import Decided, Proposed, Value
from sim.checks.agreement.promise import Promise, deadline_ns, live
from sim.checks.agreement.words import say, when
from sim.checks.check import RunRecord
from sim.checks.values import typed
from sim.world.message import Emitted
from sim.world.units import SECOND, show_ns


@dataclass(slots=True)
class _Instance:
    shown: Value
    proposed: dict[str, int] = field(default_factory=dict)  # node -> when it first did, in ns
    decided: dict[str, Emitted] = field(default_factory=dict)


class Termination(Promise):
    """Every honest server decides `within_ns` after the storm is over and the decision is owed.

    A decision is owed in an instance in which all honest servers have proposed, or in which one of them has decided.
    Other instances are not judged: one proposal that a crash took with it obliges nobody.
    """

    name = "termination"
    kind = "liveness"
    watches = (Proposed, Decided)
    evidence = (Proposed, Decided)

    def __init__(
        self, *, within_ns: int = 5 * SECOND, byzantine: frozenset[str] | None = None, f: int | None = None
    ) -> None:
        super().__init__(byzantine=byzantine, f=f)
        self._within_ns = within_ns
        self._instances: dict[Hashable, _Instance] = {}
        self.claim = f"every owed decision was made within {show_ns(within_ns)}"

    def fold(self, emitted: Emitted) -> None:
        """Note each node's first proposal and first decision."""
        event = emitted.event
        assert isinstance(event, (Proposed, Decided)), "these two are watched"
        instance = self._instances.setdefault(typed(event.instance), _Instance(event.instance))
        if isinstance(event, Proposed):
            instance.proposed.setdefault(emitted.node, emitted.t_ns)
        else:
            instance.decided.setdefault(emitted.node, emitted)

    def finish(self, record: RunRecord) -> None:
        """Look for the first decision that is late; what began too late to judge is counted in a note."""
        servers = live(record, self.byzantine)
        judged = early = 0
        for instance in self._instances.values():
            since = _owed_since(instance, servers)
            if since is None:
                continue
            due = deadline_ns(record, since, self._within_ns)
            if due is None:
                early += 1
            else:
                judged += 1
                self._judge(record, instance, servers, due)
        self._notes = (f"{early} instances began too late to be judged",) if early else ()
        if not judged:
            self.doubt(f"the run ended before {show_ns(self._within_ns)} had passed for any owed decision")

    def _judge(self, record: RunRecord, instance: _Instance, servers: list[str], due: int) -> None:
        for server in servers:
            decision = instance.decided.get(server)
            if decision is not None and decision.t_ns <= due:
                continue
            late = "never did" if decision is None else f"did so only at {show_ns(decision.t_ns)}"
            self.contradict(
                due,
                f"{server} had to decide in instance {say(instance.shown)} by {show_ns(due)}, and {late}; "
                f"{_why(instance)}, settle began at {show_ns(record.settle_ns)}",
            )
            return


def _owed_since(instance: _Instance, servers: list[str]) -> int | None:
    """Since when (ns) all owe a decision: the last of their proposals or the first decision, whichever came first."""
    first = min((one.t_ns for one in instance.decided.values()), default=None)
    missing = [server for server in servers if server not in instance.proposed]
    if missing or not servers:
        return first
    all_proposed = max(instance.proposed[server] for server in servers)
    return all_proposed if first is None else min(first, all_proposed)


def _why(instance: _Instance) -> str:
    decisions = sorted(instance.decided.values(), key=lambda one: one.record)
    if decisions:
        return f"{when(decisions[0])} was the first to decide"
    return f"all had proposed by {show_ns(max(instance.proposed.values()))}"
