"""Runs what a command names, a kept run or a scenario, with everything written down."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from sim import artefact, status
from sim.commands import common
from sim.commands.usage import UsageError
from sim.scenario.errors import ScenarioErrors
from sim.scenario.loader import Loaded, load_text

if TYPE_CHECKING:
    from reports.page.recording import Recording


def is_scenario(path: Path) -> bool:
    """Whether a path names a scenario rather than something kept."""
    return path.suffix in (".yaml", ".yml")


def recorded(name: str, seed: int | None, overrides: tuple[str, ...]) -> Recording:
    """The recording of a scenario, or of a kept run, which must come out as it was kept. UsageError if it cannot be."""
    path = Path(name)
    if is_scenario(path):
        loaded = common.load_or_refuse(name, overrides)
        return _record(loaded, loaded.scenario.seed if seed is None else seed)
    if overrides or seed is not None:
        raise UsageError("--seed and --set are for scenarios; what is kept has its own")
    return _again(path)


def _again(path: Path) -> Recording:
    try:
        kept = artefact.read(path)
    except ValueError as error:
        raise UsageError(str(error)) from None
    text, origin, overrides = str(kept["text"]), str(kept["path"]), tuple(map(str, kept["overrides"]))
    common.find_models_near(origin)
    recording = _record(_valid(lambda: load_text(text, origin, overrides)), int(kept["seed"]))
    if recording.run.fingerprint != kept["fingerprint"]:
        said = f"{path}: this code runs seed {recording.run.seed} otherwise than it was kept: it would be another run"
        raise UsageError(f"{said}; sim replay {path} says where they part", status.DIVERGED)
    return recording


def _valid(load: Callable[[], Loaded]) -> Loaded:
    try:
        return load()
    except ScenarioErrors as error:
        raise UsageError(f"the scenario of this run is not valid any more:\n{error}", prefixed=False) from None


def _record(loaded: Loaded, seed: int) -> Recording:
    from reports.page.recording import record

    return common.or_crash(lambda: record(loaded, seed), f"sim run {loaded.path} --seed {seed}")
