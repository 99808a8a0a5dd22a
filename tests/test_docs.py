"""What the pages in docs show is what the commands print, and their examples run."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.cli import main

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "exploring.md").read_text()
CONSOLE = re.findall(r"```console\n\$ sim (.*?)\n(.*?)```", PAGE, flags=re.S)
FILES = dict(re.findall(r"`((?:scenarios/)?\w+\.(?:py|yaml))`:\n\n```\w+\n(.*?)```", PAGE, flags=re.S))
"""File name -> text, of blocks that stand below the name of a file"""
FINGERPRINT = re.compile(r"fingerprint (\w+)")
RUNS = [
    (file.stem, command, shown)
    for file in sorted((ROOT / "docs").glob("*.md"))
    for command, shown in re.findall(r"```console\n\$ sim run (.*?)\n(.*?)```", file.read_text(), flags=re.S)
    if "fingerprint" in shown
]
"""Page, command and what is shown of every run on a page"""
PYTHON = [code for code in re.findall(r"```python\n(.*?)```", PAGE, flags=re.S) if code not in FILES.values()]
VARYING = re.compile(r"[0-9.]+s wall, [0-9.]+/s| +[0-9]+\.[0-9]{2}(?=  |$)|^ .* CPU s .*$", flags=re.M)
"""What the clock on the wall says, and the heading of that column."""


@pytest.mark.parametrize(("command", "shown"), CONSOLE, ids=[command.split()[0] for command, _ in CONSOLE])
def test_a_command_prints_what_the_page_shows(
    command: str, shown: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    assert main([*command.split(), "--executor", "serial", "--plain"]) in (0, 1)
    printed = capsys.readouterr().out
    assert VARYING.sub("", printed).rstrip() == VARYING.sub("", shown).rstrip()


@pytest.mark.parametrize(("page", "command", "shown"), RUNS, ids=[f"{page} {command}" for page, command, _ in RUNS])
def test_a_run_on_a_page_gives_the_fingerprint_that_stands_there(
    page: str, command: str, shown: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    words = [word for word in command.split() if word != "--no-save"]
    assert main(["run", *words, "--no-save", "--plain"]) in (0, 1), page
    assert FINGERPRINT.findall(capsys.readouterr().out) == FINGERPRINT.findall(shown)


@pytest.mark.parametrize("code", PYTHON)
def test_an_example_runs(code: str, sim_run: Callable[..., object], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    namespace: dict[str, object] = {}
    exec(code, namespace)
    (test,) = [one for name, one in namespace.items() if name.startswith("test_")]
    if "sim_run" in code:
        test(sim_run)  # type: ignore[operator] # the example's test
    else:
        test()  # type: ignore[operator] # the example's test


def pytest_in(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words]
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd=folder)


def test_a_project_of_three_files_works_as_it_is_written_there(tmp_path: Path) -> None:
    assert list(FILES) == ["register.py", "scenarios/register.yaml", "test_register.py"]
    (tmp_path / "scenarios").mkdir()
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    done = pytest_in(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout
    server = tmp_path / "register.py"
    without = [line for line in server.read_text().splitlines() if "save(" not in line]
    server.write_text("\n".join(without))
    done = pytest_in(tmp_path, "-k", "seed")  # Hypothesis would shrink what it finds, which takes its time
    assert done.returncode == 1
    assert "2 failed" in done.stdout
    assert "linearizable: key k" in done.stdout
    assert "sim shrink scenarios/register.yaml --seed" in done.stdout


def test_every_verb_of_the_page_is_there() -> None:
    assert [command.split()[0] for command, _ in CONSOLE] == ["sweep", "shrink", "explain", "mutants"]
