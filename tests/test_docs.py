"""What the pages in docs show is what the commands print, and their examples run."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.cli import main

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "exploring.md").read_text()
CONSOLE = re.findall(r"```console\n\$ sim (.*?)\n(.*?)```", PAGE, flags=re.S)
PYTHON = re.findall(r"```python\n(.*?)```", PAGE, flags=re.S)
VARYING = re.compile(r"[0-9.]+s wall, [0-9.]+/s| +[0-9]+\.[0-9]{2}(?=  )|^ .* CPU s .*$", flags=re.M)
"""What the clock on the wall says, and the heading of that column."""


@pytest.mark.parametrize(("command", "shown"), CONSOLE, ids=[command.split()[0] for command, _ in CONSOLE])
def test_a_command_prints_what_the_page_shows(
    command: str, shown: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    assert main([*command.split(), "--executor", "serial", "--plain"]) in (0, 1)
    printed = capsys.readouterr().out
    assert VARYING.sub("", printed).rstrip() == VARYING.sub("", shown).rstrip()


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


def test_every_verb_of_the_page_is_there() -> None:
    assert [command.split()[0] for command, _ in CONSOLE] == ["sweep", "shrink", "explain", "mutants"]
