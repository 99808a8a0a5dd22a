"""What verbs that run many times share: who computes, and what can go wrong with them, in words."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sim.commands.usage import UsageError
from sim.explore.dispatch import Strangers
from sim.explore.executors import CrewError
from sim.explore.results import ResultsError
from sim.explore.sweep import WorkerProblem

T = TypeVar("T")


def crew_options(parser: argparse.ArgumentParser) -> None:
    """--jobs, --executor."""
    parser.add_argument("--jobs", type=_positive, metavar="N", help="so many processes (default: one a processor)")
    parser.add_argument(
        "--executor", metavar="E", help="serial, process[:N], dask:tcp://host:8786, or pkg.mod:factory (an Executor)"
    )


def _positive(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 10_000:
        raise argparse.ArgumentTypeError(f"expected a number from 1, found {text!r}")
    return int(text)


def executor_of(arguments: argparse.Namespace) -> str:
    """The executor that was asked for."""
    if arguments.executor is not None and arguments.jobs is not None:
        raise UsageError("--jobs and --executor say who computes twice: give one of them, such as --executor process:4")
    if arguments.executor is not None:
        return str(arguments.executor)
    return "process" if arguments.jobs is None else f"process:{arguments.jobs}"


def folders_near(path: str) -> tuple[str, ...]:
    """Where workers look for a model of the user's own: the scenario's folder and this one."""
    return (str(Path(path).resolve().parent), str(Path.cwd()))


def in_words(act: Callable[[], T]) -> T:
    """Do it; what is wrong with the executor, its workers or the results file ends the command with one message."""
    try:
        return act()
    except (CrewError, ResultsError) as error:
        raise UsageError(str(error)) from None
    except WorkerProblem as error:
        raise UsageError(f"the workers cannot run this scenario: {error}") from None
    except Strangers as error:
        raise UsageError(_say_strangers(error), prefixed=False) from None


def _say_strangers(error: Strangers) -> str:
    lines = ["sim: these workers would run something else; nothing of theirs is kept:"]
    lines.append(f"  {'worker':<32} {'what':<10} {'here':<28} there")
    for stranger in error.found:
        for what, here, there in error.asker.differences(stranger):
            lines.append(f"  {stranger.host:<32} {what:<10} {here:<28} {there}")
    return "\n".join(lines)
