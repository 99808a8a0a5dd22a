"""What docs/pages.md says of keys, formats and commands is so."""

import re
from pathlib import Path

import pytest

from reports.exports import EXPORTS
from sim.checks.formats import FORMATS
from sim.cli import main
from tests.reports.page.recordings import ROOT

PAGE = (ROOT / "docs" / "pages.md").read_text()
SCRIPT = (ROOT / "reports" / "page" / "script" / "keys.js").read_text()
NAMES = {"←": "ArrowLeft", "→": "ArrowRight"}


def test_every_key_of_the_table_does_something() -> None:
    rows = re.findall(r"^\| ((?:`[^`]+` ?)+)\| ", PAGE, flags=re.M)
    keys = [key for row in rows for key in re.findall(r"`([^`]+)`", row)]
    known = [key for key in keys if len(key) == 1 or key in ("Enter", "Escape")]
    assert {"+", "-", "0", "v", "f", "F", "n", "p", "c", "e", "/", "?", "Enter", "Escape"} <= set(known)
    for key in known:
        name = NAMES.get(key, key)
        assert re.search(rf'(?:"{re.escape(name)}"|\b{re.escape(name)}): ', SCRIPT), key


def test_every_format_is_in_the_table() -> None:
    assert [name for name in (*EXPORTS, *FORMATS) if f"`{name}`" not in PAGE] == []


def test_the_command_prints_what_is_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    command, shown = re.findall(r"```console\n\$ sim (.*?)\n(.*?)```", PAGE, flags=re.S)[0]
    words = command.split()
    words[1] = str(ROOT / words[1])
    monkeypatch.chdir(tmp_path)
    assert main(words) == 0
    assert capsys.readouterr().out == shown
