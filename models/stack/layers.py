"""The layers of one stack, as systems of their own: what their promises are asked of, each over its own nodes.

The stack is one system to the engine, so that its own promises see everything. A layer's promise sees a system with the
layer's servers and parameters, what those emit, and that part of the run which is about them.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from models.stack.board import Board
from sim import Check, Emitted, Event, RunRecord, System, Verdict

Observe = Callable[[Emitted], None]


class Layers:
    """What `build` made, by layer; one for each run."""

    def __init__(self) -> None:
        self.systems: dict[str, System] = {}
        self.callers: dict[str, tuple[str, ...]] = {}
        """Of a layer that only some nodes call: those. Others' calls are of another layer of its kind."""

        self.taps: dict[str, Tap] = {}

    def sees(self, layer: str, rivals: Iterable[str]) -> Callable[[str], bool]:
        """Whose events are shown to a layer: its own nodes' alone, or everybody's but those of its rivals."""
        own = self.nodes(layer)
        if layer in self.callers:
            return own.__contains__
        theirs = frozenset(name for rival in rivals for name in self.nodes(rival)) - own
        return lambda name: name not in theirs

    def nodes(self, layer: str) -> frozenset[str]:
        """Whose events are about a layer and no other of its kind."""
        return frozenset((*self.systems[layer].servers, *self.callers.get(layer, ())))


class Tap:
    """What a layer's nodes say, shown to all its promises: whose it is, is asked once and not by each of them."""

    def __init__(self, sees: Callable[[str], bool]) -> None:
        self._sees = sees
        self._checks: list[Check] = []
        self._by_kind: dict[type[Event], list[Observe]] = {}
        self._shown: dict[type[Event], list[Observe]] = {}

    def add(self, check: Check) -> bool:
        """Show it what it watches; whether it is the first, which is to draw for all."""
        self._checks.append(check)
        for kind in check.watches:
            self._by_kind.setdefault(kind, []).append(check.observe)
        return len(self._checks) == 1

    @property
    def kinds(self) -> tuple[type[Event], ...]:
        """All that anybody watches, each kind once."""
        return tuple(self._by_kind)

    @property
    def violated(self) -> bool:
        """Whether any promise is."""
        return any(check.violated for check in self._checks)

    def observe(self, emitted: Emitted) -> None:
        """One event of some layer."""
        if self._sees(emitted.node):
            kind = type(emitted.event)
            shown = self._shown.get(kind)
            for observe in self._learn(kind) if shown is None else shown:
                observe(emitted)

    def _learn(self, kind: type[Event]) -> list[Observe]:
        """Who watches a kind, or what it is made from; each once."""
        found: list[Observe] = []
        for base in kind.__mro__:
            found += [one for one in self._by_kind.get(base, ()) if one not in found]
        self._shown[kind] = found
        return found


class OfLayer(Check):
    """A promise of a layer, unchanged. The first of a layer watches for all of them, through the layer's tap."""

    def __init__(self, layer: str, check: Check, system: System, board: Board, tap: Tap) -> None:
        self.name = f"{layer}/{check.name}"
        self._layer = layer
        self._check = check
        self._servers = frozenset(system.servers)
        self._board = board
        self._tap = tap
        self._draws = tap.add(check)

    @property
    def watches(self) -> tuple[type[Event], ...]:  # type: ignore[override]
        """What the layer watches, asked when all its promises are made."""
        return self._tap.kinds if self._draws else ()

    @property
    def violated(self) -> bool:
        """Whether the layer's promise is, or for the first one any of the layer's."""
        return self._tap.violated if self._draws else self._check.violated

    def observe(self, emitted: Emitted) -> None:
        """Show all promises of the layer what it says."""
        self._tap.observe(emitted)

    def conclude(self, record: RunRecord) -> Verdict:
        """The layer's verdict under its full name, noted for whoever asks which layer broke first."""
        own = replace(
            record,
            history=self._board.history(record),
            servers=tuple(name for name in record.servers if name in self._servers),
            down=tuple(name for name in record.down if name in self._servers),
        )
        verdict = replace(self._check.conclude(own), check=self.name)
        self._board.note(self._layer, verdict)
        return verdict


class NotThere(Check):
    """A promise of a layer that this stack does not have."""

    def __init__(self, name: str, layer: str) -> None:
        self.name = name
        self._layer = layer

    def conclude(self, record: RunRecord) -> Verdict:  # noqa: ARG002 - there is nothing to look at
        """Nothing is claimed."""
        return Verdict(self.name, "pass", f"there is no layer {self._layer} here")


Make = Callable[[System], Check]


def of_layer(layer: str, checks: Mapping[str, Make], rivals: tuple[str, ...] = ()) -> dict[str, Make]:
    """A layer's promises as promises of the stack. `rivals` are layers whose servers emit the same kinds of events."""

    def make(name: str, check: Make) -> Make:
        def of_run(system: System) -> Check:
            layers = system.shared(Layers)
            if layer not in layers.systems:
                return NotThere(name, layer)
            tap = layers.taps.get(layer)
            if tap is None:
                tap = layers.taps[layer] = Tap(layers.sees(layer, rivals))
            here = layers.systems[layer]
            return OfLayer(layer, check(here), here, system.shared(Board), tap)

        return of_run

    return {f"{layer}/{name}": make(f"{layer}/{name}", check) for name, check in checks.items()}
