"""`sim report RUN -o FILE`: a run, a sweep or a kill matrix as one HTML page that opens from disk."""

import argparse
from collections.abc import Callable
from pathlib import Path

from sim import artefact, status
from sim.commands import common
from sim.commands.usage import UsageError
from sim.scenario.errors import ScenarioErrors
from sim.scenario.loader import Loaded, load_text


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
    page = _page_of(path, arguments)
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


def _page_of(path: Path, arguments: argparse.Namespace) -> str:
    if path.suffix in (".yaml", ".yml"):
        loaded = common.load_or_refuse(arguments.run, tuple(arguments.set))
        seed = loaded.scenario.seed if arguments.seed is None else arguments.seed
        return _run_page(loaded, seed)
    if arguments.set or arguments.seed is not None:
        raise UsageError("--seed and --set are for scenarios; what is kept has its own")
    return _page_of_kept(path)


def _page_of_kept(path: Path) -> str:
    try:
        record = artefact.read(path)
    except ValueError as error:
        raise UsageError(str(error)) from None
    text, origin, overrides = str(record["text"]), str(record["path"]), tuple(map(str, record["overrides"]))
    common.find_models_near(origin)
    loaded = _valid(lambda: load_text(text, origin, overrides))
    return _run_page(loaded, int(record["seed"]), expected=str(record["fingerprint"]), kept=str(path))


def _valid(load: Callable[[], Loaded]) -> Loaded:
    try:
        return load()
    except ScenarioErrors as error:
        raise UsageError(f"the scenario of this run is not valid any more:\n{error}", prefixed=False) from None


def _run_page(loaded: Loaded, seed: int, *, expected: str = "", kept: str = "") -> str:
    from reports.page import page_of, record

    recording = common.or_crash(lambda: record(loaded, seed), f"sim run {loaded.path} --seed {seed}")
    if expected and recording.run.fingerprint != expected:
        said = f"{kept}: this code runs seed {seed} otherwise than it was kept, so this would be another run's page"
        raise UsageError(f"{said}; sim replay {kept} says where they part", status.DIVERGED)
    return page_of(recording)
