"""Histories that Jepsen and Porcupine published: all are read, and written back they are the same."""

import os
import re
from pathlib import Path

import pytest

from sim.checks.formats import read_history, write_history
from tests.checks.formats.strategies import essence

FOLDER = Path(os.environ.get("SEEDSTORM_DATA", "nowhere")) / "histories"
FILES = [*sorted(FOLDER.glob("etcd/*.log")), *sorted(FOLDER.glob("kv/*.txt"))]

pytestmark = pytest.mark.skipif(not FILES, reason="SEEDSTORM_DATA names no folder with histories")


def test_all_of_them_are_here() -> None:
    assert [file.suffix for file in FILES].count(".log") == 52
    assert [file.suffix for file in FILES].count(".txt") == 4


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_published_history_is_read_and_comes_back_in_every_format_that_holds_it(file: Path) -> None:
    found = read_history(file)
    name = "etcd" if file.suffix == ".log" else "porcupine-kv"
    assert (found.format, found.guessed) == (name, True)
    text = file.read_text()
    assert len(found.history) == text.count(":invoke")
    for other in (name, "jepsen", "json"):
        assert essence(read_history(write_history(found.history, other), other).history) == essence(found.history)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_published_history_ends_as_its_lines_say(file: Path) -> None:
    text, history = file.read_text(), read_history(file).history
    said = {end: len(re.findall(rf":{end}\b", text)) for end in ("ok", "fail")}
    swaps_failed = len(re.findall(r":fail\s+:cas", text))
    assert history.count("ok") == said["ok"] + swaps_failed
    assert history.count("fail") == said["fail"] - swaps_failed
    assert history.count("unknown") == len(history) - said["ok"] - said["fail"]
