"""The kill matrix: which planted bug is found on which scenario, by which check, in how many seeds.

A mutant is killed by a run in which a check fails that it is said to break. How many runs that takes is measured in
repetitions over disjoint blocks of seeds, each ended by its first kill or, in vain, by the limit. The reference runs
the same scenarios at least as often: whatever it fails is a false alarm, and a false alarm fails the matrix.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sim.explore.blocks import Block, BlockFeed
from sim.explore.dispatch import dispatch, refuse_strangers
from sim.explore.executors import Crew, hire
from sim.explore.families import families, without
from sim.explore.grounds import Ground
from sim.explore.matrix import Cell, Matrix, Plan, Silence, Smallest, promised
from sim.explore.shrink import shrink
from sim.explore.shrinking.case import verb_of
from sim.explore.shrunk import Budget, NotConcrete, NothingToShrink
from sim.explore.statistics import Wait
from sim.explore.worker import taking_turns
from sim.identity import identity, own_models
from sim.model import Mutant
from sim.scenario.loader import load_text


def measure(
    grounds: Sequence[tuple[str, Mutant, Ground]],
    plan: Plan,
    executor: str,
    folders: tuple[str, ...] = (),
    *,
    shrinking: Budget | None = None,
    on_progress: Callable[[str], None] = lambda _: None,
) -> Matrix:
    """Run the matrix of (model, mutant, ground); with `shrinking` each mutant's first kill is shrunk too."""
    modules = tuple(sorted({name for _, _, one in grounds for name in own_models(one.loaded.scenario)}))
    crew = hire(executor, modules)
    measuring = _Measuring(grounds, plan, crew, folders, on_progress)
    try:
        refuse_strangers(crew, identity(modules))
        measuring.run_mutants()
        measuring.run_families()
        measuring.run_reference()
        if shrinking is not None:
            measuring.shrink(shrinking)
    except KeyboardInterrupt:
        measuring.interrupted = True
    finally:
        crew.close(wait=False)
    return measuring.matrix()


