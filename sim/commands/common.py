"""What several verbs share: options, loading with our errors, crashes as messages."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sim import artefact, status
from sim.commands.usage import UsageError
from sim.result import Run
from sim.scenario.errors import ScenarioErrors
from sim.scenario.loader import Loaded, load, load_text
from sim.world.crash_site import ModelCrash

T = TypeVar("T")

STATUS_OF = {"pass": status.PASS, "fail": status.VIOLATION, "unknown": status.UNKNOWN}


def output_options(parser: argparse.ArgumentParser) -> None:
    """--json, --plain, --color, --quiet."""
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")
    parser.add_argument("--plain", action="store_true", help="no colours and nothing but ASCII marks")
    parser.add_argument("--color", choices=("auto", "always", "never"), default="auto")
    parser.add_argument("-v", "--verbose", action="store_true", help="all of it, not the first 25 lines")
    parser.add_argument("--quiet", action="store_true", help="say nothing of how far it is")


def seed_of(text: str) -> int:
    """A seed: a whole number from 0."""
    try:
        seed = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a whole number, found {text!r}") from None
    if not 0 <= seed < 2**63:
        raise argparse.ArgumentTypeError(f"expected a number from 0 to 2**63 - 1, found {seed}")
    return seed


def find_models_near(path: str) -> None:
    """Let a model of the user's own be found in the current folder and in that of the scenario."""
    for folder in (str(Path(path).resolve().parent), str(Path.cwd())):
        if folder not in sys.path:
            sys.path.insert(0, folder)


def load_or_refuse(path: str, overrides: tuple[str, ...] = ()) -> Loaded:
    """Load a scenario; what is wrong with it ends the command with status 4, a line each."""
    find_models_near(path)
    try:
        return load(path, overrides)
    except ScenarioErrors as error:
        raise UsageError(str(error), prefixed=False) from None


def load_kept_or_file(path: str, overrides: tuple[str, ...], seed: int | None) -> tuple[Loaded, int]:
    """The scenario and the seed of a file, or of a kept run such as `runs/raft-partition/7`."""
    if not Path(path).is_dir():
        loaded = load_or_refuse(path, overrides)
        return loaded, loaded.scenario.seed if seed is None else seed
    try:
        record = artefact.read(Path(path))
        find_models_near(record["path"])
        loaded = load_text(record["text"], record["path"], (*record["overrides"], *overrides))
    except ValueError as error:
        raise UsageError(str(error)) from None
    except ScenarioErrors as error:
        raise UsageError(f"the scenario of this run is not valid any more:\n{error}", prefixed=False) from None
    return loaded, int(record["seed"]) if seed is None else seed


def write(path: str, content: bytes) -> None:
    """Write a file that was asked for, or say in one line why that cannot be."""
    try:
        Path(path).write_bytes(content)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None


def or_crash(act: Callable[[], T], reproduce: str) -> T:
    """Run something; a model that raises ends the command with status 3 and says where it did."""
    try:
        return act()
    except ModelCrash as error:
        said = f"{error.site.say()}\n  Reproduce  {reproduce}\n  (--traceback shows all frames)"
        raise UsageError(said, status.CRASHED, prefixed=False) from error


def written(path: Path, size: int, use: str = "") -> str:
    """What a command says of a file it wrote: its path, its size and what to do with it."""
    unit, name = (1_000_000, "MB") if size >= 100_000 else (1_000, "kB")
    return f"{path}  {size / unit:.1f} {name}" + (f"  {use}" if use else "")


def status_of(run: Run) -> int:
    """0 if the scenario's expectation was met, else by the verdict; 1 if a violation was expected and did not come."""
    if run.met:
        return status.PASS
    return status.VIOLATION if run.verdict == "pass" else STATUS_OF[run.verdict]
