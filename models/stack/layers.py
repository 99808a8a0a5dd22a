"""The layers of one stack, as systems of their own: what their promises are asked of, each over its own nodes.

The stack is one system to the engine, so that its own promises see everything. A layer's promise sees a system with the
layer's servers and parameters, what those emit, and that part of the run which is about them.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from models.stack.board import Board
from sim import Check, Emitted, RunRecord, System, Verdict


class Layers:
    """What `build` made, by layer; one for each run."""

    def __init__(self) -> None:
        self.systems: dict[str, System] = {}
        self.callers: dict[str, tuple[str, ...]] = {}
        """Of a layer that only some nodes call: those. Others' calls are of another layer of its kind."""

    def nodes(self, layer: str) -> frozenset[str]:
        """Whose events are about a layer and no other of its kind."""
        return frozenset((*self.systems[layer].servers, *self.callers.get(layer, ())))


class OfLayer(Check):
    """A promise of a layer, unchanged. Of several layers that emit the same events it sees its own nodes' alone."""

    def __init__(self, layer: str, check: Check, system: System, board: Board, sees: Callable[[str], bool]) -> None:
        self.name = f"{layer}/{check.name}"
        self.watches = check.watches
        self._layer = layer
        self._check = check
        self._servers = frozenset(system.servers)
        self._board = board
        self._sees = sees

    @property
    def violated(self) -> bool:
        """Whether the layer's promise is."""
        return self._check.violated

    def observe(self, emitted: Emitted) -> None:
        """Show it what its layer says."""
        if self._sees(emitted.node):
            self._check.observe(emitted)

    def conclude(self, record: RunRecord) -> Verdict:
        """The layer's verdict under its full name, noted for whoever asks which layer broke first."""
        own = replace(
            record,
            servers=tuple(name for name in record.servers if name in self._servers),
            down=tuple(name for name in record.down if name in self._servers),
        )
        verdict = replace(self._check.conclude(own), check=self.name)
        self._board.note(self._layer, verdict)
        return verdict


Make = Callable[[System], Check]


def of_layer(layer: str, checks: Mapping[str, Make], rivals: tuple[str, ...] = ()) -> dict[str, Make]:
    """A layer's promises as promises of the stack. `rivals` are layers whose servers emit the same kinds of events."""

    def make(check: Make) -> Make:
        def of_run(system: System) -> Check:
            layers = system.shared(Layers)
            here, own = layers.systems[layer], layers.nodes(layer)
            theirs = frozenset(name for rival in rivals for name in layers.nodes(rival)) - own
            sees = own.__contains__ if layer in layers.callers else lambda name: name not in theirs
            return OfLayer(layer, check(here), here, system.shared(Board), sees)

        return of_run

    return {f"{layer}/{name}": make(check) for name, check in checks.items()}
