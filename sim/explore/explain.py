"""Explain a failure: which faults it needs, how it came about, and where a run that passes goes another way."""

from dataclasses import dataclass

from sim.card import MARKS, card
from sim.checks.verdict import Verdict
from sim.explore.attribution import Attribution, attribute
from sim.explore.crossing import lead_of, story_of
from sim.explore.divergence import Divergence, first_divergence
from sim.explore.executors import hire
from sim.explore.failure import Failure, failures_of
from sim.explore.layered import Layered, layered_of
from sim.explore.shrink import failure_of_seed
from sim.explore.shrinking.case import Case, case_of
from sim.explore.shrinking.materialise import with_literal_plan, with_literal_times
from sim.explore.shrinking.trials import OutOfBudget, Trials
from sim.explore.shrunk import USUAL, Budget, NotConcrete, NothingToShrink
from sim.explore.telling import Record, records_of, speak_of
from sim.identity import own_models
from sim.result import Run
from sim.running import run
from sim.scenario.loader import Loaded
from sim.scenario.yaml_writer import flow
from sim.world.trace import decode_records
from sim.world.units import show_ns


@dataclass(frozen=True)
class Against:
    """Another run beside the failing one: `passes` where that fails; equal until `equal_ns`, then they part."""

    name: str
    passes: bool
    divergence: Divergence | None
    equal_ns: int


@dataclass(frozen=True)
class Explanation:
    """Why a seed fails. `attribution` is None if the budget did not last; `events` counts those of the run told.

    Of a system in layers, `lead` says which of them kept its promises, and `layered` knows the layer of each record.
    """

    seed: int
    kind: Failure
    verdict: Verdict
    attribution: Attribution | None
    story: tuple[Record, ...]
    events: int
    against: Against | None
    lead: str = ""
    layered: Layered | None = None

    def words(self, record: Record) -> str:
        """A record of the story as a sentence without its time."""
        return record.words() if self.layered is None else self.layered.words(record)

    def seat(self, record: Record) -> str:
        """Layer and role of whoever a record of the story happened to; empty without layers."""
        return "" if self.layered is None else self.layered.seat(record)

    def _repr_html_(self) -> str:
        found = self.attribution
        needed = () if found is None else (*found.needed, *found.added)
        notes = [f"needed: {flow(fault)}" for fault in needed] or ["needed: no fault at all"]
        if found is not None and found.irrelevant:
            notes.append(f"not needed: {len(found.irrelevant)} other faults")
        layers = () if self.layered is None else ("layer",)
        rows = [
            (number, show_ns(one.t_ns), *(self.seat(one) for _ in layers), self.words(one))
            for number, one in enumerate(self.story, 1)
        ]
        title = f"{self.kind.check}  seed {self.seed}: how it came about ({len(self.story)} of {self.events:,} events)"
        leads = (self.lead,) if self.lead else ()
        header = ("", "at", *layers, "what")
        return card(title, (), header, rows, (*leads, *notes, f"{MARKS['fail']} {self.verdict.detail}"))


def explain(
    loaded: Loaded,
    seed: int,
    *,
    check: str | None = None,
    versus: int | None = None,
    seeds: int = 0,
    executor: str = "serial",
    budget: Budget = USUAL,
    folders: tuple[str, ...] = (),
) -> Explanation:
    """Explain what `seed` does. Raises NothingToShrink if it does not fail, NotConcrete or CrewError."""
    kind, result = failure_of_seed(loaded, seed, check)
    if result is None:
        raise NothingToShrink(f"seed {seed}: the model raises; sim run says where")
    modules = own_models(loaded.scenario)
    crew = hire(executor, modules)
    try:
        trials = Trials(crew, kind, runs=budget.runs, seconds=budget.seconds, modules=modules, folders=folders)
        case = _concrete(case_of(loaded, seed), result, trials)
        found = _attributed(case, trials, seeds)
    finally:
        crew.close(wait=False)
    told = case if found is None else found.case
    failing, records = _traced(told)
    if kind not in failures_of(failing):
        told = case
        failing, records = _traced(case)
    verdict = next(one for one in failing.failed if one.check == kind.check)
    against = _against(told, records, kind, found, versus)
    layered = layered_of(loaded.scenario, seed)
    chosen = tuple(story_of(records, verdict, layered))
    lead = "" if layered is None else lead_of(failing, verdict, chosen, layered)
    return Explanation(seed, kind, verdict, found, chosen, len(records), against, lead, layered)


def _concrete(case: Case, result: Run, trials: Trials) -> Case:
    literal = with_literal_plan(case, result, trials.target)
    found = trials.first([with_literal_times(literal, result), literal])
    if found is None:
        raise NotConcrete(f"seed {case.seed} fails, and its plan written out does not; sim doctor {case.path} compares")
    return found


def _attributed(case: Case, trials: Trials, seeds: int) -> Attribution | None:
    try:
        return attribute(case, trials, seeds)
    except OutOfBudget:
        return None


def _traced(case: Case) -> tuple[Run, list[Record]]:
    loaded = case.load()
    result = run(loaded, case.seed, keep_trace=True)
    speak_of(loaded.scenario)
    return result, records_of(list(decode_records(b"".join(result.trace))))


def _against(
    case: Case, records: list[Record], kind: Failure, found: Attribution | None, versus: int | None
) -> Against | None:
    """The same plan under another seed, or without its last needed fault."""
    if versus is not None:
        other, name = Case(case.text, versus, case.path), f"seed {versus}"
    elif found is not None and found.needed:
        gone = found.needed[-1]
        other = case.with_faults([fault for fault in case.faults if fault != gone])
        name = f"the same run without {gone['id']}"
    else:
        return None
    result, passing = _traced(other)
    raw = [[[one.t_ns, one.code, *one.rest] for one in side] for side in (records, passing)]
    parted = first_divergence(raw[0], raw[1])
    equal_ns = 0 if parted is None or not parted.equal else records[min(parted.equal, len(records)) - 1].t_ns
    return Against(name, kind not in failures_of(result), parted, equal_ns)
