"""`sim sweep` and `sim shrink` as a user calls them: what they print, write and exit with."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest

from sim.cli import main
from tests.explore.stage import drawing
from tests.explore.test_results import kept_in

ROOT = Path(__file__).parents[2]
CALM = str(ROOT / "scenarios" / "raft" / "calm.yaml")
SHORT = ["--set", "duration=5s", "--set", "settle=4s", "--executor", "serial"]

Out = pytest.CaptureFixture[str]


@pytest.fixture
def low(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A scenario that fails under some seeds, in a folder that is now the current one."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return str(drawing(tmp_path, f"low_{tmp_path.name.replace('-', '_')}", limit=97))


def test_a_sweep_without_failures_says_how_sure_that_is(capsys: Out, tmp_path: Path) -> None:
    assert main(["sweep", CALM, "--seeds", "3", "--save", str(tmp_path), "--plain", *SHORT]) == 0
    out = capsys.readouterr().out
    assert "PASS  0 of 3 failed: with 95% confidence fewer than 63% of seeds fail under this scenario's" in out
    assert (tmp_path / "raft-calm" / "sweep.sqlite").exists()


def test_a_sweep_with_failures_names_the_kind_the_share_and_the_smallest_seed(capsys: Out, low: str) -> None:
    assert main(["sweep", low, "--seeds", "40", "--executor", "serial", "--plain"]) == 1
    out = capsys.readouterr().out
    assert "low" in out
    assert "NODE drew N" in out
    assert f"Shrink     sim shrink {low} --seed " in out
    assert main(["sweep", low, "--seeds", "40", "--executor", "serial", "--resume", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["reused"] == 40
    (kind,) = found["failures"]
    assert kind["low"] < kind["share"] < kind["high"]
    assert kind["reproduce"] == f"sim run {low} --seed {kind['smallest_seed']}"
    assert main(["run", low, "--seed", str(kind["smallest_seed"]), "--no-save", "--plain"]) == 1
    assert main(["run", low, "--seed", str(kind["smallest_seed"] - 1), "--no-save", "--plain"]) == 0


def test_junit_has_a_case_for_each_seed(capsys: Out, low: str, tmp_path: Path) -> None:
    words = ["--executor", "serial", "--no-save", "--json", "--junit", str(tmp_path / "j.xml")]
    assert main(["sweep", low, "--seeds", "40", *words]) == 1
    found = json.loads(capsys.readouterr().out)
    (suite,) = ElementTree.parse(tmp_path / "j.xml").getroot()
    assert suite.get("tests") == "40"
    assert suite.get("failures") == str(found["failed"])
    assert len(suite.findall("testcase/failure")) == found["failed"]


def test_github_actions_get_an_annotation_for_each_way_to_fail_beside_the_result(
    capsys: Out, low: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["sweep", low, "--seeds", "40", "--executor", "serial", "--no-save", "--json"]
    assert main(words) == 1
    assert "::error" not in capsys.readouterr().err
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert main(words) == 1
    printed = capsys.readouterr()
    (kind,) = json.loads(printed.out)["failures"]
    (line,) = [line for line in printed.err.splitlines() if line.startswith("::")]
    assert line.startswith(f"::error file={low},line=1,title=low::{kind['detail']}%0A{kind['count']} of 40 runs")
    assert line.endswith(kind["reproduce"])
    assert main([*words[:3], "2", *words[4:]]) == 0
    assert "::" not in capsys.readouterr().err


def test_a_scenario_that_expects_a_violation_is_met_by_one_seed_that_shows_it(low: str) -> None:
    Path(low).write_text(Path(low).read_text() + "expect: {violates: low}\n")
    assert main(["sweep", low, "--seeds", "40", "--executor", "serial", "--no-save", "--plain"]) == 0
    assert main(["sweep", low, "--seeds", "1..1", "--executor", "serial", "--no-save", "--plain"]) == 1


def test_points_are_crossed_with_seeds(capsys: Out) -> None:
    words = ["--vary", "network.loss=0%,5%", "--vary", "network.latency=1ms,2ms", "--no-save", "--json", *SHORT]
    assert main(["sweep", CALM, "--seeds", "2", *words]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["runs"] == 8
    assert found["points"][1] == ["network.loss=0%", "network.latency=2ms"]


def test_time_ends_a_sweep_that_nothing_else_ends(capsys: Out) -> None:
    assert main(["sweep", CALM, "--for", "1s", "--no-save", "--json", *SHORT]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["runs"] > 1
    assert found["wall_s"] < 10


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (["--seeds", "9..5"], 4, "the range 9..5 ends before it begins: did you mean 5..9?"),
        (["--seeds", "0"], 5, "0 seeds are none: expected 1 or more"),
        (["--seeds", "many"], 4, "expected a number of seeds such as 1000"),
        (["--vary", "network.loss"], 4, "expected PATH=a,b such as network.loss=0%,1%,5%"),
        (["--vary", "network.loss=0%,lots"], 4, "expected a probability such as '1%'"),
        (["--for", "10"], 4, "expected a duration such as '150ms'"),
        (["--executor", "dsak:x"], 4, "executor 'dsak:x': No module named 'dsak'"),
        (["--executor", "serial", "--jobs", "2"], 4, "give one of them"),
        (["--jobs", "0"], 4, "expected a number from 1"),
    ],
)
def test_bad_calls_are_told_in_one_line(words: list[str], status: int, message: str, capsys: Out) -> None:
    assert main(["sweep", CALM, "--no-save", *words]) == status
    said = capsys.readouterr().err
    assert message in said
    assert "Traceback" not in said


def test_a_results_file_that_is_none_is_refused(tmp_path: Path, capsys: Out) -> None:
    file = tmp_path / "raft-calm" / "sweep.sqlite"
    file.parent.mkdir()
    file.write_text("these are not rows of anything" * 40)
    assert main(["sweep", CALM, "--seeds", "2", "--save", str(tmp_path), *SHORT]) == 4
    assert "file is not a database; move it away, or --save another folder" in capsys.readouterr().err


def test_an_interrupt_keeps_and_sums_up_what_is_done(tmp_path: Path) -> None:
    words = ["sweep", CALM, "--seeds", "100000", "--jobs", "1", "--save", str(tmp_path), *SHORT[:4], "--plain"]
    process = subprocess.Popen(
        [sys.executable, "-m", "sim", *words], cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    file = tmp_path / "raft-calm" / "sweep.sqlite"
    for _ in range(200):
        time.sleep(0.1)
        if kept_in(file):
            break
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "INTERRUPTED" in out
    assert "Traceback" not in err


def test_shrink_refuses_a_seed_that_passes(capsys: Out) -> None:
    assert main(["shrink", CALM, "--seed", "1", *SHORT]) == 5
    assert "seed 1 violates nothing: there is nothing to shrink" in capsys.readouterr().err


def test_shrink_prints_the_scenario_where_nothing_is_to_be_written(capsys: Out, low: str) -> None:
    assert main(["sweep", low, "--seeds", "40", "--until-failure", "--executor", "serial", "--no-save", "--json"]) == 1
    seed = json.loads(capsys.readouterr().out)["failures"][0]["smallest_seed"]
    assert main(["shrink", low, "--seed", str(seed), "--executor", "serial", "--no-save", "--plain"]) == 0
    out = capsys.readouterr().out
    assert "expect: {violates: low}" in out
    assert not (Path(low).parent / "scenarios").exists()
