"""Repetitions: seeds that are run one after another until something is found, many such blocks at a time."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sim.explore.row import Row
from sim.explore.worker import Task
from sim.identity import identity, own_models
from sim.scenario.loader import Loaded

CHUNK_MAX = 32


@dataclass
class Block:
    """One repetition: seeds one after another until a check of `until` fails."""

    label: str
    loaded: Loaded
    until: tuple[str, ...]
    left: deque[int]
    rows: list[Row] = field(default_factory=list)
    is_out: bool = False
    size: int = 1

    def take(self) -> tuple[int, ...]:
        """The next seeds, twice as many as last time."""
        count = min(self.size, len(self.left))
        self.size = min(2 * self.size, CHUNK_MAX)
        return tuple(self.left.popleft() for _ in range(count))

    def saw(self, rows: Iterable[Row]) -> None:
        """Take rows in; a kill ends the block."""
        self.rows += rows
        if self.until and any(kind.check in self.until for row in self.rows for kind in row.failures):
            self.left.clear()


class BlockFeed:
    """Gives each block one task at a time, the blocks by turns."""

    def __init__(self, blocks: Sequence[Block], wall_s: float, folders: tuple[str, ...]) -> None:
        self._blocks = {block.label: block for block in blocks}
        self._turns = deque(blocks)
        self._wall_s = wall_s
        self._folders = folders

    def next(self) -> Task | None:
        """The task of the next block that waits for none."""
        for _ in range(len(self._turns)):
            block = self._turns[0]
            self._turns.rotate(-1)
            if block.left and not block.is_out:
                block.is_out = True
                return self._task(block)
            if not block.left and not block.is_out:
                self._turns.remove(block)
        return None

    def _task(self, block: Block) -> Task:
        loaded, modules = block.loaded, own_models(block.loaded.scenario)
        return Task(
            loaded.text, loaded.path, loaded.overrides, (), block.take(), identity(modules), modules, self._folders,
            block.until, block.label, self._wall_s,
        )  # fmt: skip

    def put_back(self, task: Task) -> None:
        """Seeds that a worker had no time for are next in their block."""
        self._blocks[task.label].left.extendleft(reversed(task.seeds))

    def saw(self, label: str, rows: Sequence[Row]) -> None:
        """A task of this block is done."""
        block = self._blocks[label]
        block.is_out = False
        block.saw(rows)
