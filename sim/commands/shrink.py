"""`sim shrink FILE --seed N`: the smallest scenario that still fails in the same way, written down for good."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from reports.progress import ProgressLine
from sim import status
from sim.commands import common, output
from sim.commands.crews import crew_options, executor_of, folders_near, in_words
from sim.commands.output import say
from sim.commands.usage import UsageError
from sim.explore.emit import Emitted, emit
from sim.explore.shrink import shrink
from sim.explore.shrunk import Budget, NotConcrete, NothingToShrink, Shrunk, Size
from sim.scenario.loader import Loaded
from sim.world.quantities import DURATION
from sim.world.units import SECOND


def options(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    parser.add_argument("file", metavar="FILE", help="a scenario that fails under this seed, or a kept run")
    parser.add_argument("--seed", type=common.seed_of, help="default: the scenario's own")
    parser.add_argument("--check", metavar="NAME", help="which failure to keep, if there are several")
    parser.add_argument("--runs", type=int, default=500, metavar="N", help="at most so many runs (default: 500)")
    parser.add_argument("--for", dest="for_", default="50s", metavar="TIME", help="at most so long (default: 50s)")
    parser.add_argument("--retry-seeds", type=int, default=0, metavar="K", help="where nodes go, try K further seeds")
    parser.add_argument("--out", default="scenarios/known_bugs", metavar="DIR", help="where the scenario is written")
    parser.add_argument("--tests", default="tests/known_bugs", metavar="DIR", help="where its test is written")
    parser.add_argument("--no-save", action="store_true", help="print the scenario and write nothing")
    parser.add_argument("--set", action="append", default=[], metavar="PATH=VALUE", help="such as network.loss=1%%")
    crew_options(parser)
    common.output_options(parser)


def execute(arguments: argparse.Namespace) -> int:
    """Shrink, write, say."""
    loaded, seed = common.load_kept_or_file(arguments.file, tuple(arguments.set), arguments.seed)
    found = in_words(lambda: _shrunk(arguments, loaded, seed))
    written = None if arguments.no_save else _write(found, arguments)
    if arguments.json:
        say(arguments, "shrink", _as_json(found, written))
    else:
        from reports.console import console
        from reports.shrinks import show_shrunk

        show_shrunk(console(plain=arguments.plain, color=arguments.color), found, written)
    return status.INTERRUPTED if found.interrupted else status.PASS


def _budget(arguments: argparse.Namespace) -> Budget:
    try:
        seconds = DURATION.parse(arguments.for_.replace("min", "m")) / SECOND
    except ValueError as error:
        raise UsageError(f"--for: {error}") from None
    if arguments.runs < 1 or arguments.retry_seeds < 0:
        raise UsageError("--runs: expected 1 or more, and --retry-seeds 0 or more")
    return Budget(arguments.runs, seconds, arguments.retry_seeds)


def _shrunk(arguments: argparse.Namespace, loaded: Loaded, seed: int) -> Shrunk:
    budget, executor = _budget(arguments), executor_of(arguments)
    folders, on_step = folders_near(loaded.path), _progress(arguments)
    try:
        return shrink(
            loaded, seed, check=arguments.check, executor=executor, budget=budget, folders=folders, on_step=on_step
        )
    except NothingToShrink as error:
        raise UsageError(str(error), status.EMPTY) from None
    except NotConcrete as error:
        raise UsageError(str(error), status.CRASHED) from None


def _progress(arguments: argparse.Namespace) -> Callable[[str], None]:
    """Each step that was taken is a line of its own on a terminal, and now and then one elsewhere."""
    if arguments.json or arguments.quiet:
        return lambda _: None
    if sys.stderr.isatty():
        return lambda said: print(f"  {said}", file=sys.stderr, flush=True)
    return ProgressLine().show


def _write(found: Shrunk, arguments: argparse.Namespace) -> Emitted:
    try:
        return emit(found, Path(arguments.out), Path(arguments.tests))
    except OSError as error:
        raise UsageError(f"{error.filename}: {error.strerror} (--no-save prints the scenario)") from None


def _as_json(found: Shrunk, written: Emitted | None) -> output.Shrink:
    return {
        "seed": found.seed,
        "kind": str(found.kind),
        "check": found.kind.check,
        "detail": found.row.detail,
        "finished": found.finished,
        "interrupted": found.interrupted,
        "runs": found.runs,
        "steps": list(found.steps),
        "before": _size(found.before),
        "after": _size(found.after),
        "needed": found.needed,
        "scenario": found.case.data,
        "file": None if written is None else str(written.scenario),
        "test": None if written is None or written.test is None else str(written.test),
    }


def _size(size: Size) -> output.Size:
    return {
        "faults": size.faults,
        "nodes": size.nodes,
        "clients": size.clients,
        "operations": size.operations,
        "duration_ns": size.duration_ns,
        "events": size.events,
    }
