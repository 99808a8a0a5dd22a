"""Frames have the columns that the page promises, and say the same as the run does."""

import re
from collections.abc import Callable

import pandas as pd
import pytest

import sim
from reports import frames
from reports.frames.events import NoEvents
from reports.frames.samples import NotASample
from reports.recording import NotRecordable
from tests.reports.stage import ROOT, storm, swept

PAGE = (ROOT / "docs" / "notebooks.md").read_text()
TABLE = dict(re.findall(r"^\| `(\w+)\(.*?\)` \| (\w+ \w+(?:, \w+ \w+)*) \|$", PAGE, flags=re.M))
FRAMES: dict[str, Callable[[], pd.DataFrame]] = {
    "operations": lambda: frames.operations(storm()),
    "events": lambda: frames.events(storm()),
    "messages": lambda: frames.messages(storm()),
    "faults": lambda: frames.faults(storm()),
    "samples": lambda: frames.samples(storm(), "Committed.index"),
    "rows": lambda: frames.rows(swept()).drop(columns=["network.loss", "systems.kv.nodes"]),
    "recoveries": lambda: frames.recoveries([storm()]),
}


def test_the_page_has_a_row_for_every_frame_there_is() -> None:
    assert set(TABLE) == set(FRAMES) == set(frames.__all__)


@pytest.mark.parametrize("name", FRAMES)
def test_columns_and_dtypes_are_those_of_the_page(name: str) -> None:
    frame = FRAMES[name]()
    assert ", ".join(f"{column} {dtype}" for column, dtype in frame.dtypes.items()) == TABLE[name]
    assert list(frame.index) == list(range(len(frame)))
    assert len(frame) > 0


@pytest.mark.parametrize("name", FRAMES)
def test_every_call_gives_a_fresh_frame(name: str) -> None:
    one, other = FRAMES[name](), FRAMES[name]()
    pd.testing.assert_frame_equal(one, other)
    del one[one.columns[0]]
    pd.testing.assert_frame_equal(FRAMES[name](), other)


def test_a_run_without_faults_or_operations_has_frames_of_the_same_columns() -> None:
    quiet = sim.load(ROOT / "scenarios/raft/calm.yaml").with_(duration="2s", settle="1s", workload=[], checks=[])
    run = sim.run(quiet, 1)
    for frame, full in ((frames.operations(run), "operations"), (frames.faults(run), "faults")):
        assert len(frame) == 0
        assert ", ".join(f"{column} {dtype}" for column, dtype in frame.dtypes.items()) == TABLE[full]


def test_operations_count_as_the_run_does_and_open_ones_never_return() -> None:
    frame, counts = frames.operations(storm()), storm().counts
    assert frame["outcome"].value_counts().to_dict() == {
        "ok": counts.ok,
        "fail": counts.fail,
        "unknown": counts.unknown,
    }
    is_open = frame["outcome"] == "unknown"
    assert frame["ret_ns"].isna().equals(is_open)
    assert frame["latency_ms"].isna().equals(is_open)
    assert frame["call_ns"].is_monotonic_increasing
    closed = frame[~is_open]
    assert ((closed["ret_ns"] - closed["call_ns"]) / 1e6 - closed["latency_ms"]).abs().max() < 1e-9


def test_every_copy_of_a_message_has_one_fate_and_the_traffic_adds_up() -> None:
    frame, counts = frames.messages(storm()), storm().counts
    fates = frame["fate"].value_counts().to_dict()
    assert len(frame) == counts.sent + counts.duplicated
    assert fates["delivered"] + fates["duplicate"] == counts.delivered
    assert fates["lost"] + fates["cut"] + fates["down"] + fates["corrupt"] == counts.lost
    assert 0 < fates["duplicate"] <= counts.duplicated
    arrived = frame["fate"].isin(["delivered", "duplicate"])
    assert frame["delivered_ns"].notna().equals(arrived)
    assert (frame["delivered_ns"] > frame["sent_ns"])[arrived].all()
    assert frame["id"].is_unique


def test_messages_under_way_when_a_run_ends_are_in_flight() -> None:
    slow = sim.load(ROOT / "scenarios/raft/calm.yaml").with_({"network.latency": "300ms"}, duration="4s", settle="0s")
    run = sim.run(slow, 1)
    frame = frames.messages(run)
    flying = frame[frame["fate"] == "in flight"]
    assert len(flying) == run.counts.sent - run.counts.delivered - run.counts.lost > 0
    assert (flying["sent_ns"] > run.virtual_ns - 300_000_000).all()


