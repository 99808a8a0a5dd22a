"""The campaign of the stack's mutants runs each once, goes on where it was stopped, and says which layer was named."""

from pathlib import Path

import pytest

from benchmarks import stack_mutants
from benchmarks.stack_mutants import REGISTRY, Rows, expected_of, line_of
from models.stack.layer_bugs import FOUND, LEDGER_BUGS
from models.stack.mutants import LEDGER_MUTANTS

LEDGER = "second-ledger"
"""Found at once, by a run of a tenth of a second."""


def test_a_bug_is_found_once_and_not_run_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = [LEDGER, "--recipe", "2", "--file", str(tmp_path / "rows.jsonl")]
    assert stack_mutants.main(words) == 0
    first = capsys.readouterr().out
    assert "| second-ledger | one-gpu-ledger | none | 1 |" in first
    assert "1 of 1 found by their recipes, with the right layer named." in first
    monkeypatch.setattr(stack_mutants, "run", lambda *_: pytest.fail("it was run already"))
    assert stack_mutants.main(words) == 0
    assert capsys.readouterr().out == first


def test_a_line_that_was_torn_and_a_row_of_other_code_count_for_nothing(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    stack_mutants.main([LEDGER, "--recipe", "1", "--file", str(file)])
    (line,) = file.read_text().splitlines()
    code = line.split('"')[3]
    file.write_text(f"{line.replace(code, 'other')}\n{line[:40]}\n")
    assert Rows(file).of(LEDGER, REGISTRY[LEDGER].recipe) == []


@pytest.mark.parametrize(("named", "is_right"), [("veriflow", True), ("serving", False), ("none", False)])
def test_a_verdict_that_names_another_layer_is_not_right(named: str, is_right: bool, tmp_path: Path) -> None:
    mutant, rows = REGISTRY["veriflow/no-ledger"], Rows(tmp_path / "rows.jsonl")
    code = rows.identity(mutant.recipe)
    row = stack_mutants.Row(code, mutant.name, mutant.recipe, 1, ("veriflow/one-gpu-ledger",), named, 0.1)
    rows.add(row)
    line = line_of(mutant, Rows(tmp_path / "rows.jsonl"))
    assert (line.seeds, line.is_right) == (1, is_right)


def test_nothing_is_found_where_nothing_was_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert stack_mutants.main([LEDGER, "--table", "--file", str(tmp_path / "none")]) == 1
    assert "**not found**" in capsys.readouterr().out


def test_a_name_there_is_not_is_refused_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        stack_mutants.main(["no-such-bug"])
    assert "no mutant 'no-such-bug'; there are key-per-attempt" in capsys.readouterr().err


def test_bugs_of_raft_may_be_named_by_either_group_and_those_of_joints_by_none() -> None:
    assert expected_of("raft/ack-unsynced") == ("veristore", "metadata")
    assert expected_of("serving/no-epoch") == ("serving",)
    assert expected_of("key-per-attempt") == ("none",)


def test_every_layer_has_at_least_two_bugs_each_of_which_breaks_one_of_its_own_promises() -> None:
    assert min(len(names) for names in FOUND.values()) >= 2
    for layer, names in FOUND.items():
        for name in names:
            assert all(check.partition("/")[0] in expected_of(f"{layer}/{name}") for check in _breaks(layer, name))
            assert _breaks(layer, name)
    assert {bug.name for bug in LEDGER_BUGS} < set(LEDGER_MUTANTS)


def _breaks(layer: str, name: str) -> tuple[str, ...]:
    return REGISTRY[f"{layer}/{name}"].breaks
