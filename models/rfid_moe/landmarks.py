"""States that a run should have reached before its verdict means much: what `sometimes` can ask for."""

from collections.abc import Callable, Mapping

from models.rfid_moe.events import (
    Answered,
    Combined,
    Dropped,
    Ignored,
    Infeasibly,
    NodeStarted,
    Rebalanced,
    ShardState,
    Shifted,
)
from models.rfid_moe.ladder import FAILED
from models.rfid_moe.shards import DRAINING, FULL, LOADING
from sim import Emitted, Landmark

Predicate = Callable[[Emitted], bool]


def _rung(rung: int) -> Callable[[], Predicate]:
    def reached(emitted: Emitted) -> bool:
        event = emitted.event
        return isinstance(event, Combined) and any(term.rung == rung for term in event.terms)

    return lambda: reached


def _failed() -> Predicate:
    return lambda emitted: isinstance(emitted.event, Answered) and FAILED in emitted.event.reasons


def _anything() -> Predicate:
    return lambda _: True


def _move_during_crash() -> Predicate:
    """A node crashed while it loaded or drained an expert."""
    under_way: dict[str, dict[int, None]] = {}

    def reached(emitted: Emitted) -> bool:
        event = emitted.event
        rows = under_way.setdefault(emitted.node, {})
        if isinstance(event, NodeStarted):
            hit = bool(rows)
            rows.clear()
            return hit
        if isinstance(event, ShardState) and event.kind == FULL and not event.staged:
            if event.target in (LOADING, DRAINING):
                rows[event.row] = None
            else:
                rows.pop(event.row, None)
        return False

    return reached


def _drift_rebalanced() -> Predicate:
    """Moves for balance after the traffic had changed."""
    seen = {"shifted": False}

    def reached(emitted: Emitted) -> bool:
        event = emitted.event
        if isinstance(event, Shifted):
            seen["shifted"] = True
        return isinstance(event, Rebalanced) and event.moves > 0 and seen["shifted"]

    return reached


_ALL = (
    Landmark("rung_1", (Combined,), _rung(1)),
    Landmark("rung_2", (Combined,), _rung(2)),
    Landmark("rung_3", (Combined,), _rung(3)),
    Landmark("rung_4", (Combined,), _rung(4)),
    Landmark("rung_5", (Dropped,), _anything),
    Landmark("rung_6", (Answered,), _failed),
    Landmark("move_during_crash", (NodeStarted, ShardState), _move_during_crash),
    Landmark("late_result_ignored", (Ignored,), _anything),
    Landmark("infeasible_budget", (Infeasibly,), _anything),
    Landmark("drift_rebalanced", (Shifted, Rebalanced), _drift_rebalanced),
)

LANDMARKS: Mapping[str, Landmark] = {landmark.name: landmark for landmark in _ALL}
