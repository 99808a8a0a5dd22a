"""The doctor: runs one seed in many ways that must not matter, and compares the fingerprints.

Each way takes away one thing that a run might secretly depend on: what was allocated before it in the process, the hash
seed, assertions, the plan's way of being given, the version of Python. Where two differ, both are run again with their
traces kept, and the first record that differs is named.
"""

import gc
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_all_start_methods, get_context
from pathlib import Path

from sim.explore.divergence import Divergence, Keep, Recorded, Runner, first_of, part, recorded
from sim.running import run
from sim.scenario.loader import Loaded, load_text
from sim.scenario.swarm import drawn_parameters
from sim.world.trace import decode_records


@dataclass(frozen=True)
class Way:
    """One way to run: a name, and either a function or the interpreter and environment of a new process."""

    name: str
    here: Callable[[Loaded, int, Keep], Recorded] | None = None
    python: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    start: str = "here"

    @property
    def hash_seed(self) -> str:
        """What PYTHONHASHSEED is there."""
        inherited = os.environ.get("PYTHONHASHSEED", "random")
        return dict(self.environment).get("PYTHONHASHSEED", inherited)


@dataclass(frozen=True)
class Examined:
    """One seed run in one way, by a Python of this version. `problem` says why there is no fingerprint."""

    seed: int
    way: str
    fingerprint: str
    problem: str = ""
    python: str = platform.python_version()


@dataclass(frozen=True)
class Difference:
    """Where the run of a seed in one way parts from the first way; None if it did not when it was looked for."""

    seed: int
    way: str
    divergence: Divergence | None


def ways(pythons: Sequence[str] = ()) -> list[Way]:
    """The ways to examine; the first is what the others are compared with. `pythons` are further interpreters."""
    own = sys.executable
    found = [
        Way("in this process", _plainly),
        Way("again, after junk and a collection", _after_junk),
        Way("with the trace kept", lambda loaded, seed, keep: _plainly(loaded, seed, keep or True)),
        Way("with nobody watching", _unobserved),
        Way("from the plan written out", _from_plan),
        Way("after another scenario", _after_another),
        *(Way(f"worker, {method}", _in_worker(method), start=method) for method in _METHODS),
        _process("new process, hash seed 0", (own,), ("PYTHONHASHSEED", "0")),
        _process("new process, hash seed 1", (own,), ("PYTHONHASHSEED", "1")),
        _process("new process, random hash seed", (own,), ("PYTHONHASHSEED", "random")),
        _process("new process, -O", (own, "-O")),
        _process("new process, development mode", (own, "-X", "dev"), ("PYTHONMALLOC", "debug")),
    ]
    return found + [_process(python, (python,)) for python in pythons]


def _process(name: str, python: tuple[str, ...], *environment: tuple[str, str]) -> Way:
    return Way(name, python=python, environment=environment, start="exec")


def examine(loaded: Loaded, seed: int, way: Way) -> Examined:
    """Run a seed in one way."""
    if way.here is not None:
        return Examined(seed, way.name, way.here(loaded, seed, False).fingerprint)
    done = _start(loaded, seed, way, ["--no-save"])
    try:
        found = json.loads(done.stdout)
        return Examined(seed, way.name, str(found["fingerprint"]), python=str(found["versions"]["python"]))
    except (json.JSONDecodeError, KeyError):
        said = (done.stderr or done.stdout).strip().splitlines()
        return Examined(seed, way.name, "", said[-1] if said else f"exit status {done.returncode}")


def find_difference(loaded: Loaded, seed: int, way: Way) -> Difference:
    """Run a seed in the first way and in this one again, and find the first record that differs."""
    left, right = (_runner(one, loaded, seed) for one in (ways()[0], way))
    return Difference(seed, way.name, part(left, right))


def _plainly(loaded: Loaded, seed: int, keep: Keep) -> Recorded:
    return recorded(run(loaded, seed, keep_trace=keep))


def _unobserved(loaded: Loaded, seed: int, keep: Keep) -> Recorded:
    return recorded(run(loaded, seed, keep_trace=keep, observed=False))


