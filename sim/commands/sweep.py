"""`sim sweep FILE`: run a scenario under many seeds, and say which fail, how, and how often."""

import argparse
from pathlib import Path

import msgspec

from reports.actions import Failing, annotate
from reports.progress import ProgressLine
from reports.sweeps import progress_line
from sim import status
from sim.commands import common, output, sensitivity
from sim.commands.crews import crew_options, executor_of, folders_near, in_words
from sim.commands.output import say
from sim.commands.usage import UsageError
from sim.explore.commands import reproduce, shrink_it
from sim.explore.feed import Order
from sim.explore.seeds import SEED_END, cross, parse_axis, parse_seeds
from sim.explore.summary import Summary, status_of, summarise
from sim.explore.sweep import Sweep, sweep
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
    progress = ProgressLine(quiet=arguments.json or arguments.quiet)
    try:
        found = in_words(
            lambda: sweep(order, executor_of(arguments), file, lambda one: progress.show(progress_line(one)))
        )
    except ScenarioErrors as error:
        raise UsageError(str(error), prefixed=False) from None
    finally:
        progress.clear()
    summary = summarise(found)
    if arguments.junit:
        _write_junit(found, arguments.junit)
    if arguments.json:
        say(arguments, "sweep", _as_json(found, summary))
    else:
        from reports.console import console
        from reports.sweeps import show_sweep

        show_sweep(console(plain=arguments.plain, color=arguments.color), found, summary, verbose=arguments.verbose)
    _annotate(found, summary, arguments.file)
    return status_of(found, summary)


def _annotate(found: Sweep, summary: Summary, file: str) -> None:
    """What a build has to hear of; nothing where the scenario expects a violation and got it."""
    order = found.order
    failing = [
        Failing(
            file,
            one.kind.check,
            f"{one.smallest.detail}\n{one.count:,} of {summary.decided:,} runs",
            reproduce(order.loaded, one.smallest.point, one.smallest.seed),
        )
        for one in summary.kinds
        if one.first and not one.smallest.met
    ]
    annotate(f"{order.loaded.scenario.name}: {summary.failed:,} of {summary.decided:,} runs failed", failing)


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

    common.write(path, junit(found))


def _as_json(found: Sweep, summary: Summary) -> output.Sweep:
    order = found.order
    asked = None if order.for_s is not None else len(order.seeds)
    unknown = dict(summary.outcomes).get("unknown", 0)
    ran = summary.runs - found.reused
    return {
        "scenario": order.loaded.scenario.name,
        "expect": order.loaded.scenario.expect,
        "executor": found.executor,
        "interrupted": found.interrupted,
        "points": [list(point) for point in order.points],
        "runs": summary.runs,
        "seeds": {"asked": asked, "run": summary.runs, "unknown": unknown},
        "reused": found.reused,
        "outcomes": dict(summary.outcomes),
        "decided": summary.decided,
        "failed": summary.failed,
        "rule_of_three": summary.bound,
        "failures": [
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
        "rate_per_s": round(ran / found.wall_s, 3) if found.wall_s else None,
        "results": None if found.file is None else str(found.file),
    }
