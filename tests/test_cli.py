"""The command as a user calls it: what it prints, and what it exits with."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from sim.cli import main

ROOT = Path(__file__).parents[1]
CALM = str(ROOT / "scenarios" / "raft" / "calm.yaml")
SHORT = ["--set", "duration=8s", "--set", "settle=4s", "--no-save"]

Out = pytest.CaptureFixture[str]

CRASHING = """
from sim import Actor, Model, System


class Bad(Actor):
    def on_start(self) -> None:
        self.timer(self.ring).reset(1_500_000_000)

    def ring(self) -> None:
        {line}

    async def clinging(self) -> None:
        try:
            await self.sleep(10**12)
        finally:
            raise ValueError("not yet")


def build(system: System) -> None:
    for name in system.servers:
        system.server(name, Bad)


MODEL = Model("bad", "raises", build)
"""

SCENARIO = """\
version: 1
name: own
duration: 5s
systems: {main: {model: "MODULE:MODEL", nodes: 2}}
"""


def own_model(folder: Path, module: str, line: str) -> str:
    """A model of the user's own with this line in a timer, and a scenario for it; returns the scenario's path."""
    (folder / f"{module}.py").write_text(CRASHING.replace("{line}", line))
    scenario = folder / f"{module}.yaml"
    scenario.write_text(SCENARIO.replace("MODULE", module))
    return str(scenario)


def test_run_prints_the_verdict_the_checks_and_how_to_see_it_again(capsys: Out) -> None:
    assert main(["run", CALM, "--seed", "7", "--plain", *SHORT]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[0].startswith("raft-calm  seed 7  ")
    assert "  ok    linearizable" in out
    assert "PASS " in out
    assert f"Reproduce  sim run {CALM} --seed 7" in out
    assert len(out.splitlines()) <= 25


def test_run_json_has_the_keys_that_others_rely_on(capsys: Out) -> None:
    assert main(["run", CALM, "--seed", "7", "--json", *SHORT]) == 0
    found = json.loads(capsys.readouterr().out)
    keys = {
        "scenario", "seed", "verdict", "fingerprint", "checks", "events", "messages", "virtual_s", "wall_s", "faults",
        "operations", "reproduce", "schema", "command", "versions", "traffic", "skipped", "sometimes", "nodes",
        "expect", "artefact", "notes",
    }  # fmt: skip
    assert keys <= set(found)
    assert set(found["faults"]) == {"fired", "skipped"}
    assert set(found["operations"]) == {"ok", "fail", "unknown"}
    assert {"name", "verdict", "detail"} <= set(found["checks"][0])


def test_a_kept_run_replays_identically_and_a_changed_one_diverges(tmp_path: Path, capsys: Out) -> None:
    words = ["run", CALM, "--seed", "3", *SHORT[:-1], "--trace", "--save", str(tmp_path)]
    assert main(words) == 0
    place = tmp_path / "raft-calm" / "3"
    assert sorted(file.name for file in place.iterdir()) == ["history.jsonl", "run.json", "trace.msgpack"]
    assert main(["replay", str(place)]) == 0
    assert "identical (" in capsys.readouterr().out
    record = json.loads((place / "run.json").read_text())
    record["text"] = record["text"].replace("rate: 50/s", "rate: 40/s")
    (place / "run.json").write_text(json.dumps(record))
    assert main(["replay", str(place / "run.json")]) == 6
    assert "diverged after" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "message"),
    [("", "not JSON"), ("{}", "no record of a run: it lacks schema"), ("[1]", "no record of a run")],
)
def test_replay_refuses_what_is_no_run(tmp_path: Path, capsys: Out, text: str, message: str) -> None:
    (tmp_path / "run.json").write_text(text)
    assert main(["replay", str(tmp_path)]) == 4
    assert message in capsys.readouterr().err


def test_a_known_bug_is_expected_to_fail_and_then_the_command_passes(capsys: Out) -> None:
    path = str(ROOT / "scenarios" / "known_bugs" / "forgets-vote.yaml")
    assert main(["run", path, "--plain", "--no-save"]) == 0
    out = capsys.readouterr().out
    assert "  FAIL  " in out
    assert "expected: violates" in out
    assert main(["run", path, "--plain", "--no-save", "--set", "expect=pass"]) == 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["run", "scenarios/none.yaml"], "scenarios/none.yaml: there is no such file"),
        (["rnu"], "sim: no verb named 'rnu', did you mean 'run'?"),
        (["run"], "sim: the following arguments are required: FILE"),
        (["run", CALM, "--seed", "x"], "sim: argument --seed: expected a whole number, found 'x'"),
        (["run", CALM, "--set", "nodes"], "--set nodes: expected path=value"),
        (["validate", "pyproject.toml"], ""),
        (["new", "1st"], "sim: '1st' cannot name a Python module"),
    ],
)
def test_bad_calls_say_what_is_wrong_and_exit_with_4(words: list[str], message: str, capsys: Out) -> None:
    assert main(words) == 4
    captured = capsys.readouterr()
    assert message in captured.err
    assert "Traceback" not in captured.err + captured.out


def test_validate_counts_good_files_and_lists_every_problem(tmp_path: Path, capsys: Out) -> None:
    assert main(["validate", CALM, CALM]) == 0
    assert capsys.readouterr().out == "2 files ok\n"
    bad = tmp_path / "bad.yaml"
    bad.write_text("version: 1\nname: x\nduration: 60\nsystem: {}\n")
    assert main(["validate", str(bad), "--json"]) == 4
    problems = json.loads(capsys.readouterr().out)["problems"]
    assert [(p["line"], p["path"]) for p in problems] == [(1, "systems"), (3, "duration"), (4, "system")]


def test_a_model_that_raises_ends_with_3_the_actor_the_time_and_its_own_line(tmp_path: Path, capsys: Out) -> None:
    path = own_model(tmp_path, "raising_model", "raise ValueError('out of cheese')")
    assert main(["run", path, "--no-save"]) == 3
    said = capsys.readouterr().err
    assert "Bad on n" in said
    assert "raised at 1.5s: ValueError: out of cheese" in said
    assert "raising_model.py:10 in Bad.ring: raise ValueError('out of cheese')" in said
    assert "Reproduce  sim run" in said
    assert "Traceback" not in said


def test_a_story_that_raises_as_its_run_ends_is_the_models_error(tmp_path: Path, capsys: Out) -> None:
    path = own_model(tmp_path, "clinging_model", "self.spawn(self.clinging())")
    assert main(["run", path, "--no-save"]) == 3
    err = capsys.readouterr().err
    assert "Bad on n1 raised at 5s: ValueError: not yet" in err
    assert "Traceback" not in err


def test_a_model_that_looks_at_the_wall_clock_is_told_what_to_use(tmp_path: Path, capsys: Out) -> None:
    path = own_model(tmp_path, "looking_model", "import time; time.time()")
    assert main(["run", path, "--no-save"]) == 3
    assert "use self.now() or self.elapsed()" in capsys.readouterr().err


def test_what_new_writes_validates_and_runs(tmp_path: Path, capsys: Out) -> None:
    assert main(["new", "fresh_protocol", "--folder", str(tmp_path)]) == 0
    scenario = str(tmp_path / "fresh_protocol.yaml")
    assert main(["validate", scenario]) == 0
    assert main(["run", scenario, "--no-save", "--plain"]) == 0
    assert "  ok    linearizable" in capsys.readouterr().out
    assert main(["new", "fresh_protocol", "--folder", str(tmp_path)]) == 4
    assert "is there already" in capsys.readouterr().err


@pytest.mark.parametrize("what", ["--models", "--faults", "--checks", "--mutants"])
def test_list_names_everything_there_is(what: str, capsys: Out) -> None:
    assert main(["list", what]) == 0
    assert len(capsys.readouterr().out.splitlines()) >= 1


def test_list_says_what_each_check_claims(capsys: Out) -> None:
    assert main(["list", "--checks"]) == 0
    lines = capsys.readouterr().out.splitlines()
    said = next(line for line in lines if line.startswith("vote-once"))
    assert "A server gives one vote per term" in said
    assert said.endswith("(always, raft)")
    assert not [line for line in lines if len(line.split()) < 3], "each says something"


def test_doctor_finds_every_way_of_running_the_same(capsys: Out) -> None:
    assert main(["doctor", CALM, "--seeds", "1", "--set", "duration=3s", "--set", "settle=1s"]) == 0
    out = capsys.readouterr().out
    assert out.count("  ok   ") == 13
    assert out.splitlines()[-1].startswith("PASS  ")


def test_doctor_names_the_first_record_that_differs(tmp_path: Path, capsys: Out) -> None:
    count = "import builtins; builtins.runs = getattr(builtins, 'runs', 0) + 1"
    line = f"{count}; self.timer(self.ring).reset(10**9 + builtins.runs)"
    path = own_model(tmp_path, "counting_model", line)
    assert main(["doctor", path, "--seeds", "1"]) == 6
    out = capsys.readouterr().out
    assert "FAIL again, after junk and a collection" in out
    assert "parts from the first way at record" in out
    left, right = [line for line in out.splitlines() if line.startswith(("  left ", "  right "))][:2]
    assert left.endswith(" ns  n1: timer ring")
    assert right.removeprefix("  right ") != left.removeprefix("  left  ")
    assert "  both   " in out


def test_module_and_command_are_the_same() -> None:
    command = [sys.executable, "-m", "sim", "--version"]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.strip() == "0.1.0"
