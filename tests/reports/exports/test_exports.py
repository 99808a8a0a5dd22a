"""Each export is read back by rules that are not its writer's: those of the tool that it is for."""

import json
import re
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import pytest

from reports.exports import EXPORTS
from reports.exports.mermaid import MESSAGES_MAX, escaped, mermaid
from reports.exports.perfetto import perfetto
from reports.exports.rows import jsonl
from reports.exports.shiviz import shiviz
from reports.page.recording import Recording
from sim.checks.formats import read_history
from sim.cli import main
from sim.world import trace as codes
from tests.reports.page.recordings import HOSTILE, ROOT, hostile, recorded

RUNS = ["known_bugs/raft-stale-read.yaml", "known_bugs/forgets-vote.yaml", "known_bugs/bft-pairs-not-names.yaml"]


@pytest.fixture(params=[*RUNS, "hostile"])
def recording(request: pytest.FixtureRequest) -> Recording:
    return hostile() if request.param == "hostile" else recorded(request.param)


def trace_events(recording: Recording) -> list[dict[str, object]]:
    found = json.loads(perfetto(recording))
    assert found["displayTimeUnit"] in ("ms", "ns")
    return list(found["traceEvents"])


def number(value: object) -> float:
    assert isinstance(value, (int, float))
    assert not isinstance(value, bool)
    return float(value)


NEEDED = {
    "M": ("args",), "X": ("dur",), "i": ("s",), "s": ("id",), "f": ("id", "bp"), "b": ("id", "cat"), "e": ("id", "cat"),
    "C": ("args",),
}  # fmt: skip
"""Phase -> what the format asks for beside name, time, process and thread."""


def test_perfetto_events_have_what_their_phase_asks_for(recording: Recording) -> None:
    events = trace_events(recording)
    assert {str(one["ph"]) for one in events} <= set(NEEDED)
    for one in events:
        assert isinstance(one["name"], str)
        assert isinstance(one["pid"], int)
        assert isinstance(one["tid"], int)
        assert 0 <= number(one["ts"]) <= recording.run.virtual_ns / 1_000
        assert all(name in one for name in NEEDED[str(one["ph"])]), one
        if one["ph"] == "C":
            assert all(number(value) >= 0 for value in one["args"].values())  # type: ignore[attr-defined] # JSON


def test_perfetto_flows_pair_and_begin_and_end_in_a_span(recording: Recording) -> None:
    spans = defaultdict(set)
    for one in trace_events(recording):
        if one["ph"] == "X":
            spans[one["pid"], one["tid"]].add(number(one["ts"]))
    begins = {one["id"]: one for one in trace_events(recording) if one["ph"] == "s"}
    ends = {one["id"]: one for one in trace_events(recording) if one["ph"] == "f"}
    delivered = sum(one.code == codes.DELIVER for one in recording.records)
    assert len(begins) == len(ends) == delivered
    assert begins.keys() == ends.keys()
    for identity, begin in begins.items():
        end = ends[identity]
        assert number(begin["ts"]) <= number(end["ts"])
        assert begin["name"] == end["name"]
        for one in (begin, end):
            assert number(one["ts"]) in spans[one["pid"], one["tid"]]


def test_perfetto_spans_of_a_thread_do_not_cross_and_asynchronous_ones_end(recording: Recording) -> None:
    spans = defaultdict(list)
    open_ones: dict[object, float] = {}
    for one in trace_events(recording):
        key = (one.get("cat"), one.get("id"))
        if one["ph"] == "X":
            assert number(one["dur"]) > 0
            spans[one["pid"], one["tid"]].append((number(one["ts"]), number(one["ts"]) + number(one["dur"])))
        elif one["ph"] == "b":
            assert key not in open_ones
            open_ones[key] = number(one["ts"])
        elif one["ph"] == "e":
            assert open_ones.pop(key) <= number(one["ts"])
    assert open_ones == {}
    for own in spans.values():
        own.sort()
        for (since, until), (later, _) in pairwise(own):
            assert later >= until - 1e-6 or later == since, "spans stand behind each other, or begin together"


def shiviz_events(recording: Recording) -> list[tuple[str, dict[str, int], str]]:
    """As ShiViz does: the expression of the head line, over all that follows the line of the delimiter."""
    parser, delimiter, rest = shiviz(recording).decode().split("\n", 2)
    assert delimiter == ""
    found = re.finditer(re.sub(r"\(\?<(\w+)>", r"(?P<\1>", parser), rest)
    events = [(one["host"], json.loads(one["clock"]), one["event"]) for one in found]
    assert len(events) * 2 == rest.count("\n"), "nothing in the log was passed over"
    return events


def test_shiviz_clocks_count_every_event_of_a_host_once(recording: Recording) -> None:
    seen: dict[str, int] = {}
    for host, clock, text in shiviz_events(recording):
        seen[host] = seen.get(host, 0) + 1
        assert clock[host] == seen[host]
        assert text
        assert all(other in seen and count <= seen[other] for other, count in clock.items()), "nothing from the future"
    assert 3 <= len(seen) <= len(recording.nodes)


def test_shiviz_clocks_order_events_as_causes_do(recording: Recording) -> None:
    shown = [one for one in recording.records if one.code not in (codes.LOST, codes.FAULT)]
    clock_of = {
        one.number: (clock, host) for one, (host, clock, _) in zip(shown, shiviz_events(recording), strict=True)
    }
    last: dict[str, dict[str, int]] = {}
    checked = 0
    for one in shown:
        clock, host = clock_of[one.number]
        before = last.get(host, {})
        assert all(clock.get(other, 0) >= count for other, count in before.items())
        cause = clock_of.get(one.cause or 0)
        if one.code == codes.DELIVER and cause is not None:
            checked += 1
            assert all(clock.get(other, 0) >= count for other, count in cause[0].items())
            assert one.rest[0] != one.rest[1] or cause[1] == host
        last[host] = clock
    assert checked > 50


