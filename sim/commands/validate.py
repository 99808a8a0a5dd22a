"""`sim validate FILE...`: all that is wrong with scenario files, without running them."""

import argparse
from pathlib import Path

from reports.actions import Failing, annotate
from sim import status
from sim.commands.common import find_models_near
from sim.commands.output import say
from sim.commands.usage import UsageError
from sim.scenario.errors import Problem, ScenarioErrors
from sim.scenario.loader import load


def options(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="scenario files, or folders of them")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")


def execute(arguments: argparse.Namespace) -> int:
    """Check every file; problems on standard output are the result."""
    files = [file for name in arguments.files for file in _files(name)]
    if not files:
        raise UsageError(f"no scenario in {', '.join(arguments.files)}", status.EMPTY)
    problems = [problem for file in files for problem in _problems(file)]
    if arguments.json:
        found = [
            {"file": p.file, "line": p.line, "column": p.column, "path": p.path, "message": p.message} for p in problems
        ]
        say(arguments, "validate", {"files": len(files), "problems": found})
    else:
        print("\n".join(map(str, problems)) if problems else f"{len(files)} file{'s' * (len(files) > 1)} ok")
    annotate(
        f"{len(files)} scenarios, {len(problems)} problems",
        [Failing(p.file, p.path, p.message, f"sim validate {p.file}", p.line) for p in problems],
    )
    return status.USAGE if problems else status.PASS


def _files(name: str) -> list[str]:
    path = Path(name)
    return sorted(str(file) for file in path.rglob("*.yaml")) if path.is_dir() else [name]


def _problems(file: str) -> tuple[Problem, ...]:
    find_models_near(file)
    try:
        load(file)
    except ScenarioErrors as error:
        return error.problems
    return ()
