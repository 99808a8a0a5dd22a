"""What the page says of the model is what it is."""

import re
from pathlib import Path

import pytest

from models.veriflow.client import ORDERS, VERBS
from models.veriflow.model import MODEL
from sim.cli import main

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/veriflow.md").read_text()
WALL = re.compile(r"[0-9]+\.[0-9]+s wall")


def test_the_command_prints_what_the_page_shows(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    (block,) = re.findall(r"```console\n\$ sim (.*?)```", PAGE, flags=re.S)
    command, _, shown = block.partition("\n")
    main([*command.split(), "--plain"])
    assert WALL.sub("", capsys.readouterr().out).strip() == WALL.sub("", shown).strip()


def test_every_promise_every_bug_and_every_word_stands_on_the_page() -> None:
    words = (*MODEL.checks, *MODEL.mutants, *VERBS, *ORDERS)
    assert [name for name in words if f"`{name}`" not in PAGE] == []


def test_every_recipe_on_the_page_is_the_model_s() -> None:
    for mutant in MODEL.mutants.values():
        (row,) = (line for line in PAGE.splitlines() if line.startswith(f"| `{mutant.name}` |"))
        assert f"`{mutant.recipe.removeprefix('scenarios/veriflow/').removesuffix('.yaml')}`" in row
