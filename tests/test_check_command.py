"""`sim check` as a user calls it: what it says of good, bad and broken histories, and what it exits with."""

import json
from pathlib import Path

import pytest

from sim.cli import main

Out = pytest.CaptureFixture[str]

STALE = """\
{"process": 0, "type": "invoke", "f": "put", "key": "x", "value": 1}
{"process": 0, "type": "ok", "f": "put", "key": "x", "value": 1}
{"process": 0, "type": "invoke", "f": "put", "key": "x", "value": 2}
{"process": 0, "type": "ok", "f": "put", "key": "x", "value": 2}
{"process": "nemesis", "type": "info", "f": "start", "value": "partition n1"}
{"process": 1, "type": "invoke", "f": "get", "key": "x", "value": null}
{"process": 1, "type": "ok", "f": "get", "key": "x", "value": 1}
"""

WRITE = """\
{"process": 0, "type": "invoke", "f": "put", "key": "x", "value": 1}
"""


@pytest.fixture
def stale(tmp_path: Path) -> str:
    return written(tmp_path, STALE)


def written(folder: Path, text: str, name: str = "history.jsonl") -> str:
    path = folder / name
    path.write_text(text)
    return str(path)


def test_a_violation_is_told_in_one_line_and_how_to_have_it_explained(stale: str, capsys: Out) -> None:
    assert main(["check", stale, "--spec", "kv", "--plain"]) == 1
    assert capsys.readouterr().out == (
        f"{stale}  (json, guessed)  3 operations: 3 ok, 0 fail, 0 unknown\n"
        "  FAIL  linearizable                key x: 1 came before 2: put(1)#0 returned at event 1, put(2)#1 was called "
        "at event 2. 2 came before 1: put(2)#1 returned at event 3, get#2 of 1 was called at event 4. Both cannot hold;"
        " get#2 of 1 is stale\n"
        f"  Explain    sim check {stale} --spec kv --explain\n"
    )


def test_explain_adds_the_operations_and_the_faults(stale: str, capsys: Out) -> None:
    assert main(["check", stale, "--spec", "kv", "--plain", "--explain"]) == 1
    out = capsys.readouterr().out
    assert "put(1)#0    [" in out
    assert "fault: start partition n1, event 4 to the end" in out
    assert "Explain" not in out


def test_all_tells_every_object_that_fails(tmp_path: Path, capsys: Out) -> None:
    other = STALE.replace('"x"', '"y"').replace('"process": ', '"process": 1').replace('1"nemesis"', '"nemesis"')
    path = written(tmp_path, STALE + other)
    assert main(["check", path, "--spec", "kv", "--explain", "--plain"]) == 1
    assert "key y" not in capsys.readouterr().out
    assert main(["check", path, "--spec", "kv", "--explain", "--plain", "--all"]) == 1
    assert "          key y: 1 came before 2: " in capsys.readouterr().out


def test_the_json_has_the_verdict_and_the_operations(stale: str, capsys: Out) -> None:
    assert main(["check", stale, "--spec", "kv", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == "seedstorm/1"
    (row,) = found["histories"]
    assert (row["verdict"], row["format"], row["operations"]) == ("fail", "json", {"ok": 3, "fail": 0, "unknown": 0})
    assert row["involved"] == [0, 1, 2]


def test_good_histories_pass_and_the_worst_verdict_counts(tmp_path: Path, stale: str, capsys: Out) -> None:
    good = written(tmp_path, "".join(STALE.splitlines(keepends=True)[:5]), "good.jsonl")
    assert main(["check", good, "--spec", "kv", "--plain"]) == 0
    assert "  ok    linearizable                1 key, 2 operations (0 unknown), zones, witness replayed" in (
        capsys.readouterr().out
    )
    written(tmp_path, "name,verdict\n", "verdicts.csv")
    assert main(["check", str(tmp_path), "--spec", "kv"]) == 1
    assert "verdicts.csv is no history, skipped" in capsys.readouterr().err
    assert main(["check", written(tmp_path, "", "empty.jsonl"), "--spec", "kv"]) == 0


def test_a_budget_that_ends_is_unknown(tmp_path: Path, capsys: Out) -> None:
    kinds = ("invoke", "ok")
    lines: list[dict[str, object]] = [
        {"process": i, "type": kind, "f": "put", "key": "x", "value": i % 2} for kind in kinds for i in range(12)
    ]
    for i in range(8):
        lines.append({"process": i, "type": "invoke", "f": "get", "key": "x", "value": None})
        lines.append({"process": i, "type": "ok", "f": "get", "key": "x", "value": i % 2})
    path = written(tmp_path, "\n".join(map(json.dumps, lines)))
    assert main(["check", path, "--spec", "kv", "--budget", "3"]) == 2
    assert "undecided after 3 configurations" in capsys.readouterr().out
    assert main(["check", path, "--spec", "kv", "--budget", "10s"]) == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (STALE.splitlines()[1], "line 1: ok of process 0, which has no open call, expected invoke"),
        (WRITE * 2, "line 2: process 0 calls put while its put of line 1 is open, expected ok, fail or info first"),
        (WRITE.replace('"put"', '"putt"'), "did you mean put?"),
        (WRITE[:-20], "line 1:"),
        (WRITE.replace('"put", "key": "x", "value": 1', '"cas", "key": "x", "value": 1'), "line 1:"),
        (WRITE + "{:process 1, :type :invoke}", "line 2: a line of the format jepsen or porcupine-kv, expected json"),
    ],
)
def test_a_broken_history_is_refused_with_its_line(tmp_path: Path, capsys: Out, text: str, message: str) -> None:
    path = written(tmp_path, text)
    assert main(["check", path, "--spec", "kv"]) == 4
    captured = capsys.readouterr()
    assert captured.err.startswith(path + ": ")
    assert message in captured.err
    assert captured.err.count("\n") == 1
    assert captured.out == ""


