"""`sim report RUN -o FILE`: a run, a sweep or a kill matrix as one HTML page that opens from disk."""

import argparse
from pathlib import Path

from sim import status
from sim.commands import common
from sim.commands.recorded import recorded
from sim.commands.usage import UsageError


def options(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    parser.add_argument(
        "run",
        metavar="RUN",
        help="a kept run, such as runs/raft-partition/7; a scenario, which is run; the sweep.sqlite of a sweep; "
        "or what sim mutants --json printed",
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="where to write the page (default: page.html beside it)")
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
    print(f"{output}  {len(data) / 1e6:.1f} MB")
    return status.PASS


def _beside(path: Path) -> Path:
    """In a run's folder, or in the current one where the other files are not ours."""
    return path / "page.html" if path.is_dir() else Path(f"{path.stem}.html")


def _page_of(arguments: argparse.Namespace) -> str:
    from reports.page import page_of

    return page_of(recorded(arguments.run, arguments.seed, tuple(arguments.set)))
