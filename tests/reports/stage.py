"""Runs and sweeps that several tests of reports look at, made once for each process."""

from functools import cache
from pathlib import Path

import sim
from sim.explore.matrix import Matrix
from sim.explore.sweep import Sweep
from sim.scenario.yaml_text import Data

ROOT = Path(__file__).parents[2]
SHORT: dict[str, Data] = {"duration": "12s", "settle": "2s"}


@cache
def storm() -> sim.Run:
    """Five servers through a partition, a crash and everyday loss and duplicates."""
    cut: Data = {"at": "5s", "for": "4s", "partition": {"groups": [["leader", "random:1"], "others"]}}
    crash: Data = {"at": "6s", "for": "2s", "crash": {"nodes": "leader", "disk": "lose-unsynced"}}
    return sim.run(sim.load(ROOT / "scenarios/raft/partition.yaml").with_(SHORT, faults=[cut, crash]), 42)


@cache
def stale() -> sim.Run:
    """A planted bug, and a violation of linearizability that names its operations."""
    return sim.run(ROOT / "scenarios/known_bugs/raft-stale-read.yaml")


@cache
def swept() -> Sweep:
    """Some seeds fail, at two losses of the network, with features of behaviour."""
    path = ROOT / "scenarios/raft/mutants/leader-votes.yaml"
    vary: dict[str, list[object]] = {"network.loss": ["0%", "5%"], "systems.kv.nodes": [3, 5]}
    return sim.sweep(sim.load(path).with_(SHORT), 3, vary=vary, coverage=True, jobs=1, quiet=True)


@cache
def hunted() -> Matrix:
    """One planted bug in three repetitions."""
    return sim.mutants("raft", ["old-votes"], repeat=3, seeds=4, reference=1, jobs=1, quiet=True)
