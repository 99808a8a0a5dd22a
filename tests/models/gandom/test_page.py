"""What the page says of the model is what it is."""

import re

import pytest

from models.gandom.client import VERBS
from models.gandom.model import MODEL
from sim.cli import main
from tests.models.gandom.stage import ROOT

PAGE = (ROOT / "docs/gandom.md").read_text()
WALL = re.compile(r"[0-9]+\.[0-9]+s wall")


def test_the_command_prints_what_the_page_shows(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    (block,) = re.findall(r"```console\n\$ sim (.*?)```", PAGE, flags=re.S)
    command, _, shown = block.partition("\n")
    assert main([*command.split(), "--plain"]) == 0
    assert WALL.sub("", capsys.readouterr().out) == WALL.sub("", shown)


def test_every_promise_every_bug_and_every_verb_stands_on_the_page() -> None:
    assert [name for name in (*MODEL.checks, *MODEL.mutants, *VERBS) if f"`{name}`" not in PAGE] == []


def test_every_recipe_on_the_page_is_the_model_s() -> None:
    rows = re.findall(r"^\| (`[^|]+`) \| `([^`]+)`[^|]*\| (\d+) \| ([^|]+) \|$", PAGE, flags=re.M)
    said = {
        name: (recipe, int(seeds), found)
        for names, recipe, seeds, found in rows
        for name in re.findall("`(.+?)`", names)
    }
    assert said.keys() == MODEL.mutants.keys()
    for name, (recipe, seeds, found) in said.items():
        mutant = MODEL.mutants[name]
        assert mutant.recipe == f"scenarios/gandom/{recipe}.yaml"
        assert seeds <= mutant.seeds
        assert set(found.split(", ")) & set(mutant.breaks)
