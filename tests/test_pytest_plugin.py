"""The pytest plugin, seen from outside: what it collects, what it prints, what it exits with."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.explore.stage import drawing


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of a user with scenarios of its own: one that passes, one that fails under some seeds."""
    folder = tmp_path / "scenarios"
    folder.mkdir()
    drawing(folder, "quiet_drawer")
    drawing(folder, "loud_drawer", limit=90)
    for file in folder.glob("*.py"):
        file.rename(tmp_path / file.name)
    (folder / "values.yaml").write_text("version: 3\nchart: not a scenario\n")
    (tmp_path / "conftest.py").write_text("")
    return tmp_path


def pytest_in(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words]
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd=folder)


def test_scenarios_are_collected_one_item_a_seed_and_other_files_left_alone(project: Path) -> None:
    done = pytest_in(project, "scenarios", "--collect-only", "--sim-seeds", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line for line in done.stdout.splitlines() if "::" in line] == [
        "scenarios/loud_drawer.yaml::seed=1",
        "scenarios/loud_drawer.yaml::seed=2",
        "scenarios/quiet_drawer.yaml::seed=1",
        "scenarios/quiet_drawer.yaml::seed=2",
    ]
    one = pytest_in(project, "scenarios/quiet_drawer.yaml", "--sim-seed", "7")
    assert one.returncode == 0
    assert "1 passed" in one.stdout


def test_a_failure_is_the_sentence_and_three_commands_and_no_traceback(project: Path) -> None:
    done = pytest_in(project, "scenarios", "--sim-seeds", "12", "-n", "2")
    assert done.returncode == 1
    assert " drew 9" in done.stdout
    assert "  Reproduce  sim run scenarios/loud_drawer.yaml --seed " in done.stdout
    assert "  Explain    sim explain scenarios/loud_drawer.yaml --seed " in done.stdout
    assert "  Shrink     sim shrink scenarios/loud_drawer.yaml --seed " in done.stdout
    assert "Traceback" not in done.stdout
    assert "runtest" not in done.stdout


def test_an_expected_violation_passes_and_its_absence_fails(project: Path) -> None:
    path = project / "scenarios" / "quiet_drawer.yaml"
    path.write_text(path.read_text() + "expect: {violates: low}\n")
    done = pytest_in(project, str(path))
    assert done.returncode == 1
    assert "it passes; expected: violates low" in done.stdout


def test_what_is_undecided_and_what_fires_no_fault_fails_with_words_of_its_own(project: Path) -> None:
    path = project / "scenarios" / "quiet_drawer.yaml"
    path.write_text(path.read_text() + "faults: [{at: 1ms, pause: {nodes: leader}}]\n")
    done = pytest_in(project, str(path))
    assert done.returncode == 1
    assert "undecided, which is no pass: no fault fired" in done.stdout


def test_a_scenario_that_is_wrong_is_told_with_its_line(project: Path) -> None:
    path = project / "scenarios" / "quiet_drawer.yaml"
    path.write_text(path.read_text().replace("duration: 1s", "duration: 1"))
    done = pytest_in(project, str(path))
    assert done.returncode == 2
    assert "quiet_drawer.yaml:3:1: duration: duration 1 has no unit" in done.stdout
    assert "Traceback" not in done.stdout


TEST = """
def test_quiet(sim_run):
    assert sim_run("scenarios/quiet_drawer.yaml", seeds=range(5)).ok

def test_loud(sim_run):
    assert sim_run("scenarios/loud_drawer.yaml", seeds=range(40)).ok
"""


def test_the_fixture_names_the_smallest_failing_seed(project: Path) -> None:
    (project / "test_mine.py").write_text(TEST)
    done = pytest_in(project, "test_mine.py")
    assert "1 failed, 1 passed" in done.stdout
    assert "of 40 runs are not as expected" in done.stdout
    assert "Reproduce  sim run scenarios/loud_drawer.yaml --seed " in done.stdout


def test_the_plugin_loads_nothing_of_ours_until_it_is_used(tmp_path: Path) -> None:
    code = "import sys, sim.pytest_plugin; print(sorted(m for m in sys.modules if m in ('simpy', 'pydantic', 'rich')))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=tmp_path)
    assert done.stdout.strip() == "[]"
