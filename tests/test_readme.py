"""What the README shows is what the commands print, and its files are there."""

import re
from pathlib import Path

import pytest
import yaml

from sim.cli import main
from sim.scenario.loader import load_text
from tests.readme import renewed

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
WALL = re.compile(r"[0-9]+\.[0-9]+s wall")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.S)


def test_the_planted_bug_looks_as_shown(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    shown = next(block for block in blocks("console") if "forgets-vote" in block)
    command, _, output = shown.partition("\n")
    assert main([*command.removeprefix("$ sim ").split(), "--no-save", "--plain"]) == 0
    assert WALL.sub("wall", capsys.readouterr().out) == WALL.sub("wall", output)


def test_the_explained_violation_looks_as_shown(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    shown = next(block for block in blocks("console") if "raft-stale-read" in block)
    command, *lines = shown.splitlines()
    assert main([*command.removeprefix("$ sim ").split(), "--no-save", "--plain"]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert [line for line in printed if line in lines] == lines


def test_the_shrunk_bug_looks_as_shown(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    shown = next(block for block in blocks("console") if "$ sim shrink" in block)
    command, *lines = shown.splitlines()
    assert main([*command.removeprefix("$ sim ").split(), "--no-save", "--plain", "--executor", "serial"]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert [line for line in printed if line in lines] == lines


def test_the_scenario_of_the_readme_is_valid() -> None:
    (text,) = blocks("yaml")
    assert load_text(text, "first.yaml").scenario.name == "first"
    assert yaml.safe_load(text)["faults"]


def test_links_lead_somewhere() -> None:
    for link in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / link).exists(), link


def test_the_picture_of_layers_and_the_table_of_models_are_what_the_code_says() -> None:
    assert renewed(README) == README, "python -m tests.readme writes them anew"


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) < 300
