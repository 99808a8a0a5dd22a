"""`sim search FILE`: look for failures with a strategy that learns from what it has seen."""

import argparse
from pathlib import Path
from typing import Any

from reports.progress import ProgressLine
from sim import status
from sim.commands import common
from sim.commands.crews import crew_options, executor_of, folders_near, in_words
from sim.commands.output import say
from sim.commands.usage import UsageError
from sim.explore.emit import named
from sim.explore.search import Find, Search, search
from sim.explore.searching.strategies import STRATEGIES, checked
from sim.explore.searching.strategy import Unsuited
from sim.scenario.loader import Loaded
from sim.scenario.yaml_writer import write_scenario


def options(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    parser.add_argument("file", metavar="FILE", help="a scenario, such as scenarios/raft/swarm.yaml")
    said = f"{', '.join(STRATEGIES)} (default: coverage); priorities:4 for bugs of depth 4, delays:1 for one delay"
    parser.add_argument("--strategy", metavar="S", default="coverage", help=said)
    parser.add_argument("--runs", type=int, default=200, metavar="N", help="at most so many runs (default: 200)")
    parser.add_argument("--seed", type=common.seed_of, default=1, help="where seeds begin (default: 1)")
    parser.add_argument("--until-failure", action="store_true", help="end with the first failure")
    parser.add_argument("--set", action="append", default=[], metavar="PATH=VALUE", help="such as network.loss=1%%")
    parser.add_argument("--save", default="runs", metavar="DIR", help="where what is found is written (default: runs)")
    parser.add_argument("--no-save", action="store_true", help="write nothing")
    crew_options(parser)
    common.output_options(parser)


def execute(arguments: argparse.Namespace) -> int:
    """Search, write what was found, say."""
    if arguments.runs < 1:
        raise UsageError("--runs: expected 1 or more")
    try:
        checked(arguments.strategy)
    except ValueError as error:
        raise UsageError(str(error)) from None
    loaded = common.load_or_refuse(arguments.file, tuple(arguments.set))
    progress = ProgressLine(quiet=arguments.json or arguments.quiet)
    found = _searched(arguments, loaded, progress)
    progress.clear()
    files = [] if arguments.no_save else _write(found, Path(arguments.save) / loaded.scenario.name / "found")
    if arguments.json:
        say(arguments, "search", _as_json(found, files))
    else:
        from reports.console import console
        from reports.searches import show_search

        show_search(console(plain=arguments.plain, color=arguments.color), loaded.scenario.name, found, files)
    if found.interrupted:
        return status.INTERRUPTED
    return status.VIOLATION if found.finds else status.PASS


def _searched(arguments: argparse.Namespace, loaded: Loaded, progress: ProgressLine) -> Search:
    try:
        return in_words(
            lambda: search(
                loaded,
                arguments.strategy,
                arguments.runs,
                first=arguments.seed,
                until=() if arguments.until_failure else None,
                executor=executor_of(arguments),
                folders=folders_near(arguments.file),
                on_progress=progress.show,
            )
        )
    except Unsuited as error:
        raise UsageError(str(error)) from None


def _write(found: Search, folder: Path) -> list[str]:
    """Each find as a scenario that runs to it."""
    files = []
    try:
        for number, one in enumerate(found.finds, 1):
            folder.mkdir(parents=True, exist_ok=True)
            file = folder / f"{number}-{one.kind.check}.yaml".replace(" ", "-").replace("/", "-")
            name = str(one.case.data["name"])
            file.write_text(write_scenario(named(one.case, name).data, [_story(one)]))
            files.append(str(file))
    except OSError as error:
        raise UsageError(f"{error.filename}: {error.strerror} (--no-save writes nothing)") from None
    return files


def _story(one: Find) -> str:
    return f"Found by sim search in run {one.run}. {one.kind.check}: {one.row.detail}".replace("\n", " ")


def _as_json(found: Search, files: list[str]) -> dict[str, Any]:
    return {
        "strategy": found.strategy,
        "said": found.said,
        "runs": found.runs,
        "features": found.features,
        "new_features": list(found.new),
        "cpu_s": found.cpu_s,
        "interrupted": found.interrupted,
        "finds": [
            {"kind": str(one.kind), "check": one.kind.check, "run": one.run, "seed": one.case.seed,
             "detail": one.row.detail, "file": file or None}
            for one, file in zip(found.finds, files or [""] * len(found.finds), strict=True)
        ],
    }  # fmt: skip
