"""Compaction: adjacent runs become one. The newest entry of a key wins; one edit of the manifest is the commit.

A tombstone hides older entries of its key. It may go only if no older run is left that could hold one: when the oldest
run is among those that are merged.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from models.veristore.engine.checkpoint import make_run
from models.veristore.engine.filter import Filter
from models.veristore.engine.layers import newest
from models.veristore.engine.manifest import Edit, Listed
from models.veristore.engine.memtable import Entry
from models.veristore.engine.run import Run
from models.veristore.events import Compacted

if TYPE_CHECKING:
    from models.veristore.engine.engine import Engine

GROWTH = 4
"""How many times as large the runs of the next size class are."""


class Compaction:
    """Merges runs. One at a time, and no checkpoint meanwhile."""

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine
        self._storage = engine.storage
        self._manifest = engine.manifest
        self._tree = engine.tree
        self._settings = engine.settings

    def choose(self) -> list[Run]:
        """The runs to merge: from the first to the last of those of one size class, if there are enough; else none."""
        classes = [self._size_class(run) for run in self._tree.runs]
        for one in sorted(set(classes)):
            places = [place for place, found in enumerate(classes) if found == one]
            if len(places) >= self._settings.fan_in:
                return self._tree.runs[places[0] : places[-1] + 1]
        return []

    async def merge(self, inputs: Sequence[Run]) -> None:
        """Merge adjacent runs. NoRoom if the disk is full: then nothing has changed."""
        entries = list(newest(run.all() for run in inputs))
        kept = entries
        if self.drops_tombstones(inputs):
            kept = [entry for entry in entries if entry.value is not None]
        output = await make_run(self._engine, kept) if kept else None
        if output is not None:
            output.filter = self.filter_of(inputs, kept)
        await self.commit(inputs, output)
        dropped = len(entries) - len(kept)
        self._engine.tell(Compacted(tuple(run.number for run in inputs), output.number if output else 0, dropped))

    def drops_tombstones(self, inputs: Sequence[Run]) -> bool:
        """Whether no run is older than these."""
        return inputs[0] is self._tree.runs[0]

    def filter_of(self, inputs: Sequence[Run], entries: Sequence[Entry]) -> Filter:  # noqa: ARG002
        """The filter of the output: over its own keys."""
        return Filter(entry.key for entry in entries)

    async def commit(self, inputs: Sequence[Run], output: Run | None) -> None:
        """Let the manifest list the output for the inputs, and then remove those."""
        await self._manifest.commit(self.edit(inputs, output))
        self._tree.replace(inputs, output)
        await self.remove(inputs)

    async def remove(self, inputs: Sequence[Run]) -> None:
        """Remove files that the manifest does not list any more."""
        for run in inputs:
            self._storage.remove_if_possible(run.name)
        await self._storage.sync_names()

    def edit(self, inputs: Sequence[Run], output: Run | None) -> Edit:
        """What the manifest has to know."""
        drop = tuple(run.number for run in inputs)
        if output is None:
            return Edit((), drop)
        return Edit((Listed(output.number, self._storage.size(output.name)),), drop, next_run=output.number + 1)

    def _size_class(self, run: Run) -> int:
        size, bound, found = self._storage.size(run.name), 2 * self._settings.memtable_max, 0
        while size > bound:
            bound *= GROWTH
            found += 1
        return found
