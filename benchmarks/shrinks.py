"""How small failures get: ``python -m benchmarks.shrinks [MODEL ...] [--every 3] [--offset 0] [--per 1] [--for 50]``.

Of every third mutant of each model the first seeds that its promised check finds are shrunk, one to a process. Every
result is run again: it must fail in the same way, and, where the search came to its end, pass without any one of its
faults. Exit status 1 if a result does not, if the median plan has more than three faults, or if one took a minute or
more of a processor: what the clock on the wall says of a shared machine is printed beside it.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from statistics import median

from sim.explore.grounds import ground
from sim.explore.matrix import promised
from sim.explore.shrink import shrink
from sim.explore.shrinking.case import Case
from sim.explore.shrunk import USUAL, Budget, NotConcrete, NothingToShrink, Shrunk
from sim.explore.worker import run_seed
from sim.model import find_model
from sim.scenario.errors import ScenarioErrors

MODELS = ("raft", "veristore", "bft", "models.stack:REPLICATED_STORE")
FAULTS_MAX, SECONDS_MAX = 3, 60.0
_SEEDS = 60


@dataclass(frozen=True)
class Job:
    """A mutant whose failing seeds are shrunk."""

    model: str
    mutant: str
    per: int
    seconds: float


@dataclass(frozen=True)
class Outcome:
    """One failing seed, shrunk; `problem` says what is wrong with the result."""

    mutant: str
    seed: int
    check: str
    steps: str = ""
    faults: int = 0
    runs: int = 0
    wall_s: float = 0.0
    cpu_s: float = 0.0
    finished: bool = False
    problem: str = ""

    def line(self) -> str:
        """The outcome as a line of the table."""
        head = f"{self.mutant:<24} {self.seed:>4}  {self.check:<22}"
        if self.problem:
            return f"{head} WRONG: {self.problem}"
        ended = "" if self.finished else "  (the budget ended first)"
        cost = f"{self.runs:>4} runs {self.wall_s:5.1f} s, {self.cpu_s:5.1f} s CPU"
        return f"{head} {self.faults} faults  {cost}  {self.steps}{ended}"


def chosen(models: Sequence[str], every: int, offset: int, per: int, seconds: float) -> list[Job]:
    """Every so many mutants of each model, in the order in which it lists them."""
    return [
        Job(model, name, per, seconds)
        for model in models
        for name in list(find_model(model).mutants)[offset::every]
        if find_model(model).mutants[name].recipe
    ]


def work(job: Job) -> list[Outcome]:
    """Look for failing seeds of a mutant and shrink them."""
    return list(_outcomes(job))


def _outcomes(job: Job) -> Iterator[Outcome]:
    mutant = find_model(job.model).mutants[job.mutant]
    loaded = ground(mutant.recipe, job.model).planted(job.mutant)
    found = 0
    for seed in range(1, _SEEDS + 1):
        checks = promised(run_seed(loaded, seed), mutant)
        if not checks:
            continue
        began, cpu = time.perf_counter(), time.process_time()
        try:
            shrunk = shrink(loaded, seed, check=checks[0], budget=Budget(500, job.seconds))
        except (NotConcrete, NothingToShrink) as error:
            yield Outcome(job.mutant, seed, checks[0], problem=str(error))
        else:
            wall, spent = time.perf_counter() - began, time.process_time() - cpu
            yield _judged(job, seed, shrunk, wall, spent)
        found += 1
        if found == job.per:
            return


def _judged(job: Job, seed: int, shrunk: Shrunk, wall_s: float, cpu_s: float) -> Outcome:
    before, after = shrunk.before, shrunk.after
    steps = ", ".join(before.changes(after)) + f"; {before.events:,} -> {after.events:,} events"
    return Outcome(
        job.mutant, seed, shrunk.kind.check, steps, after.faults, shrunk.runs, wall_s, cpu_s, shrunk.finished,
        _problem(shrunk),
    )  # fmt: skip


def _problem(shrunk: Shrunk) -> str:
    """What is wrong with a result, empty if nothing is."""
    if not _fails(shrunk, shrunk.case):
        return f"it does not fail {shrunk.kind.check} in the same way"
    if shrunk.finished:
        for fault in shrunk.case.faults:
            without = shrunk.case.with_faults([one for one in shrunk.case.faults if one != fault])
            if _fails(shrunk, without):
                return f"it fails without {fault['id']} too"
    return ""


def _fails(shrunk: Shrunk, case: Case) -> bool:
    try:
        return shrunk.kind in run_seed(case.load(), case.seed).failures
    except ScenarioErrors:
        return False


def conclude(outcomes: Sequence[Outcome], without: Sequence[str]) -> int:
    """The sums, and whether the goals are reached."""
    good = [one for one in outcomes if not one.problem]
    if not good:
        print("nothing was shrunk")
        return 1
    wrong = len(outcomes) - len(good)
    mutants = len({one.mutant for one in outcomes})
    middle, slowest = median(one.faults for one in good), max(one.cpu_s for one in good)
    ended = sum(not one.finished for one in good)
    faults = f"median {middle:g} faults left, at most {max(one.faults for one in good)}"
    cpu = f"{median(one.cpu_s for one in good):.1f} s CPU, at most {slowest:.1f}"
    wall = f"{median(one.wall_s for one in good):.1f} s wall, at most {max(one.wall_s for one in good):.1f}"
    runs = f"{median(one.runs for one in good):g} runs"
    print(f"{len(outcomes)} failing seeds of {mutants} mutants: {faults}; median {runs}, {cpu}; {wall}")
    hidden = f"; not found in {_SEEDS} seeds: {', '.join(without)}" if without else ""
    print(f"{wrong} wrong; {ended} where the budget ended first{hidden}")
    return int(wrong > 0 or middle > FAULTS_MAX or slowest >= SECONDS_MAX)


def main() -> int:
    """Parse, shrink, conclude."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", default=list(MODELS), metavar="MODEL")
    parser.add_argument("--every", type=int, default=3)
    parser.add_argument("--offset", type=int, default=0)
    parser.add_argument("--per", type=int, default=1, help="failing seeds of each mutant")
    parser.add_argument("--for", dest="seconds", type=float, default=USUAL.seconds, help="seconds for each")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--mutant", action="append", default=[], help="only this one, repeatable")
    arguments = parser.parse_args()
    jobs = chosen(arguments.models, arguments.every, arguments.offset, arguments.per, arguments.seconds)
    if arguments.mutant:
        every = chosen(arguments.models, 1, 0, arguments.per, arguments.seconds)
        jobs = [job for job in every if job.mutant in arguments.mutant]
    outcomes: list[Outcome] = []
    without: list[str] = []
    with ProcessPoolExecutor(arguments.jobs, mp_context=get_context("spawn")) as pool:
        flying = {pool.submit(work, job): job for job in jobs}
        for future in as_completed(flying):
            found = future.result()
            without += [] if found else [flying[future].mutant]
            outcomes += found
            for one in found:
                print(one.line(), flush=True)
    return conclude(outcomes, without)


if __name__ == "__main__":
    sys.exit(main())
