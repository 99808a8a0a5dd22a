"""`sim run FILE`: run a scenario under one seed and check what it promises."""

import argparse
import shlex
from pathlib import Path

from reports.actions import Failing, annotate
from reports.junit import junit_of
from sim import artefact
from sim.commands import common
from sim.commands.output import say
from sim.result import Run
from sim.running import run
from sim.scenario.loader import Loaded


def options(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    parser.add_argument("file", metavar="FILE", help="a scenario, such as scenarios/raft/partition.yaml")
    parser.add_argument("--seed", type=common.seed_of, help="default: the scenario's own")
    parser.add_argument("--set", action="append", default=[], metavar="PATH=VALUE", help="such as network.loss=1%%")
    parser.add_argument("--stop-at-violation", action="store_true", help="end the run at the first one: stop=violation")
    parser.add_argument("--trace", action="store_true", help="keep the whole trace beside the run")
    parser.add_argument("--save", default="runs", metavar="DIR", help="where the run is kept (default: runs)")
    parser.add_argument("--no-save", action="store_true", help="keep nothing")
    parser.add_argument("--junit", metavar="FILE", help="also write JUnit XML, a test case for each check")
    common.output_options(parser)


def execute(arguments: argparse.Namespace) -> int:
    """Run, print, keep."""
    stop = ("stop=violation",) if arguments.stop_at_violation else ()
    loaded = common.load_or_refuse(arguments.file, (*arguments.set, *stop))
    seed = loaded.scenario.seed if arguments.seed is None else arguments.seed
    reproduce = shlex.join(["sim", "run", arguments.file, "--seed", str(seed)])
    result = common.or_crash(lambda: run(loaded, seed, keep_trace=arguments.trace), reproduce)
    place = "" if arguments.no_save else _keep(result, loaded, arguments.save)
    if arguments.json:
        say(arguments, "run", artefact.body(result, place))
    else:
        from reports.console import console, show_run

        out = console(plain=arguments.plain, color=arguments.color)
        show_run(out, result, artefact=place, verbose=arguments.verbose)
    if arguments.junit:
        common.write(arguments.junit, junit_of(result))
    annotate(f"{result.scenario} seed {result.seed}: {result.verdict}", _failing(result, arguments.file))
    return common.status_of(result)


def _failing(result: Run, file: str) -> list[Failing]:
    """What a build has to hear of."""
    if result.met:
        return []
    undecided = [one for one in result.checks if one.status != "pass"]
    found = [Failing(file, one.check, one.detail, result.reproduce) for one in result.failed or undecided]
    return found or [Failing(file, "expect", f"expected {result.expect}, found {result.verdict}", result.reproduce)]


def _keep(result: Run, loaded: Loaded, folder: str) -> str:
    from sim.commands.usage import UsageError

    try:
        return str(artefact.save(result, loaded, Path(folder)))
    except OSError as error:
        raise UsageError(f"the run cannot be kept in {folder}: {error.strerror} (--no-save keeps nothing)") from None
