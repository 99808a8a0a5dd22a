"""Every known bug of the stack through the whole of it: which check finds it, which layer the verdict names, how soon.

    python -m benchmarks.stack_mutants [NAME ...] [--recipe 20] [--swarm 0] [--file runs/stack-mutants.jsonl] [--table]

Each mutant is run on its recipe until a check fails that it is said to break, and under so many seeds of the small
stack's swarm. A row a run is kept; what was run by the same code is not run again. The table (Markdown) is printed from
the rows, at the end or with --table alone. Exit status 1 if a mutant is not found by its recipe or a verdict names
another layer.
"""

import argparse
import json
import re
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from hashlib import blake2b
from pathlib import Path

from models.stack.layer_bugs import SEATS
from models.stack.model import ORGANISATIONS, STACK
from sim.identity import code_hash
from sim.model import Mutant
from sim.running import run
from sim.scenario.loader import load
from sim.world.crash_site import ModelCrash

FILE = Path("runs/stack-mutants.jsonl")
SWARM = "scenarios/stack/swarm.yaml"
LOWEST = re.compile(r"(\S+) is the lowest layer")
REGISTRY = {**STACK.mutants, **ORGANISATIONS.mutants}
JOINT = "none"
"""Which layer broke a promise where the bug is in a joint, as it should be."""


@dataclass(frozen=True)
class Row:
    """One run: the checks that failed, the lowest layer that the verdict `layers` names (or none), and its cost."""

    code: str
    mutant: str
    ground: str
    seed: int
    failed: tuple[str, ...]
    named: str
    cpu_s: float

    @property
    def finds(self) -> tuple[str, ...]:
        """Of the checks that failed those that the mutant is said to break, the strongest first."""
        return tuple(check for check in REGISTRY[self.mutant].breaks if check in self.failed)


class Rows:
    """The rows of this code and these scenarios, in a file that only grows."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._code = code_hash()
        self._rows: dict[tuple[str, str, int], Row] = {}
        for row in _kept(file):
            if row.mutant in REGISTRY and row.code == self.identity(row.ground):
                self._rows[row.mutant, row.ground, row.seed] = row

    def identity(self, ground: str) -> str:
        """What a row rests on: the code, and the scenario as it stands."""
        return blake2b((self._code + Path(ground).read_text()).encode(), digest_size=8).hexdigest()

    def row(self, mutant: Mutant, ground: str, seed: int) -> Row:
        """The row of a run, which is made if there is none."""
        key = mutant.name, ground, seed
        if key not in self._rows:
            made = _run(self.identity(ground), mutant, ground, seed)
            self.add(made)
            found, place = ", ".join(made.finds) or "not found", f"{Path(ground).stem:26} seed {seed:<4}"
            print(f"{mutant.name:32} {place} {made.cpu_s:5.1f} s  {found}", file=sys.stderr)
        return self._rows[key]

    def add(self, row: Row) -> None:
        """Keep a row."""
        self._rows[row.mutant, row.ground, row.seed] = row
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.open("a") as out:
            out.write(json.dumps(asdict(row)) + "\n")

    def of(self, mutant: str, ground: str) -> list[Row]:
        """What there is of a mutant on a ground, by seed."""
        return sorted(
            (row for (a, b, _), row in self._rows.items() if (a, b) == (mutant, ground)), key=lambda r: r.seed
        )


def _kept(file: Path) -> Iterator[Row]:
    """The rows in a file; a line that somebody stopped in the middle is none."""
    for line in file.read_text().splitlines() if file.exists() else ():
        try:
            fields = json.loads(line)
        except json.JSONDecodeError:
            continue
        yield Row(**{**fields, "failed": tuple(fields["failed"])})


def _run(code: str, mutant: Mutant, ground: str, seed: int) -> Row:
    began = time.process_time()
    loaded = load(ground, (f"systems.stack.mutant={mutant.name}", "expect=pass"))
    try:
        result = run(loaded, seed)
    except ModelCrash as crash:
        return Row(code, mutant.name, ground, seed, (f"crash: {crash}".splitlines()[0],), "", _since(began))
    verdict = next(one for one in result.checks if one.check == "layers")
    named = LOWEST.search(verdict.detail) if verdict.status == "fail" else None
    failed = tuple(sorted(one.check for one in result.failed))
    return Row(code, mutant.name, ground, seed, failed, named[1] if named else JOINT, _since(began))


def _since(began: float) -> float:
    return round(time.process_time() - began, 2)


@dataclass(frozen=True)
class Line:
    """A mutant in the table. `seeds` is how many its recipe took, 0 if it was not found; `swarm` (found, tried)."""

    name: str
    found_by: str
    expected: tuple[str, ...]
    named: str
    seeds: int
    swarm: tuple[int, int]
    first: int

    @property
    def is_right(self) -> bool:
        """Whether it was found, and the verdict named its layer."""
        return self.seeds > 0 and self.named in self.expected

    def cells(self) -> tuple[str, ...]:
        """For the table."""
        found, tried = self.swarm
        named = self.named if self.is_right else f"**{self.named or '-'}**"
        seen = f"{found} of {tried}" + (f", first {self.first}" if found else "") if tried else ""
        return self.name, self.found_by or "**not found**", named, str(self.seeds or "-"), seen


def expected_of(mutant: str) -> tuple[str, ...]:
    """The layers that the verdict may name: the bug's own, or none for a bug of a joint."""
    layer = mutant.partition("/")[0] if "/" in mutant else ""
    return SEATS.get(layer, (layer,)) if layer else (JOINT,)


