"""The commands that a finding ends with: see it again, make it small, explain it."""

import shlex

from sim.scenario.loader import Loaded


def reproduce(loaded: Loaded, point: tuple[str, ...], seed: int) -> str:
    """`sim run FILE --seed N` with what was laid over the scenario."""
    return _command("run", loaded, point, seed)


def shrink_it(loaded: Loaded, point: tuple[str, ...], seed: int) -> str:
    """`sim shrink FILE --seed N`."""
    return _command("shrink", loaded, point, seed)


def _command(verb: str, loaded: Loaded, point: tuple[str, ...], seed: int) -> str:
    words = ["sim", verb, loaded.path, "--seed", str(seed)]
    for one in (*loaded.overrides, *point):
        words += ["--set", one]
    return shlex.join(words)