def _after_another(loaded: Loaded, seed: int, keep: Keep) -> Recorded:
    """Run behind a run of something else: what a model keeps in its module shows."""
    run(load_text(_ANOTHER), seed + 1)
    return _plainly(loaded, seed, keep)


_ANOTHER = """\
version: 1
name: another
duration: 2s
systems: {kv: {model: raft, nodes: 3, parameters: {pre_vote: false}}}
workload: {clients: 2, rate: 20/s, keys: 2, mix: {get: 1, put: 1, cas: 1}}
faults: [{at: 500ms, for: 300ms, crash: {nodes: leader}}]
"""


_METHODS = [one for one in ("forkserver", "spawn") if one in get_all_start_methods()]
"""Ways to start a worker process. Forking is none: a child would begin with its parent's state."""


def _in_worker(method: str) -> Callable[[Loaded, int, Keep], Recorded]:
    """The run of a worker process which was started in one way."""

    def away(loaded: Loaded, seed: int, keep: Keep) -> Recorded:
        with ProcessPoolExecutor(1, mp_context=get_context(method)) as pool:
            return pool.submit(_away, loaded.text, loaded.path, loaded.overrides, seed, keep, sys.path).result()

    return away


def _away(text: str, path: str, overrides: tuple[str, ...], seed: int, keep: Keep, folders: list[str]) -> Recorded:
    sys.path += [folder for folder in folders if folder not in sys.path]
    return _plainly(load_text(text, path, overrides), seed, keep)


def _after_junk(loaded: Loaded, seed: int, keep: Keep) -> Recorded:
    """Run where memory looks otherwise than before: what depends on addresses shows."""
    junk = [object() for _ in range(50_000)]
    del junk[::2]
    gc.collect()
    try:
        return _plainly(loaded, seed, keep)
    finally:
        junk.clear()


def _from_plan(loaded: Loaded, seed: int, keep: Keep) -> Recorded:
    """Run the plan that the seed drew, written out as an ordinary list of faults."""
    return _plainly(with_plan(loaded, run(loaded, seed).plan, seed), seed, keep)


def with_plan(loaded: Loaded, plan: Sequence[dict[str, object]], seed: int) -> Loaded:
    """The same scenario with these faults and what its swarm chooses under a seed, and no nemesis."""
    chosen = [
        f"systems.{system}.parameters.{name}={json.dumps(value)}"
        for system, values in drawn_parameters(loaded.scenario, seed).items()
        for name, value in values.items()
    ]
    over = (*loaded.overrides, *chosen, f"faults={json.dumps(list(plan))}", "nemesis=")
    return load_text(loaded.text, loaded.path, over)


def _start(loaded: Loaded, seed: int, way: Way, words: list[str]) -> "subprocess.CompletedProcess[str]":
    sets = [word for one in loaded.overrides for word in ("--set", one)]
    command = [*way.python, "-m", "sim", "run", loaded.path, "--seed", str(seed), "--json", *sets, *words]
    root = str(Path(__file__).parents[2])
    path = os.pathsep.join(filter(None, (os.environ.get("PYTHONPATH"), root)))
    environment = os.environ | {"PYTHONPATH": path} | dict(way.environment)
    return subprocess.run(command, check=False, capture_output=True, text=True, env=environment)


def _runner(way: Way, loaded: Loaded, seed: int) -> Runner:
    """The way as something that can be repeated."""
    here = way.here
    if here is not None:
        return lambda keep: here(loaded, seed, keep)
    return lambda keep: _elsewhere(loaded, seed, way, keep)


def _elsewhere(loaded: Loaded, seed: int, way: Way, keep: Keep) -> Recorded:
    """The run of a new process, by what it leaves in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        _start(loaded, seed, way, ["--trace", "--save", folder])
        files = list(Path(folder).rglob("run.json"))
        if not files:
            return Recorded("", (), ())
        found = json.loads(files[0].read_text())
        records = list(decode_records(files[0].with_name("trace.msgpack").read_bytes()))
        kept = records[first_of(keep) : keep.stop] if isinstance(keep, range) else records
        return Recorded(str(found["fingerprint"]), found["checkpoints"], kept)
