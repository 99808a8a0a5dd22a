"""Long campaigns: the reference over many seeds of every scenario, and every mutant until it is found.

    python -m benchmarks.soak [--seeds 2000] [--first 1] [--scenario FILE ...] [--mutants]

Prints a line for every failure as it comes, then a table. Exit status 1 if the reference failed or a mutant survived.
"""

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from sim.model import Mutant, find_model
from sim.running import run
from sim.scenario.loader import load

CHUNK = 25

Failure = tuple[str, int, str, str]
"""(scenario, seed, check, detail)"""


def run_chunk(path: str, seeds: list[int]) -> list[Failure]:
    """Run the seeds of one chunk; the failures, and unknowns, of a scenario that should pass."""
    loaded = load(path)
    found: list[Failure] = []
    for seed in seeds:
        try:
            result = run(loaded, seed)
        except Exception as error:
            found.append((path, seed, "crash", str(error)))
            continue
        if result.verdict == "fail":
            found += [(path, seed, one.check, one.detail) for one in result.failed]
    return found


def campaign(paths: list[str], first: int, count: int) -> list[Failure]:
    """Every scenario under `count` seeds, on all cores."""
    failures: list[Failure] = []
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        for path in paths:
            began = time.perf_counter()
            seeds = list(range(first, first + count))
            chunks = [seeds[at : at + CHUNK] for at in range(0, count, CHUNK)]
            found = [failure for some in pool.map(partial(run_chunk, path), chunks) for failure in some]
            for _, seed, check, detail in found[:5]:
                print(f"FAIL  sim run {path} --seed {seed}: {check}: {detail}")
            rate = count / (time.perf_counter() - began)
            print(
                f"{path:<52} {count:>6,} seeds   {len({one[1] for one in found}):>4} failed   {rate:6.1f} seeds/s",
                flush=True,
            )
            failures += found
    return failures


def find_mutant(mutant: Mutant, limit: int) -> tuple[str, int, str, str]:
    """(mutant, seeds needed or 0, check that found it, scenario): its recipe is run until a promised check fails."""
    path = mutant.recipe
    system = next(iter(load(path).scenario.systems))
    loaded = load(path, (f"systems.{system}.mutant={mutant.name}", "expect=fail"))
    for seed in range(1, limit + 1):
        failed = [one.check for one in run(loaded, seed).failed]
        hit = next((check for check in mutant.breaks if any(name.startswith(check) for name in failed)), None)
        if hit is not None:
            return mutant.name, seed, hit, path
    return mutant.name, 0, "", path


def kill(model: str, limit: int) -> int:
    """Look for every mutant of a model; the number of survivors."""
    mutants = list(find_model(model).mutants.values())
    survivors = 0
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        for name, seeds, check, path in pool.map(partial(_find, model, limit), [one.name for one in mutants]):
            survivors += not seeds
            said = f"seed {seeds:>4}  {check}" if seeds else f"NOT FOUND in {limit} seeds"
            print(f"{name:<22} {said:<40} {path}", flush=True)
    return survivors


def _find(model: str, limit: int, name: str) -> tuple[str, int, str, str]:
    return find_mutant(find_model(model).mutants[name], limit)


def main() -> int:
    """Parse, run, conclude."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=2000)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--scenario", action="append", default=[])
    parser.add_argument("--mutants", action="store_true", help="only look for the mutants")
    arguments = parser.parse_args()
    paths = arguments.scenario or sorted(str(path) for path in Path("scenarios/raft").glob("*.yaml"))
    failures = [] if arguments.mutants else campaign(paths, arguments.first, arguments.seeds)
    survivors = 0 if arguments.scenario else kill("raft", 200)
    print(f"{len({(one[0], one[1]) for one in failures})} failing runs of the reference, {survivors} mutants not found")
    return 1 if failures or survivors else 0


if __name__ == "__main__":
    sys.exit(main())