def test_values_of_the_wrong_kind_are_refused_with_their_line(tmp_path: Path, capsys: Out) -> None:
    path = written(tmp_path, '{"process": 0, "type": "invoke", "f": "add", "value": "two"}\n')
    assert main(["check", path, "--spec", "counter"]) == 4
    assert capsys.readouterr().err == f"{path}: line 1: add 'two', expected add with a whole number\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--spec", "kvv"], "no spec named 'kvv', did you mean 'kv'?"),
        (["--spec", "kv", "--budget", "10"], ""),
        (["--spec", "kv", "--budget", "soon"], "--budget: a number of configurations, or a time"),
        (["--spec", "kv", "--format", "ednn"], "unknown format 'ednn'"),
        (["--spec", "kv", "--initial", "{}"], "--initial is for the bank"),
        (["--spec", "bank", "--initial", "{"], "--initial is no JSON"),
        (["--spec", "nowhere:Spec"], "no module 'nowhere'"),
        ([], "the following arguments are required: --spec"),
    ],
)
def test_a_wrong_call_says_what_is_wrong(stale: str, capsys: Out, words: list[str], message: str) -> None:
    status = main(["check", stale, *words])
    assert (status, message in capsys.readouterr().err) == (4 if message else 1, True)


def test_a_specification_of_ones_own_is_found_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Out
) -> None:
    (tmp_path / "ownspec.py").write_text(
        "from sim.checks.specs import Spec\n\n\n"
        "class Constant(Spec):\n"
        "    name = 'constant'\n\n"
        "    def initial(self):\n        return 7\n\n"
        "    def step(self, state, op):\n        return (state,) if op.result == 7 else ()\n"
    )
    path = written(tmp_path, '{"process": 0, "type": "invoke", "f": "look", "value": null}\n'
                   '{"process": 0, "type": "ok", "f": "look", "value": 7}\n')  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert main(["check", path, "--spec", "ownspec:Constant"]) == 0


def test_a_specification_that_is_none_is_refused_in_one_line(
    tmp_path: Path, stale: str, monkeypatch: pytest.MonkeyPatch, capsys: Out
) -> None:
    head = "from sim.checks.specs import Spec\n\n\nclass Half(Spec):\n    "
    (tmp_path / "halfspec.py").write_text(head + "def initial(self):\n        return 7\n")
    (tmp_path / "brokenspec.py").write_text("def nothing(:\n")
    monkeypatch.chdir(tmp_path)
    assert main(["check", stale, "--spec", "halfspec:Half"]) == 4
    assert "the spec 'halfspec:Half' lacks step, expected a class with initial and step" in capsys.readouterr().err
    assert main(["check", stale, "--spec", "brokenspec:Half"]) == 4
    assert "the module of the spec 'brokenspec:Half' cannot be loaded: SyntaxError" in capsys.readouterr().err


def test_transactions_are_checked_against_a_level(tmp_path: Path, capsys: Out) -> None:
    skew = [
        {"process": 0, "type": "invoke", "f": "txn", "value": [["append", "x", 3], ["r", "y", None]]},
        {"process": 1, "type": "invoke", "f": "txn", "value": [["append", "y", 2], ["r", "x", None]]},
        {"process": 0, "type": "ok", "f": "txn", "value": [["append", "x", 3], ["r", "y", []]]},
        {"process": 1, "type": "ok", "f": "txn", "value": [["append", "y", 2], ["r", "x", []]]},
        {"process": 1, "type": "invoke", "f": "txn", "value": [["r", "y", None], ["r", "x", None]]},
        {"process": 1, "type": "ok", "f": "txn", "value": [["r", "y", [2]], ["r", "x", [3]]]},
    ]
    path = written(tmp_path, "\n".join(map(json.dumps, skew)))
    assert main(["check", path, "--spec", "list-append"]) == 1
    assert "G2: not repeatable-read; may still be strong-snapshot-isolation" in capsys.readouterr().out
    assert main(["check", path, "--spec", "list-append", "--level", "snapshot-isolation"]) == 0


def test_the_history_of_a_run_can_be_checked_again(tmp_path: Path, capsys: Out) -> None:
    bug = str(Path(__file__).parents[1] / "scenarios" / "known_bugs" / "raft-stale-read.yaml")
    main(["run", bug, "--save", str(tmp_path)])
    (kept,) = tmp_path.rglob("history.jsonl")
    capsys.readouterr()
    assert main(["check", str(kept), "--spec", "kv"]) == 1


def test_a_run_can_be_exported_and_read_again(tmp_path: Path, capsys: Out) -> None:
    bug = str(Path(__file__).parents[1] / "scenarios" / "known_bugs" / "raft-stale-read.yaml")
    main(["run", bug, "--save", str(tmp_path)])
    (kept,) = tmp_path.rglob("history.jsonl")
    capsys.readouterr()
    for name in ("jepsen", "json", "porcupine-kv"):
        target = str(tmp_path / f"history.{name}")
        spec = "kv" if name != "porcupine-kv" else "kv-append"
        assert main(["export", str(kept.parent), "--format", name, "-o", target]) == 0
        assert main(["check", target, "--spec", spec, "--format", name]) == 1
    assert main(["export", str(kept), "--format", "etcd"]) == 4
    assert "the format etcd has no value" in capsys.readouterr().err
