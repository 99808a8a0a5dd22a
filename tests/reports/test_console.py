"""What the console prints: short by default, ASCII if plain, with the next commands; progress; what a build is told."""

import json
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

import sim
from reports import actions, progress
from reports.console import LINES_MAX, console, cut, show_run
from reports.sweeps import progress_line, show_sweep
from reports.tables import show_table
from sim.cli import main
from sim.explore.summary import summarise
from sim.explore.sweep import Progress
from tests.reports.stage import ROOT, stale, storm, swept

STALE = str(ROOT / "scenarios/known_bugs/raft-stale-read.yaml")
Out = pytest.CaptureFixture[str]


def printed(run: sim.Run, *, verbose: bool = False) -> list[str]:
    out = Console(file=StringIO(), width=400, highlight=False, markup=False, soft_wrap=True)
    show_run(out, run, verbose=verbose)
    assert isinstance(out.file, StringIO)
    return out.file.getvalue().splitlines()


def test_a_failed_run_ends_with_how_to_see_explain_and_shrink_it() -> None:
    lines = printed(stale())
    assert [line.split()[0] for line in lines[-3:]] == ["Reproduce", "Explain", "Shrink"]
    assert all("raft-stale-read.yaml --seed 1" in line for line in lines[-3:])
    assert printed(storm())[-1].startswith("  Reproduce")


def test_many_lines_are_cut_at_25_and_verbose_shows_all() -> None:
    many = replace(stale(), checks=stale().failed * 30, promised=())
    lines = printed(many)
    assert len(lines) == LINES_MAX
    assert any("lines more with -v" in line for line in lines)
    assert len(printed(many, verbose=True)) > 100


def test_a_sweep_keeps_to_25_lines_too() -> None:
    out = Console(file=StringIO(), width=400, highlight=False, markup=False, soft_wrap=True)
    show_sweep(out, swept(), summarise(swept()))
    assert isinstance(out.file, StringIO)
    assert len(out.file.getvalue().splitlines()) <= LINES_MAX


@pytest.mark.parametrize(("columns", "wide"), [("40", 80), ("120", 120), ("300", 160)])
def test_a_terminal_is_used_from_80_to_160_columns(columns: str, wide: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert console(color="always").width == wide


def test_names_are_cut_in_the_middle_and_tables_say_in_ascii_that_they_were_cut() -> None:
    assert cut("a-very-long-name-of-a-check", 11) == "a-ver..heck"
    assert all(len(cut("x" * 50, width)) == width for width in range(4, 49))
    out = Console(file=StringIO(), width=40)
    show_table(out, ("n", "how"), [("12345678901", "a sentence that is much longer than the room")], (0,))
    assert isinstance(out.file, StringIO)
    (_, row) = out.file.getvalue().splitlines()
    assert "12345678901" in row
    assert row.rstrip().endswith("...")
    assert len(row) <= 40


def test_plain_is_ascii_and_no_color_is_honoured(capsys: Out, monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["run", STALE, "--no-save", "--plain"]) == 0
    assert capsys.readouterr().out.isascii()
    monkeypatch.setenv("NO_COLOR", "1")
    assert main(["run", STALE, "--no-save"]) == 0
    assert "\x1b[3" not in capsys.readouterr().out


def test_color_is_there_when_it_is_asked_for(capsys: Out) -> None:
    assert main(["run", STALE, "--no-save", "--color", "always"]) == 0
    assert "\x1b[" in capsys.readouterr().out


def test_progress_says_how_fast_what_failed_and_how_long_still() -> None:
    line = progress_line(Progress(50, 100, 3, 10.0, 50, (("linearizable", 2), ("liveness", 1))))
    assert line == "50 of 100 runs  5.0/s  3 failed (2 linearizable, 1 liveness)  10s left"


def test_progress_is_a_line_every_ten_seconds_where_nobody_looks(capsys: Out, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    line, silent = progress.ProgressLine(), progress.ProgressLine(quiet=True)
    for second in range(25):
        now[0] = float(second)
        line.show(f"at {second}")
        silent.show("never")
    line.clear()
    assert capsys.readouterr().err == "at 10\nat 20\n"


def test_a_build_on_github_is_told_where_and_how_to_see_it_again(tmp_path: Path, capsys: Out) -> None:
    summary = tmp_path / "summary.md"
    here = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    found = actions.Failing("a,b.yaml", "x:y", "50% of\n<b>|`all`", "sim run a")
    actions.annotate("t", [found], here)
    said = capsys.readouterr().err
    assert said == "::error file=a%2Cb.yaml,line=1,title=x%3Ay::50%25 of%0A<b>|`all`. Reproduce: sim run a\n"
    assert "| x:y | 50% of &lt;b>\\|'all' | `sim run a` |" in summary.read_text()
    actions.annotate("t", [found], {})
    assert capsys.readouterr().err == ""


def test_a_kept_run_can_be_explained_by_its_folder(tmp_path: Path, capsys: Out) -> None:
    assert main(["run", STALE, "--save", str(tmp_path)]) == 0
    capsys.readouterr()
    assert main(["explain", str(tmp_path / "raft-stale-read" / "1"), "--executor", "serial", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["needed"][0]["id"] == "f1"
    assert main(["explain", str(tmp_path)]) == 4
    assert "expected a run's folder" in capsys.readouterr().err


def test_a_list_says_how_the_last_run_ended(tmp_path: Path, capsys: Out, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["run", STALE]) == 0
    assert main(["list", str(ROOT / "scenarios/known_bugs")]) == 0
    (line,) = [one for one in capsys.readouterr().out.splitlines() if "raft-stale-read.yaml  " in one]
    assert line.endswith("[last: fail, seed 1]")


def test_a_run_is_written_as_junit_with_a_test_case_for_each_check(tmp_path: Path) -> None:
    file = tmp_path / "junit.xml"
    assert main(["run", STALE, "--no-save", "--quiet", "--set", "expect=pass", "--junit", str(file)]) == 1
    (suite,) = ElementTree.parse(file).getroot()
    failed = [case for case in suite if case.find("failure") is not None]
    assert suite.get("failures") == str(len(failed)) == str(len(stale().failed))
    assert len(suite) == len(stale().checks)
    assert any("is stale" in (case[0].text or "") for case in failed)
    assert main(["run", STALE, "--no-save", "--junit", str(file)]) == 0
    assert ElementTree.parse(file).getroot()[0].get("failures") == "0", "it fails as it is expected to"
    assert main(["run", STALE, "--no-save", "--junit", str(tmp_path)]) == 4
