"""Golden fingerprints: they change only with a reason, and never between processes, hash seeds or Python versions."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sim.cli import main
from sim.running import run
from sim.scenario.loader import load
from tests import golden

ROOT = Path(__file__).parents[1]
FILE = "scenarios/raft/partition.yaml"


def fingerprint(python: str, hash_seed: str) -> str:
    done = subprocess.run(
        [python, "-m", "sim", "run", FILE, "--seed", "7", "--json", "--no-save"],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": hash_seed},
    )
    return str(json.loads(done.stdout)["fingerprint"])


def pythons() -> list[str]:
    """Other interpreters that have what Seedstorm needs: named in SEEDSTORM_PYTHONS, or on the path."""
    named = os.environ.get("SEEDSTORM_PYTHONS", "").split(os.pathsep)
    found = [shutil.which(f"python3.{minor}") or "" for minor in (11, 12, 13, 14)]
    able = []
    for python in filter(None, [*named, *found]):
        needed = [python, "-c", "import simpy, msgspec, pydantic, yaml"]
        if subprocess.run(needed, check=False, capture_output=True).returncode == 0:
            able.append(python)
    return able


def test_hash_seeds_and_processes_do_not_matter() -> None:
    assert len({fingerprint(sys.executable, hash_seed) for hash_seed in ("1", "2")}) == 1


def test_versions_of_python_do_not_matter() -> None:
    others = pythons()
    if not others:
        pytest.skip("no other Python here has simpy, msgspec, pydantic and yaml")
    assert {fingerprint(python, "3") for python in others} == {fingerprint(sys.executable, "1")}


GOLDEN = {
    1: "95214803c306c07f2e75b2d447c0b962",
    2: "d91705173ef569908007ce443cf89d7b",
    3: "3453ac6e7178292baa77a501eda80913",
}
"""Seed -> fingerprint of what `sim new` writes. A change of these says in its commit why runs may differ."""


def test_fingerprints_are_the_same_on_every_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    assert main(["new", "golden_protocol", "--folder", str(tmp_path)]) == 0
    loaded = load(tmp_path / "golden_protocol.yaml")
    assert {seed: run(loaded, seed).fingerprint for seed in GOLDEN} == GOLDEN


@pytest.mark.parametrize("path", golden.SCENARIOS)
def test_a_scenario_keeps_its_fingerprint_unless_there_is_a_reason(path: str) -> None:
    renew = 'python -m tests.golden --why "what makes runs differ"'
    assert golden.fingerprint(path) == golden.read()["fingerprints"][path], f"meant to change? {renew}"


def test_every_change_of_a_fingerprint_has_its_reason() -> None:
    found = golden.read()
    assert found["fingerprints"].keys() == golden.SCENARIOS.keys()
    assert {path for change in found["changes"] for path in change["scenarios"]} == set(golden.SCENARIOS)
    assert all(change["why"].strip() for change in found["changes"])