def test_a_cause_is_the_message_that_was_being_handled() -> None:
    frame = frames.messages(storm())
    refusals = frame[frame["kind"] == "NotLeader"].merge(frame, left_on="cause", right_on="id", suffixes=("", "_of"))
    assert len(refusals) > 100
    assert (refusals["source"] == refusals["target_of"]).all()
    assert (refusals["target"] == refusals["source_of"]).all()
    assert (refusals["sent_ns"] == refusals["delivered_ns_of"]).all()


def test_what_was_cut_names_the_partition_and_what_was_lost_on_an_ordinary_day_the_network() -> None:
    frame, cut = frames.messages(storm()), next(one for one in storm().fired if one.kind == "partition")
    assert set(frame[frame["fate"] == "cut"]["fault"]) == {cut.id}
    assert set(frame[frame["fate"] == "lost"]["fault"]) == {"network"}
    assert frame[frame["fate"] == "delivered"]["fault"].isna().all()


def test_events_have_a_column_for_each_field_and_taken_names_an_underscore() -> None:
    appended = frames.events(storm(), "Appended")
    assert list(appended.columns[5:]) == ["term", "index", "entry_term", "chain", "kind_"]
    assert appended["index"].dtype == "int64"
    assert set(appended["kind"]) == {"Appended"}
    assert "command" in set(appended["kind_"])
    vows = frames.events(storm(), "VowSaved")
    assert vows["voted"].isna().any()
    assert len(frames.events(storm())) >= len(appended) + len(vows)


def test_samples_follow_an_events_field_or_what_is_on_its_way() -> None:
    committed = frames.samples(storm(), "Committed.index")
    assert committed.groupby("node", observed=True)["value"].max().max() > 10
    waiting = frames.samples(storm(), "queue_depth")
    assert waiting["value"].min() == 0
    assert waiting["value"].max() >= 2


@pytest.mark.parametrize(
    ("ask", "error", "said"),
    [
        (lambda: frames.events(storm(), "BecomeLeader"), NoEvents, "did you mean 'BecameLeader'?"),
        (lambda: frames.samples(storm(), "depth"), NotASample, "expected queue_depth, or Event.field"),
        (lambda: frames.samples(storm(), "VowSaved.voted"), NotASample, "it has term"),
    ],
)
def test_what_is_not_there_is_said_with_what_is(ask: Callable[[], object], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=re.escape(said)):
        ask()


def test_the_seed_runs_again_once_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    run = sim.run(sim.load(ROOT / "scenarios/raft/calm.yaml").with_(duration="2s", settle="1s"), 5)
    frames.events(run, "VowSaved")
    frames.messages(run)
    assert capsys.readouterr().err == "raft-calm seed 5 runs again, with everything recorded\n"


def test_a_run_that_comes_out_differently_is_refused() -> None:
    from dataclasses import replace

    with pytest.raises(NotRecordable, match="came out differently"):
        frames.messages(replace(storm(), fingerprint="0" * 32))
    with pytest.raises(NotRecordable, match="does not know its scenario"):
        frames.messages(replace(storm(), loaded=None))


def test_faults_that_found_no_target_are_rows_too() -> None:
    run = sim.run(ROOT / "scenarios/known_bugs/forgets-vote.yaml")
    frame = frames.faults(run)
    assert frame["skipped"].sum() == len(run.skipped) > 0
    assert frame[frame["skipped"]]["reason"].notna().all()
    assert frame["inject_ns"].is_monotonic_increasing


def test_rows_have_a_column_for_each_varied_path_and_the_first_failed_check() -> None:
    frame = frames.rows(swept())
    assert list(frame.columns[:3]) == ["seed", "network.loss", "systems.kv.nodes"]
    assert list(frame["network.loss"].cat.categories) == ["0%", "5%"]
    failed = frame["outcome"] == "violation"
    assert failed.any()
    assert frame["kind"].notna().equals(failed)
    assert frame["first_violation_s"].notna().equals(failed)
    assert frame["fingerprint"].is_unique
