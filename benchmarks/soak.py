"""The long campaign against false alarms: seeds spread over every reference model's scenario of all faults together.

    python -m benchmarks.soak [--seeds 20000] [--first 1] [--block 200] [--scenario FILE ...] [--model NAME ...]

With `--model` seeds are spread over every scenario of these models that they should pass, each a mix of its own.
Prints a line for each reference, and writes the same to runs/soak/references.json, beside what the same code came to
before. It can be stopped at any time and goes on where it was, as long as the code is the same. Exit status 1 if a
reference failed.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sim import status
from sim.explore.executors import CrewError
from sim.explore.feed import Order
from sim.explore.results import Key, Results, ResultsError, scenario_hash
from sim.explore.row import Row
from sim.explore.statistics import rule_of_three
from sim.explore.sweep import Sweep, sweep
from sim.identity import code_hash, identity, own_models
from sim.scenario.errors import ScenarioErrors
from sim.scenario.loader import Loaded, load

FOLDER = Path("runs/soak")
RECORD = FOLDER / "references.json"
VARIANTS: dict[str, tuple[str, ...]] = {
    "scenarios/bft/swarm.yaml": tuple(f"systems.abc.parameters.protocol={one}" for one in ("smvba", "vaba", "ckps"))
}
"""Scenario -> what is laid over it, one at a time, where a model has several references in one."""
_SHOWN = 5


@dataclass(frozen=True)
class Reference:
    """A scenario that a reference model must pass, whatever the seed."""

    loaded: Loaded

    @property
    def name(self) -> str:
        """The name of the scenario, with the value that was laid over it."""
        over = "".join(f" {one.rpartition('=')[2]}" for one in self.loaded.overrides)
        return self.loaded.scenario.name + over

    @property
    def file(self) -> Path:
        """Where its rows are kept."""
        return FOLDER / f"{self.name.replace(' ', '-')}.sqlite"

    def command(self, seed: int) -> str:
        """How to see a seed again."""
        over = "".join(f" --set {one}" for one in self.loaded.overrides)
        return f"sim run {self.loaded.path}{over} --seed {seed}"


@dataclass
class Tally:
    """What the seeds of a reference came to, whatever session ran them, under the code of now."""

    reference: Reference
    rows: dict[int, Row]
    wall_s: float = 0.0
    ran: int = 0

    @property
    def alarms(self) -> list[Row]:
        """The rows that failed, in order of seeds."""
        return [row for _, row in sorted(self.rows.items()) if row.failed]

    @property
    def unknown(self) -> list[Row]:
        """The rows that are undecided."""
        return [row for _, row in sorted(self.rows.items()) if row.outcome == "unknown"]

    def line(self) -> str:
        """``raft-swarm  3,400 seeds  0 alarms  0 unknown  ...``."""
        decided = len(self.rows) - len(self.unknown)
        bound = f"under {rule_of_three(decided):.2%} (95%)" if decided and not self.alarms else ""
        rate = f"{self.ran / self.wall_s:6.1f} seeds/s" if self.wall_s else " " * 14
        counts = f"{len(self.rows):>7,} seeds {len(self.alarms):>4} alarms {len(self.unknown):>4} unknown"
        return f"{self.reference.name:<24} {counts}  {rate}  {bound}"

    def record(self) -> dict[str, object]:
        """The same for the file."""
        return {
            "reference": self.reference.name,
            "scenario": self.reference.loaded.path,
            "overrides": list(self.reference.loaded.overrides),
            "scenario_hash": scenario_hash(self.reference.loaded),
            "seeds": len(self.rows),
            "alarms": [self._alarm(row) for row in self.alarms],
            "unknown": [{"seed": row.seed, "detail": row.detail} for row in self.unknown],
            "cpu_s": round(sum(row.cpu_s for row in self.rows.values()), 1),
        }

    def _alarm(self, row: Row) -> dict[str, object]:
        command = self.reference.command(row.seed)
        return {"seed": row.seed, "check": row.check, "detail": row.detail, "command": command}


def references(paths: Sequence[str], models: Sequence[str] = ()) -> list[Reference]:
    """Those named and those of these models, or every scenario of everything together, that its model should pass."""
    found = [*paths, *(path for name in models for path in _files(f"{name}/*.yaml"))] or _files("*/*swarm*.yaml")
    over = [(path, one) for path in found for one in ((), *((text,) for text in VARIANTS.get(path, ())))]
    loaded = [load(path, one) for path, one in over]
    return [Reference(one) for one in loaded if one.scenario.expect == "pass"]


def _files(pattern: str) -> list[str]:
    return sorted(str(path) for path in Path("scenarios").glob(pattern))


def blocks(count: int, first: int, total: int, size: int) -> Iterator[tuple[int, range]]:
    """(reference, seeds): each reference in turn gets a block, until `total` seeds are spread evenly over all."""
    share = -(-total // count)
    for begin in range(first, first + share, size):
        seeds = range(begin, min(begin + size, first + share))
        yield from ((place, seeds) for place in range(count))


def earlier(reference: Reference) -> dict[int, Row]:
    """What this code has already made of it."""
    code = identity(own_models(reference.loaded.scenario)).code
    results = Results(reference.file)
    try:
        rows = results.rows(Key(scenario_hash(reference.loaded), code))
        return {row.seed: row for row in rows if row.outcome != "crashed-worker"}
    finally:
        results.close()


def soak(tallies: list[Tally], first: int, total: int, size: int, executor: str) -> bool:
    """Run what is missing, block by block; whether it came to the end."""
    for place, seeds in blocks(len(tallies), first, total, size):
        tally = tallies[place]
        if all(seed in tally.rows for seed in seeds):
            continue
        before = sum(seed in tally.rows for seed in seeds)
        began = time.monotonic()
        found = sweep(Order(tally.reference.loaded, seeds, resume=True), executor, tally.reference.file)
        tally.wall_s += time.monotonic() - began
        tally.ran += len(found.rows) - before
        tally.rows.update((row.seed, row) for row in found.rows)
        _tell(tally, found)
        write(tallies)
        if found.interrupted:
            return False
    return True


def _tell(tally: Tally, found: Sweep) -> None:
    """A line for the block, and one for each alarm in it."""
    for row in found.failed[:_SHOWN]:
        print(f"ALARM  {tally.reference.command(row.seed)}: {row.check}: {row.detail}", flush=True)
    for note in found.notes:
        print(f"note: {tally.reference.name}: {note}", file=sys.stderr)
    print(f"{time.strftime('%H:%M')}  {tally.line()}", file=sys.stderr, flush=True)


def write(tallies: list[Tally]) -> None:
    """The whole record anew, in place of the last one."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    ours = {tally.reference.name: tally.record() for tally in tallies}
    whole = {"code": code_hash(), "references": list({**_written(), **ours}.values())}
    draft = RECORD.with_suffix(".new")
    draft.write_text(json.dumps(whole, indent=1) + "\n")
    draft.replace(RECORD)


