"""What a shrink may cost, and what it gives."""

from dataclasses import dataclass, field
from functools import cached_property

from sim.card import MARKS, card
from sim.explore.failure import Failure
from sim.explore.row import Row
from sim.explore.shrinking.case import Case, Data
from sim.result import Run
from sim.running import run
from sim.scenario.loader import Loaded, load_text
from sim.scenario.yaml_writer import flow, write_scenario
from sim.world.units import show_ns


@dataclass(frozen=True)
class Budget:
    """How much it may cost: runs, and seconds of wall time. `retry_seeds` are tried where nodes are taken away."""

    runs: int = 500
    seconds: float = 50.0
    retry_seeds: int = 0


USUAL = Budget()
"""What a shrink may cost unless somebody says otherwise."""


class NothingToShrink(Exception):
    """The seed does not fail, or not in the way that was asked for; the message says what it does."""


class NotConcrete(Exception):
    """The seed fails, and its plan written out does not: a bug of writing plans out, not of the model."""


@dataclass(frozen=True)
class Shrunk:
    """What is left: the smallest `case` found, with its run as a `row`; `steps` say what each step did.

    `found_by` is the command that shows what was shrunk. `finished` says that nothing more can be left out; else the
    budget, or somebody (`interrupted`), ended it first. `runs` were needed, `needed` are the faults that are left,
    `before` and `after` the sizes. `freedom` says of faults, by number, what could be otherwise.
    """

    seed: int
    found_by: str
    kind: Failure
    case: Case
    row: Row
    result: Run | None
    steps: tuple[str, ...]
    runs: int
    finished: bool
    before: "Size"
    after: "Size"
    freedom: tuple[tuple[int, str], ...] = ()
    interrupted: bool = False

    @property
    def needed(self) -> list[Data]:
        """The faults without any one of which it passes."""
        return self.case.faults

    @property
    def scenario(self) -> Loaded:
        """What is left, as a scenario to run, to change with `with_`, or to write down (its `text`)."""
        return load_text(write_scenario({**self.case.data, "seed": self.case.seed}), "shrunk.yaml")

    @cached_property
    def run(self) -> Run:
        """The run of what is left. ModelCrash if the failure is that the model raises."""
        return run(self.scenario, self.case.seed)

    def _repr_html_(self) -> str:
        before, after = self.before, self.after
        names = ("faults", "nodes", "clients", "operations", "events")
        rows: list[tuple[object, ...]] = [(name, getattr(before, name), getattr(after, name)) for name in names]
        rows.append(("duration", show_ns(before.duration_ns), show_ns(after.duration_ns)))
        notes = [f"needed: {flow(fault)}" for fault in self.needed] + [f"{MARKS['fail']} {self.row.detail}"]
        more = "" if self.finished else "; the budget ended first, more may be left out"
        title = f"{self.kind.check}  seed {self.seed}, shrunk in {self.runs} runs{more}"
        return card(title, (self.found_by,), ("", "before", "after"), rows, notes)


@dataclass(frozen=True)
class Size:
    """How large a case is: what steps make smaller. `duration_ns` is virtual time, `events` what the run took."""

    faults: int
    nodes: int
    clients: int
    operations: int
    duration_ns: int
    events: int = field(compare=False)

    def changes(self, after: "Size") -> list[str]:
        """What differs: ``faults 8 -> 2``."""
        pairs = [(name, getattr(self, name), getattr(after, name)) for name in ("faults", "nodes", "clients")]
        pairs.append(("operations", self.operations, after.operations))
        said = [f"{name} {one:,} -> {other:,}" for name, one, other in pairs if one != other]
        if self.duration_ns != after.duration_ns:
            said.append(f"{show_ns(self.duration_ns)} -> {show_ns(after.duration_ns)}")
        return said


def size_of(case: Case, row: Row) -> Size:
    """The size of a case that ran to this row."""
    scenario = case.load().scenario
    clients = {str(one.get("client", "c1")) for work in scenario.workload for one in work.operations or ()}
    drawn = sum(work.clients for work in scenario.workload if work.operations is None)
    operations = row.ok + row.fail + row.unknown
    return Size(row.planned, case.nodes, len(clients) + drawn, operations, case.duration_ns, row.events)
