"""`sim report RUN -o FILE`: a run, a sweep or a kill matrix as one HTML page that opens from disk."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from sim import status
from sim.commands import common
from sim.commands.recorded import recorded
from sim.commands.usage import UsageError
from sim.scenario.errors import ScenarioErrors
from sim.scenario.loader import Loaded

if TYPE_CHECKING:
    from reports.page.needs import Needs


def options(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    parser.add_argument(
        "run",
        metavar="RUN",
        help="a kept run, such as runs/raft-partition/7; a scenario, which is run; the sweep.sqlite of a sweep; "
        "or what sim mutants --json printed",
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="where to write the page (default: page.html beside it)")
    parser.add_argument("--explain", action="store_true", help="find out which faults the violation needs, a minute")
    parser.add_argument("--seed", type=common.seed_of, help="of a scenario; default: its own")
    parser.add_argument("--set", action="append", default=[], metavar="PATH=VALUE", help="such as network.loss=1%%")


def execute(arguments: argparse.Namespace) -> int:
    """Find out what it is, make its page, write it."""
    path = Path(arguments.run)
    page = _page_of(arguments)
    output = Path(arguments.output) if arguments.output else _beside(path)
    data = page.encode("utf-8")
    try:
        output.write_bytes(data)
    except OSError as error:
        raise UsageError(f"{output}: {error.strerror}") from None
    print(common.written(output, len(data)))
    return status.PASS


def _beside(path: Path) -> Path:
    """In a run's folder, or in the current one where the other files are not ours."""
    return path / "page.html" if path.is_dir() else Path(f"{path.stem}.html")


def _page_of(arguments: argparse.Namespace) -> str:
    path = Path(arguments.run)
    begins = _begins(path)
    if begins.startswith(b"SQLite format 3"):
        return _sweep_page(path)
    if b'"command": "mutants"' in begins:
        return _matrix_page(path)
    from reports.page import page_of

    recording = recorded(arguments.run, arguments.seed, tuple(arguments.set))
    if arguments.explain and not recording.run.failed:
        raise UsageError(f"{arguments.run}: it does not fail, so there is nothing to explain", status.EMPTY)
    return page_of(recording, _needs(recording.loaded, recording.run.seed) if arguments.explain else None)


def _needs(loaded: Loaded, seed: int) -> Needs:
    """Which faults the violation needs, as `sim explain` finds them."""
    from reports.page.needs import Needs, needs_of
    from sim.commands.crews import in_words
    from sim.explore.explain import explain
    from sim.explore.shrunk import Budget, NotConcrete, NothingToShrink

    try:
        found = in_words(lambda: explain(loaded, seed, budget=Budget(300, 120.0)))
    except (NothingToShrink, NotConcrete) as error:
        raise UsageError(str(error), status.CRASHED) from None
    return Needs() if found.attribution is None else needs_of(found.attribution)


def _begins(path: Path) -> bytes:
    """The first bytes of a file; none if it is not there, which whoever reads it next will say."""
    try:
        with path.open("rb") as file:
            return file.read(200)
    except OSError:
        return b""


def _sweep_page(path: Path) -> str:
    from reports.page.sweeps import NothingSwept, kept_sweep, sweep_page
    from sim.explore.results import ResultsError

    common.find_models_near(".")
    try:
        return sweep_page(kept_sweep(path))
    except (NothingSwept, ResultsError) as error:
        raise UsageError(str(error)) from None
    except ScenarioErrors as error:
        raise UsageError(f"the scenario of this sweep is not valid any more:\n{error}", prefixed=False) from None


def _matrix_page(path: Path) -> str:
    from reports.page.matrices import NoMatrix, measured_page, read_matrix

    try:
        return measured_page(read_matrix(path.read_bytes()))
    except (NoMatrix, OSError) as error:
        raise UsageError(f"{path}: {error}") from None
