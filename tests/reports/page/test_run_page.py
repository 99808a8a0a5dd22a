"""A run's page as a file: whole, small, well formed, and without any way out of it. No browser is needed."""

import json
import re
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from reports.page import page_of
from reports.page.choice import MESSAGES_MAX
from reports.page.messages import FATES
from sim.cli import main
from sim.world import trace as codes
from tests.reports.page.recordings import HOSTILE, ROOT, hostile, large, recorded, tiled

VOTE = "known_bugs/forgets-vote.yaml"
STALE = "known_bugs/raft-stale-read.yaml"
VOID = ("meta", "link", "br", "img", "input", "hr", "path")


class Reader(HTMLParser):
    """Checks that elements end in the order in which they began, and collects what is in scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            self.scripts[-1] += data


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader


def data_of(page: str) -> dict[str, object]:
    found = json.loads(read(page).scripts[0])
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("make", [lambda: recorded(VOTE), lambda: recorded(STALE), hostile])
def test_a_page_is_well_formed_and_its_data_are_json(make: object) -> None:
    page = page_of(make())  # type: ignore[operator] # parametrised
    reader = read(page)
    assert reader.open == []
    assert [tag for tag, _ in reader.seen].count("script") == 2
    assert json.loads(reader.scripts[0])["tick_ns"] == 1000
    page.encode()  # no half of a surrogate pair is left in it


def test_a_page_names_no_address_and_no_handler() -> None:
    page = page_of(hostile())
    assert not re.search(r"https?:|//cdn|@import|url\((?!#)", re.sub(r"http://www\.w3\.org/2000/svg", "", page))
    for tag, attributes in read(page).seen:
        assert not [name for name in attributes if name.startswith("on") or name == "style"], tag
        assert tag not in ("img", "iframe", "object", "base", "form", "a")


def test_the_policy_forbids_all_but_the_own_script_and_style() -> None:
    head = page_of(recorded(STALE)).partition("</head>")[0]
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', head)
    assert policy is not None
    assert policy[1].startswith("default-src &#39;none&#39;; script-src &#39;sha256-")
    assert "unsafe" not in policy[1]


def test_three_thousand_messages_fit_into_a_megabyte_with_all_they_say() -> None:
    recording = tiled(recorded(VOTE), 2)
    assert sum(one.code in (codes.DELIVER, codes.LOST) for one in recording.records) > 3_000
    page = page_of(recording)
    assert len(page.encode()) < 1_000_000
    assert 'id="left-out"' not in page


def test_a_hundred_thousand_messages_fit_into_three_megabytes_and_the_page_says_what_is_missing() -> None:
    recording, page = large()
    total = sum(one.code in (codes.DELIVER, codes.LOST) for one in recording.records)
    assert total > 100_000
    assert len(page.encode()) < 3_000_000
    held = len(data_of(page)["messages"]["record"])  # type: ignore[index] # JSON
    assert MESSAGES_MAX // 2 < held < MESSAGES_MAX * 1.2
    assert f"{held:,} of {total:,} messages are drawn" in page


def test_a_sample_holds_all_that_was_lost_and_whole_chains() -> None:
    recording, page = large()
    table = data_of(page)["messages"]
    assert isinstance(table, dict)
    record = held = 0
    numbers = []
    for step in table["record"]:
        record += step
        numbers.append(record)
    kept = set(numbers)
    messages = {one.number for one in recording.records if one.code in (codes.DELIVER, codes.LOST)}
    assert len(messages) > len(kept)
    causes = [number - back for number, back in zip(numbers, table["cause"], strict=True) if back]
    from_messages = [cause for cause in causes if cause in messages]
    held = sum(cause in kept for cause in from_messages)
    assert held / len(from_messages) > 0.8, "most of what is kept can be followed back"
    lost = {one.number for one in recording.records if one.code == codes.LOST}
    assert lost <= kept


def test_the_columns_say_what_the_trace_says() -> None:
    recording = recorded(STALE)
    table = data_of(page_of(recording))["messages"]
    assert isinstance(table, dict)
    rows = [one for one in recording.records if one.code in (codes.DELIVER, codes.LOST)]
    at = record = 0
    for place, one in enumerate(rows):
        record += table["record"][place]
        at += table["at"][place]
        source, target = divmod(table["route"][place], len(recording.nodes))
        assert (record, at) == (one.number, one.t_ns // 1000)
        assert (recording.nodes[source], recording.nodes[target]) == tuple(one.rest[:2])
        assert at - table["took"][place] == one.rest[2] // 1000
        if table["cause"][place]:
            assert record - table["cause"][place] == one.cause
        assert FATES[table["fate"][place]] == (one.rest[5] if one.code == codes.LOST else "delivered")


def test_the_same_run_gives_the_same_bytes() -> None:
    recording = recorded(STALE)
    slower = replace(recording, run=replace(recording.run, wall_s=99.0))
    assert page_of(recording) == page_of(slower)


def test_a_failure_is_told_in_the_order_in_which_questions_come() -> None:
    page = page_of(recorded(VOTE))
    words = [
        "FAIL",
        "term 1 has two leaders",
        "sim run",
        "sim shrink",
        "How it came about",
        "Concrete plan",
        "Scenario",
    ]
    places = [page.index(word, page.index("<body>")) for word in words]
    assert places == sorted(places)


def test_hostile_texts_stand_in_the_page_as_text_only() -> None:
    page = page_of(hostile())
    assert HOSTILE not in page
    assert "\u202e" not in page
    assert "\\u202e" in page


def test_the_command_writes_the_page_of_a_kept_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    scenario = "scenarios/known_bugs/raft-stale-read.yaml"
    assert main(["run", scenario, "--save", str(tmp_path)]) == 0
    kept = tmp_path / "raft-stale-read" / "1"
    assert main(["report", str(kept)]) == 0
    assert main(["report", scenario, "-o", str(tmp_path / "other.html")]) == 0
    assert (kept / "page.html").read_text() == (tmp_path / "other.html").read_text()


def test_a_kept_run_that_comes_out_otherwise_has_no_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    assert main(["run", "scenarios/known_bugs/raft-stale-read.yaml", "--save", str(tmp_path)]) == 0
    file = tmp_path / "raft-stale-read" / "1" / "run.json"
    file.write_text(re.sub('"fingerprint": "[0-9a-f]{4}', '"fingerprint": "0000', file.read_text()))
    assert main(["report", str(file)]) == 6
    assert "sim replay" in capsys.readouterr().err


def test_what_a_violation_needs_is_said_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    page = tmp_path / "page.html"
    assert main(["report", "scenarios/known_bugs/raft-stale-read.yaml", "--explain", "-o", str(page)]) == 0
    assert data_of(page.read_text())["needs"]["needed"] == ["f1"]  # type: ignore[index]
    assert "It needs {id: f1, " in page.read_text()


def test_a_run_that_holds_has_nothing_to_explain(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    short = ["--set", "duration=6s", "--set", "settle=4s"]
    assert main(["report", "scenarios/raft/calm.yaml", *short, "--explain"]) == 5
    assert "nothing to explain" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [["nowhere"], ["pyproject.toml"], ["scenarios/raft/calm.yaml", "-o", "/no/such/place.html"]]
)
def test_what_cannot_be_reported_is_one_line(
    words: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    extra = ["--set", "duration=2s", "--set", "settle=1s"] if words[0].endswith(".yaml") else []
    assert main(["report", *words, *extra]) == 4
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


@cache
def layered_page() -> dict[str, object]:
    plant = ("systems.stack.mutant=agentflow/completes-twice", "faults=[]", "duration=2s", "settle=0s")
    return data_of(page_of(recorded("stack/mutants/layers.yaml", *plant)))


def test_a_system_of_layers_has_a_band_for_each_that_says_whether_it_kept_its_promises() -> None:
    data = layered_page()
    bands, lanes = data["layers"], data["lanes"]
    assert isinstance(bands, list)
    assert isinstance(lanes, list)
    assert [band["name"] for band in bands] == ["clients", "agentflow", "smartsearch", "serving", "veristore"]
    assert [band["name"] for band in bands if band["broke"]] == ["agentflow"]
    assert {lane["layer"] for lane in lanes} == {band["name"] for band in bands}
    assert all(sum(band["acts"]) > 0 for band in bands if band["name"] != "serving")
    counted = {band["name"]: max(band["value"]) for band in bands if band["counted"]}
    assert counted.keys() == {"clients", "agentflow", "smartsearch", "veristore"}
    assert min(counted.values()) >= 1


def test_the_story_on_the_page_says_where_it_enters_a_layer() -> None:
    story = layered_page()["story"]
    assert isinstance(story, list)
    entered = [line["layer"] for line in story if line["layer"]]
    assert entered[0] == "clients"
    assert {"smartsearch", "agentflow", "veristore"} <= set(entered)
    assert all(one != other for one, other in pairwise(entered))


def test_a_system_without_layers_has_no_bands_and_no_headers() -> None:
    page = page_of(recorded(STALE))
    data = data_of(page)
    assert data["layers"] == []
    assert 'class="enters"' not in page
