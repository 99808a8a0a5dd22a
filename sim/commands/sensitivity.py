"""`sim sweep FILE --range PATH=A..B`: each seed at a place of its own in these ranges; where do runs fail?"""

import argparse

from sim import status
from sim.commands.crews import executor_of, in_words
from sim.commands.output import say
from sim.commands.usage import UsageError
from sim.explore.feed import Order
from sim.explore.sensitivity import Cell, Sensitivity, overrides_of, parse_range_axis, sense
from sim.scenario.errors import ScenarioErrors

_WITHOUT = ("vary", "for_", "until_failure", "resume", "coverage", "junit")


def execute(arguments: argparse.Namespace, order: Order) -> int:
    """Sample, say; 1 if a run failed."""
    clash = [name.rstrip("_").replace("_", "-") for name in _WITHOUT if getattr(arguments, name)]
    if clash or len(order.points) > 1:
        raise UsageError(f"--range and --{clash[0] if clash else 'vary'} do not go together")
    try:
        axes = [parse_range_axis(text) for text in arguments.range]
    except ValueError as error:
        raise UsageError(str(error)) from None
    if len({axis.path for axis in axes}) < len(axes):
        raise UsageError("--range: one path is given twice")
    try:
        found = in_words(lambda: sense(order, axes, executor_of(arguments)))
    except ScenarioErrors as error:
        raise UsageError(str(error), prefixed=False) from None
    if arguments.json:
        say(arguments, "sweep", _as_json(found))
    else:
        from reports.console import console
        from reports.sensitivity import show_sensitivity

        show_sensitivity(console(plain=arguments.plain, color=arguments.color), found)
    if found.interrupted:
        return status.INTERRUPTED
    return status.VIOLATION if any(row.failed for _, row in found.samples) else status.PASS


def _as_json(found: Sensitivity) -> dict[str, object]:
    return {
        "scenario": found.order.loaded.scenario.name,
        "interrupted": found.interrupted,
        "samples": [
            {"seed": row.seed, "set": list(overrides_of(found.axes, at)), "outcome": row.outcome, "check": row.check}
            for at, row in found.samples
        ],
        "ranges": [
            {"path": axis.path, "cells": [_cell(cell) for cell in found.along(place)]}
            for place, axis in enumerate(found.axes)
        ],
        "planes": [
            {
                "paths": [found.axes[one].path, found.axes[other].path],
                "cells": [[_cell(cell) for cell in row] for row in found.plane(one, other)],
            }
            for one, other in found.pairs
        ],
    }


def _cell(cell: Cell) -> dict[str, float | int | None]:
    return {"failed": cell.failed, "decided": cell.decided, "low": cell.interval.low, "high": cell.interval.high}
