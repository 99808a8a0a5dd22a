"""`sim sweep FILE`: run a scenario under many seeds, and say which fail, how, and how often."""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

import msgspec

from sim import artefact, status
from sim.commands import common, sensitivity
from sim.commands.crews import crew_options, executor_of, folders_near, in_words
from sim.commands.usage import UsageError
from sim.explore.commands import reproduce, shrink_it
from sim.explore.feed import Order
from sim.explore.seeds import SEED_END, cross, parse_axis, parse_seeds
from sim.explore.summary import Summary, status_of, summarise
from sim.explore.sweep import Progress, Sweep, sweep
from sim.scenario.errors import ScenarioErrors
from sim.scenario.loader import Loaded
from sim.scenario.overrides import points
from sim.world.quantities import DURATION
from sim.world.units import SECOND


def options(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    parser.add_argument("file", metavar="FILE", help="a scenario, such as scenarios/raft/partition.yaml")
    parser.add_argument("--seeds", metavar="N|A..B", help="how many, from 1 on, or which (default: 100)")
    parser.add_argument("--for", dest="for_", metavar="TIME", help="hand out seeds for so long, such as 10m")
    parser.add_argument("--until-failure", action="store_true", help="end with the smallest seed that fails")
    parser.add_argument("--resume", action="store_true", help="run only what the results file does not have yet")
    parser.add_argument("--vary", action="append", default=[], metavar="PATH=a,b", help="also at each of these values")
    parser.add_argument(
        "--range", action="append", default=[], metavar="PATH=A..B", help="each seed at a drawn place of these ranges"
    )
    parser.add_argument("--set", action="append", default=[], metavar="PATH=VALUE", help="such as network.loss=1%%")
    parser.add_argument("--coverage", action="store_true", help="also say how much behaviour was not seen yet")
    parser.add_argument("--run-limit", default="600s", metavar="TIME", help="a run that takes longer is unknown")
    parser.add_argument("--save", default="runs", metavar="DIR", help="where the rows are kept (default: runs)")
    parser.add_argument("--no-save", action="store_true", help="keep nothing")
    parser.add_argument("--junit", metavar="FILE", help="also write JUnit XML")
    crew_options(parser)
    common.output_options(parser)


def execute(arguments: argparse.Namespace) -> int:
    """Sweep, keep, say."""
    loaded = common.load_or_refuse(arguments.file, tuple(arguments.set))
    order = _order(arguments, loaded)
    if arguments.range:
        return sensitivity.execute(arguments, order)
    file = None if arguments.no_save else Path(arguments.save) / loaded.scenario.name / "sweep.sqlite"
    progress = _Progress(quiet=arguments.json)
    try:
        found = in_words(lambda: sweep(order, executor_of(arguments), file, progress.show))
    except ScenarioErrors as error:
        raise UsageError(str(error), prefixed=False) from None
    finally:
        progress.clear()
    summary = summarise(found)
    if arguments.junit:
        _write_junit(found, arguments.junit)
    if arguments.json:
        print(json.dumps(_as_json(found, summary)))
    else:
        from reports.console import console
        from reports.sweeps import show_sweep

        show_sweep(console(plain=arguments.plain, color=arguments.color), found, summary)
    if os.environ.get("GITHUB_ACTIONS") == "true":
        _annotate(found, summary)
    return status_of(found, summary)


def _annotate(found: Sweep, summary: Summary) -> None:
    """Tell GitHub Actions, beside the result: it reads standard error too."""
    from sim.explore.annotations import annotations

    for line in annotations(found, summary):
        print(line, file=sys.stderr)


def _order(arguments: argparse.Namespace, loaded: Loaded) -> Order:
    try:
        default = "100" if arguments.for_ is None else f"1..{SEED_END - 1}"
        seeds = parse_seeds(arguments.seeds or default)
        axes = [parse_axis(text) for text in arguments.vary]
        for_s = None if arguments.for_ is None else _seconds(arguments.for_)
        wall_s = _seconds(arguments.run_limit)
    except ValueError as error:
        empty = "are none" in str(error)
        raise UsageError(str(error), status.EMPTY if empty else status.USAGE) from None
    at = tuple(cross(points(loaded.scenario), axes))
    folders, covered = folders_near(arguments.file), arguments.coverage
    return Order(loaded, seeds, at, arguments.until_failure, for_s, arguments.resume, wall_s, folders, covered)


def _seconds(text: str) -> float:
    """`10m`, `90s`; `10min` is taken as minutes too."""
    return DURATION.parse(text.replace("min", "m")) / SECOND


def _write_junit(found: Sweep, path: str) -> None:
    from sim.explore.junit import junit

    try:
        Path(path).write_bytes(junit(found))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None


class _Progress:
    """A line on standard error that is written over, if somebody looks at it."""

    def __init__(self, *, quiet: bool) -> None:
        self._on = artefact.is_terminal() and not quiet
        self._width = 0

    def show(self, progress: Progress) -> None:
        """Write the line anew."""
        if self._on:
            from reports.sweeps import progress_line

            line = progress_line(progress)
            print("\r" + line.ljust(self._width), end="", file=sys.stderr, flush=True)
            self._width = len(line)

    def clear(self) -> None:
        """Take the line away."""
        if self._on and self._width:
            print("\r" + " " * self._width + "\r", end="", file=sys.stderr, flush=True)


def _as_json(found: Sweep, summary: Summary) -> dict[str, Any]:
    order = found.order
    return {
        "schema": artefact.SCHEMA,
        "command": "sweep",
        "versions": artefact.versions(),
        "wall_s": round(found.wall_s, 3),
        "scenario": order.loaded.scenario.name,
        "expect": order.loaded.scenario.expect,
        "executor": found.executor,
        "interrupted": found.interrupted,
        "points": [list(point) for point in order.points],
        "runs": summary.runs,
        "reused": found.reused,
        "outcomes": dict(summary.outcomes),
        "decided": summary.decided,
        "failed": summary.failed,
        "bound_95": summary.bound,
        "kinds": [
            {
                "kind": str(one.kind),
                "check": one.kind.check,
                "count": one.count,
                "first": one.first,
                "share": one.share,
                "low": one.interval.low,
                "high": one.interval.high,
                "smallest_seed": one.smallest.seed,
                "point": list(one.smallest.point),
                "detail": one.smallest.detail,
                "reproduce": reproduce(order.loaded, one.smallest.point, one.smallest.seed),
                "shrink": shrink_it(order.loaded, one.smallest.point, one.smallest.seed),
            }
            for one in summary.kinds
        ],
        "residual": None if summary.residual is None else msgspec.to_builtins(summary.residual),
        "fired": dict(summary.fired),
        "never_fired": list(summary.never_fired),
        "never_reached": list(summary.never_reached),
        "notes": list(found.notes),
        "file": None if found.file is None else str(found.file),
    }