class _Measuring:
    """A matrix under way."""

    def __init__(
        self,
        grounds: Sequence[tuple[str, Mutant, Ground]],
        plan: Plan,
        crew: Crew,
        folders: tuple[str, ...],
        on_progress: Callable[[str], None],
    ) -> None:
        self.interrupted = False
        self._grounds = grounds
        self._plan = plan
        self._crew = crew
        self._folders = folders
        self._on_progress = on_progress
        self._blocks: dict[int, list[Block]] = {}
        self._without: dict[int, dict[str, Block]] = {}
        self._reference: list[tuple[Ground, Block]] = []
        self._smallest: dict[int, Smallest] = {}
        self._runs = 0

    def run_mutants(self) -> None:
        """Every repetition of every mutant on its grounds."""
        plan = self._plan
        for place, (_, mutant, ground) in enumerate(self._grounds):
            loaded = ground.planted(mutant.name)
            self._blocks[place] = [
                Block(f"{place}.{number}", loaded, mutant.breaks, deque(_seeds(number, plan.limit)))
                for number in range(plan.repeat)
            ]
        self._run([block for blocks in self._blocks.values() for block in blocks])

    def run_families(self) -> None:
        """Each killed mutant on its ground without each family of faults, until it is found or no seed is left."""
        seeds = range(1, 1 + self._plan.families)
        for place, cell in enumerate(self._cells()):
            if not (seeds and cell.killed):
                continue
            self._without[place] = {
                family: Block(
                    f"{place} without {family}",
                    without(cell.ground, family).planted(cell.mutant.name),
                    cell.mutant.breaks,
                    deque(seeds),
                )
                for family in families(cell.ground)
            }
        self._run([block for blocks in self._without.values() for block in blocks.values()])

    def run_reference(self) -> None:
        """The reference on every ground, as often as the mutant that ran most there."""
        counts: dict[str, int] = {}
        grounds: dict[str, Ground] = {}
        for place, (_, _, ground) in enumerate(self._grounds):
            ran = sum(len(block.rows) for block in self._blocks[place])
            key = ground.loaded.path
            grounds[key] = ground
            counts[key] = max(counts.get(key, self._plan.reference), ran)
        for key, ground in grounds.items():
            block = Block(f"reference {key}", ground.planted(None), (), deque(range(1, counts[key] + 1)))
            self._reference.append((ground, block))
        self._run([block for _, block in self._reference])

    def _run(self, blocks: list[Block]) -> None:
        feed = BlockFeed(blocks, self._plan.wall_s, self._folders)
        for task, batch in dispatch(self._crew, feed):
            feed.saw(task.label, batch.rows)
            self._runs += len(batch.rows)
            ended = sum(not block.left and not block.is_out for block in blocks)
            self._on_progress(f"{self._runs:,} runs, {ended} of {len(blocks)} blocks")

    def shrink(self, budget: Budget) -> None:
        """Shrink the smallest seed that killed each mutant, a mutant to a worker."""
        jobs = []
        for place, cell in enumerate(self._cells()):
            if cell.killed:
                row = min(cell.kills, key=lambda one: one.seed)
                loaded, check = cell.ground.planted(cell.mutant.name), promised(row, cell.mutant)[0]
                text, path, overrides = loaded.text, loaded.path, loaded.overrides
                jobs.append((place, _Job(text, path, overrides, row.seed, check, budget, self._folders)))
        flying = [(place, job, self._crew.submit(_shrink, job)) for place, job in jobs]
        for number, (place, job, future) in enumerate(flying, 1):
            found = self._crew.settle(future, _shrink, job)
            if found is not None:
                self._smallest[place] = found
            self._on_progress(f"{number} of {len(flying)} shrunk")

    def matrix(self) -> Matrix:
        """What was measured."""
        cells = [cell for cell in self._cells() if cell.rows]
        cells.sort(key=lambda cell: (cell.killed, -(cell.median or 2**62), cell.model, cell.mutant.name))
        silent = tuple(
            Silence(ground, tuple(sorted(b.rows, key=lambda row: row.seed))) for ground, b in self._reference
        )
        return Matrix(self._plan, tuple(cells), silent, self.interrupted)

    def _cells(self) -> list[Cell]:
        return [self._cell(place) for place in range(len(self._grounds))]

    def _cell(self, place: int) -> Cell:
        model, mutant, ground = self._grounds[place]
        blocks = [block for block in self._blocks.get(place, []) if block.rows]
        rows = sorted((row for block in blocks for row in block.rows), key=lambda row: row.seed)
        waits = tuple(_wait(block, mutant) for block in blocks)
        cpu = tuple(sum(row.cpu_s for row in block.rows) for block in blocks)
        off = tuple((family, _wait(block, mutant)) for family, block in self._without.get(place, {}).items())
        return Cell(model, mutant, ground, waits, cpu, tuple(rows), self._smallest.get(place), off)


def _wait(block: Block, mutant: Mutant) -> Wait:
    return Wait(len(block.rows), any(promised(row, mutant) for row in block.rows))


def _seeds(number: int, limit: int) -> range:
    """The seeds of a repetition: no two share one."""
    return range(1 + number * limit, 1 + (number + 1) * limit)


@dataclass(frozen=True)
class _Job:
    """A shrink for a worker: the scenario as text."""

    text: str
    path: str
    overrides: tuple[str, ...]
    seed: int
    check: str
    budget: Budget
    folders: tuple[str, ...]


def _shrink(job: _Job) -> Smallest | None:
    """Shrink in a worker, alone; None if the plan written out does not fail."""
    with taking_turns(job.folders):
        loaded = load_text(job.text, job.path, job.overrides)
        try:
            found = shrink(loaded, job.seed, check=job.check, budget=job.budget)
        except (NothingToShrink, NotConcrete):
            return None
    kinds = tuple(verb_of(fault) for fault in found.needed)
    after = found.after
    return Smallest(job.check, after.faults, kinds, after.nodes, after.duration_ns, after.events, found.finished)