def line_of(mutant: Mutant, rows: Rows) -> Line:
    """What the rows that there are say of a mutant."""
    recipe = rows.of(mutant.name, mutant.recipe)
    place, hit = next(((n, row) for n, row in enumerate(recipe, 1) if row.finds), (0, None))
    swarm = rows.of(mutant.name, SWARM)
    finds = [row.seed for row in swarm if row.finds]
    found_by, named = (hit.finds[0], hit.named) if hit else ("", "")
    first = finds[0] if finds else 0
    return Line(mutant.name, found_by, expected_of(mutant.name), named, place, (len(finds), len(swarm)), first)


def campaign(mutants: Sequence[Mutant], rows: Rows, recipe: int, swarm: int) -> None:
    """Run what is not there yet, one mutant after another."""
    for mutant in mutants:
        for seed in range(1, recipe + 1):
            if rows.row(mutant, mutant.recipe, seed).finds:
                break
        if mutant.name in STACK.mutants:
            for seed in range(1, swarm + 1):
                rows.row(mutant, SWARM, seed)


def show(lines: Sequence[Line]) -> None:
    """The table, and what it comes to."""
    header = ("mutant", "found by", "lowest broken layer", "seeds of its recipe", "seeds of swarm")
    for cells in (header, tuple("---" for _ in header), *(line.cells() for line in lines)):
        print("| " + " | ".join(cells) + " |")
    right = sum(line.is_right for line in lines)
    tried = [line for line in lines if line.swarm[1]]
    print(f"\n{right} of {len(lines)} found by their recipes, with the right layer named.", end="")
    print(f" By swarm {sum(line.swarm[0] > 0 for line in tried)} of {len(tried)}." if tried else "")


def main(words: Sequence[str]) -> int:
    """Run, then print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stack_mutants")
    parser.add_argument("names", nargs="*", metavar="NAME", help="mutants; all of them if none is named")
    parser.add_argument("--recipe", type=int, default=20, help="at most so many seeds of a mutant's recipe")
    parser.add_argument("--swarm", type=int, default=0, help="so many seeds of the swarm for each")
    parser.add_argument("--file", type=Path, default=FILE)
    parser.add_argument("--table", action="store_true", help="run nothing, print what there is")
    asked = parser.parse_args(words)
    unknown = [name for name in asked.names if name not in REGISTRY]
    if unknown:
        parser.error(f"no mutant {unknown[0]!r}; there are {', '.join(REGISTRY)}")
    mutants = [REGISTRY[name] for name in asked.names or REGISTRY]
    rows = Rows(asked.file)
    try:
        if not asked.table:
            campaign(mutants, rows, asked.recipe, asked.swarm)
    except KeyboardInterrupt:
        print("stopped; the same command goes on from here", file=sys.stderr)
    lines = [line_of(one, rows) for one in mutants]
    show(lines)
    return 0 if all(line.is_right for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
