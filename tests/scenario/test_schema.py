"""The committed JSON Schema is the generated one, and takes and refuses what the loader does."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from sim.scenario.jsonschema import schema, schema_text
from tests.scenario.test_loader import GOOD

ROOT = Path(__file__).parents[2]
VALIDATOR = jsonschema.Draft202012Validator(schema())
SCENARIOS = sorted([*ROOT.glob("scenarios/**/*.yaml"), *ROOT.glob("benchmarks/*.yaml")])


def test_the_committed_schema_is_the_generated_one() -> None:
    assert (ROOT / "scenarios" / "schema.json").read_text() == schema_text(), "run `make schema`"


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_shipped_scenario_fits_the_schema_and_names_it(file: Path) -> None:
    VALIDATOR.validate(yaml.safe_load(file.read_text()))
    first = file.read_text().partition("\n")[0]
    named = first.removeprefix("# yaml-language-server: $schema=")
    assert (file.parent / named).resolve() == (ROOT / "scenarios" / "schema.json").resolve()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("settle: 5s", "setle: 5s"),
        ("duration: 20s", "duration: 20"),
        ("loss: 0.5%", "loss: half"),
        ("partition: {groups", "partiton: {groups"),
        ("disk: lose-unsynced", "disk: lost"),
        ("- linearizable", "- linearisable"),
        ("expect: pass", "expect: maybe"),
        ("version: 1", "version: 2"),
    ],
)
def test_the_schema_refuses_typical_mistakes(old: str, new: str) -> None:
    good = json.loads(json.dumps(yaml.safe_load(GOOD)))
    VALIDATOR.validate(good)
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate(yaml.safe_load(GOOD.replace(old, new)))
