"""Replays a witness: an order of operations that is said to be a linearization. Shares no code with the search."""

from collections.abc import Sequence

from sim.checks.history import Op
from sim.checks.specs import Spec


def replay(ops: Sequence[Op], order: Sequence[Op], spec: Spec) -> str:
    """What is wrong with `order` as a linearization of `ops`, in a sentence; empty if nothing is."""
    places = {op.op: place for place, op in enumerate(order)}
    if len(places) < len(order):
        return "an operation stands twice"
    if any(op.outcome == "fail" for op in order) or {op.op for op in order} - {op.op for op in ops}:
        return "an operation stands there that did not happen"
    missing = [op for op in ops if op.outcome == "ok" and op.op not in places]
    if missing:
        return f"{missing[0]} is missing"
    states, latest_call = {spec.initial()}, -1
    for op in order:
        if op.ret < latest_call:
            return f"{op} stands behind an operation that was called after it returned"
        latest_call = max(latest_call, op.call)
        states = {after for state in states for after in spec.step(state, op)}
        if not states:
            return f"{op} is illegal where it stands"
    return ""