ARROW = re.compile(r"    (p\d+)(->>|-x)(p\d+): (\S.*)")
NOTE = re.compile(r"    Note over (p\d+)(?:,(p\d+))?: (\S.*)")
PARTICIPANT = re.compile(r"    participant (p\d+) as (\S.*)")


def test_mermaid_lines_are_of_its_grammar_and_few(recording: Recording) -> None:
    head, *lines = mermaid(recording).decode().splitlines()
    assert head == "sequenceDiagram"
    participants: list[str] = []
    arrows = 0
    for line in lines:
        if found := PARTICIPANT.fullmatch(line):
            participants.append(found[1])
        elif found := ARROW.fullmatch(line):
            arrows += 1
            assert found[1] in participants
            assert found[3] in participants
        else:
            found = NOTE.fullmatch(line)
            assert found, line
            assert {found[1], found[2] or found[1]} <= set(participants)
        assert not set(found[found.re.groups].replace("#", "").replace(";", "")) & set('<>"{}[]`%|\\'), line
    assert 0 < arrows <= MESSAGES_MAX
    assert len(participants) == len(set(participants))


def test_mermaid_escapes_read_back_as_the_text_and_never_as_a_keyword() -> None:
    for text in ("end", "END", "a;b", "#", HOSTILE, "p1->>p2: x", "%%{init}%%", "über"):
        written = escaped(text)
        assert re.sub(r"#(\d+);", lambda found: chr(int(found[1])), written) == text
        assert written.lower() != "end"
        assert not re.search(r"(?<!\d);", written)


def test_mermaid_shows_the_messages_of_the_story_and_what_was_lost() -> None:
    text = mermaid(recorded("known_bugs/forgets-vote.yaml")).decode()
    assert "RequestVote" in text
    assert "-x" in text
    assert re.search(r"Note over p\d: n3#58; BecameLeader\(term 1", text)
    assert re.search(r"Note over p0,p1: crash n2, n1 begins", text)


def test_json_lines_hold_every_record_by_name(recording: Recording) -> None:
    rows = [json.loads(line) for line in jsonl(recording).splitlines()]
    assert [row["record"] for row in rows] == list(range(1, len(recording.records) + 1))
    for row, one in zip(rows, recording.records, strict=True):
        assert row["t_ns"] == one.t_ns
        if one.code == codes.DELIVER:
            assert (row["what"], row["source"], row["target"], row["sent_ns"], row["cause"]) == (
                "deliver",
                *one.rest[:4],
            )
            assert row["message"]["type"] == one.rest[4][0]
            assert len(row["message"]) == len(one.rest[4])
        elif one.code == codes.EMIT:
            assert (row["what"], row["node"], row["event"]["type"]) == ("emit", one.rest[0], one.rest[3][0])


def test_json_lines_name_the_fields_of_messages() -> None:
    rows = [json.loads(line) for line in jsonl(recorded("known_bugs/forgets-vote.yaml")).splitlines()]
    asked = next(row["message"] for row in rows if row.get("message", {}).get("type") == "RequestVote")
    assert set(asked) == {"type", "term", "last_index", "last_term", "pre", "transfer"}
    call = next(row["message"] for row in rows if row.get("message", {}).get("type") == "Ask")
    assert call["body"]["type"] in ("OpenSession", "Call")


def test_jepsen_history_of_a_kept_run_reads_back_with_its_nemesis(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    assert main(["run", "scenarios/known_bugs/raft-stale-read.yaml", "--save", str(tmp_path)]) == 0
    kept, target = tmp_path / "raft-stale-read" / "1", tmp_path / "history.edn"
    assert main(["export", str(kept), "--to", "jepsen", "-o", str(target)]) == 0
    imported = read_history(target)
    history = recorded("known_bugs/raft-stale-read.yaml").run.history
    assert [(op.f, op.arg, op.outcome) for op in imported.history] == [(op.f, op.arg, op.outcome) for op in history]
    assert [one.f for one in imported.annotations] == ["start", "stop"]


def test_parquet_says_what_it_needs_or_holds_every_record(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    words = [
        "export",
        "scenarios/known_bugs/raft-stale-read.yaml",
        "--to",
        "parquet",
        "-o",
        str(tmp_path / "x.parquet"),
    ]
    found = main(words)
    try:
        from pyarrow import parquet  # type: ignore[import-not-found, unused-ignore] # not a dependency
    except ImportError:
        assert found == 4
        assert "pip install pyarrow" in capsys.readouterr().err
        return
    assert found == 0
    table = parquet.read_table(tmp_path / "x.parquet")
    assert table.num_rows == len(recorded("known_bugs/raft-stale-read.yaml").records)


@pytest.mark.parametrize("name", [name for name in EXPORTS if name != "parquet"])
def test_the_command_writes_every_format_from_a_scenario_alike(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    file, scenario = tmp_path / "out", "scenarios/known_bugs/raft-stale-read.yaml"
    assert main(["export", scenario, "--to", name, "-o", str(file)]) == 0
    assert file.read_bytes() == EXPORTS[name].write(recorded("known_bugs/raft-stale-read.yaml"))


def test_an_unknown_format_is_one_line_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "runs/x/1", "--to", "perfeto"]) == 4
    assert capsys.readouterr().err.strip() == "sim: unknown format 'perfeto', did you mean 'perfetto'?"
