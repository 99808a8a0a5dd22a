"""What commands print with --json fits the committed JSON Schema, which is made from the types of their keys."""

import json
import re
from pathlib import Path

import jsonschema
import pytest

from sim.cli import main
from sim.commands.output import OUTPUTS, schema, schema_text

ROOT = Path(__file__).parents[1]
CALM = ["scenarios/raft/calm.yaml", "--set", "duration=6s", "--set", "settle=4s"]
STALE = "scenarios/known_bugs/raft-stale-read.yaml"
HISTORY = '{"op": 0, "client": "a", "f": "put", "key": "x", "arg": 1, "outcome": "ok", "call": 0, "ret": 1}\n'
SERIAL = ["--executor", "serial"]

Out = pytest.CaptureFixture[str]


def printed(words: list[str], capsys: Out) -> dict[str, object]:
    main([*words, "--json"])
    found = json.loads(capsys.readouterr().out)
    jsonschema.validate(found, schema())
    return dict(found)


def test_the_committed_schema_is_the_generated_one() -> None:
    assert (ROOT / "docs" / "output.schema.json").read_text() == schema_text(), "run `make schema`"
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize(
    "words",
    [
        ["run", *CALM, "--no-save"],
        ["run", STALE, "--no-save", "--trace"],
        ["sweep", *CALM, "--seeds", "2", "--no-save", *SERIAL],
        ["sweep", STALE, "--seeds", "1", "--no-save", *SERIAL],
        ["shrink", STALE, "--no-save", "--runs", "30", *SERIAL],
        ["explain", STALE, *SERIAL],
        ["validate", "scenarios/raft/calm.yaml", "pyproject.toml"],
        ["search", *CALM, "--runs", "2", "--no-save", *SERIAL],
        ["mutants", "raft", "--mutant", "old-votes", "--repeat", "1", "--seeds", "2", "--reference", "1", *SERIAL],
        ["list", "--faults"],
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_what_a_command_prints_fits_the_schema(words: list[str], capsys: Out, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    found = printed(words, capsys)
    assert found["schema"] == "seedstorm/1"
    assert found["command"] == words[0]
    assert isinstance(found["wall_s"], float)
    if words[0] in OUTPUTS:
        assert set(OUTPUTS[words[0]].__annotations__) <= set(found)


def test_a_kept_run_and_a_history_fit_too(tmp_path: Path, capsys: Out, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    printed(["run", *CALM, "--save", str(tmp_path)], capsys)
    assert printed(["replay", str(tmp_path / "raft-calm" / "1")], capsys)["diverged_at"] is None
    histories = printed(["check", str(tmp_path / "raft-calm" / "1" / "history.jsonl"), "--spec", "kv"], capsys)
    assert set(OUTPUTS["check"].__annotations__) <= set(histories)


def test_an_error_is_an_object_too(capsys: Out) -> None:
    found = printed(["run", "scenarios/none.yaml"], capsys)
    assert "there is no such file" in str(found["error"])


def test_an_object_without_a_promised_key_does_not_fit() -> None:
    versions = {"sim": "1", "python": "3", "code": "0"}
    found = {"schema": "seedstorm/1", "command": "run", "versions": versions, "wall_s": 1.0}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(found, schema())


def test_the_page_lists_the_keys_of_every_command() -> None:
    page = (ROOT / "docs" / "console.md").read_text()
    rows = dict(re.findall(r"^\| (\w+) \| (\w+(?: \w+)*) \|$", page, flags=re.M))
    del rows["verb"], rows["option"]
    assert rows == {verb: " ".join(kind.__annotations__) for verb, kind in OUTPUTS.items()}