def _written() -> dict[str, dict[str, object]]:
    """What stands in the record by this code: reference -> what it came to."""
    try:
        found = json.loads(RECORD.read_text())
    except (OSError, ValueError):
        return {}
    return {one["reference"]: one for one in found["references"]} if found.get("code") == code_hash() else {}


def conclude(tallies: list[Tally]) -> int:
    """The table; the exit status."""
    for tally in tallies:
        print(tally.line())
    seeds = sum(len(tally.rows) for tally in tallies)
    alarms = sum(len(tally.alarms) for tally in tallies)
    unknown = sum(len(tally.unknown) for tally in tallies)
    print(f"{seeds:,} seeds of {len(tallies)} references: {alarms} alarms, {unknown} unknown; code {code_hash()}; "
          f"written to {RECORD}")  # fmt: skip
    return status.VIOLATION if alarms else status.PASS


def main() -> int:
    """Parse, run, conclude."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20_000, help="in all, spread evenly over the references")
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--block", type=int, default=200, help="seeds of one reference before the next one's turn")
    parser.add_argument("--scenario", action="append", default=[], metavar="FILE", help="only this one, repeatable")
    parser.add_argument("--model", action="append", default=[], metavar="NAME", help="all of this one's, repeatable")
    parser.add_argument("--executor", default="process", metavar="E")
    arguments = parser.parse_args()
    if min(arguments.seeds, arguments.block) < 1 or arguments.first < 0:
        parser.error("expected --seeds and --block of 1 or more, --first of 0 or more")
    try:
        tallies = [Tally(one, earlier(one)) for one in references(arguments.scenario, arguments.model)]
        if not tallies:
            parser.error("no scenario here that its model should pass")
        finished = soak(tallies, arguments.first, arguments.seeds, arguments.block, arguments.executor)
    except (ScenarioErrors, ResultsError, CrewError) as error:
        print(f"soak: {error}", file=sys.stderr)
        return status.USAGE
    return max(conclude(tallies), status.PASS if finished else status.INTERRUPTED)


if __name__ == "__main__":
    sys.exit(main())
