"""The map without its log: a memtable over runs, as in a log-structured merge tree (O'Neil and others, 1996)."""

from collections.abc import Sequence

from models.veristore.engine import batch
from models.veristore.engine.layers import Layers, newest
from models.veristore.engine.memtable import Entry, Memtable
from models.veristore.engine.run import Run
from models.veristore.machine.view import Change

_MODULUS = 1 << 64


class Tree:
    """`runs` are in order of age, the oldest first. `applied` is the seq of the newest batch that it shows."""

    def __init__(self) -> None:
        self.memtable = Memtable()
        self.runs: list[Run] = []
        self.applied = 0

    def apply(self, seq: int, changes: Sequence[Change]) -> None:
        """Show a batch."""
        for key, value in changes:
            self.memtable.put(Entry(key, seq, value))
        self.applied = seq

    def view(self, *above: Memtable) -> Layers:
        """The map, with what is `above` it, the newest first."""
        return Layers((*above, self.memtable, *reversed(self.runs)))

    def entries(self) -> list[Entry]:
        """Every key that has a value, in order. Each run is read at once and as a whole."""
        sources = [self.memtable.entries(), *(run.all() for run in self.runs)]
        return [entry for entry in newest(sources) if entry.value is not None]

    def digest(self) -> int:
        """The digest of the map."""
        return digest_of(self.entries())

    def flushed(self, run: Run | None) -> None:
        """The memtable has become a run."""
        if run is not None:
            self.runs.append(run)
        self.memtable = Memtable()

    def replace(self, inputs: Sequence[Run], output: Run | None) -> None:
        """Adjacent runs have become one, or nothing."""
        place = self.runs.index(inputs[0])
        self.runs[place : place + len(inputs)] = [] if output is None else [output]


def digest_of(entries: Sequence[Entry]) -> int:
    """The digest of a map of these entries, which all have values."""
    return sum(batch.mark_of_entry(key, value or b"", seq) for key, seq, value in entries) % _MODULUS
