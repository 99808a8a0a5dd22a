"""A sweep says the same whoever computes it, keeps what is done, and finds who is guilty when a worker dies."""

import importlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.explore import worker
from sim.explore.dispatch import Strangers, dispatch
from sim.explore.executors import Crew, CrewError, hire
from sim.explore.feed import Order, SeedFeed
from sim.explore.results import Key, Results, ResultsError
from sim.explore.row import Row
from sim.explore.seeds import cross, parse_axis, parse_seeds
from sim.explore.summary import status_of, summarise
from sim.explore.sweep import Sweep, sweep
from sim.explore.worker import Batch, Task
from sim.identity import identity
from sim.scenario.loader import Loaded, load
from tests.explore.stage import drawing

ROOT = Path(__file__).parents[2]
CALM = ROOT / "scenarios" / "raft" / "figure-8.yaml"
SHORT = ("duration=2s", "settle=1s", "systems.kv.mutant=forgets-vote", "systems.kv.parameters.pre_vote=false")


def raft() -> Loaded:
    return load(CALM, SHORT)


def same(row: Row) -> Row:
    """A row without what the clock on the wall said."""
    return replace(row, wall_s=0.0, cpu_s=0.0)


def rows_of(found: Sweep) -> list[Row]:
    return [same(row) for row in found.rows]


@contextmanager
def cluster() -> Iterator[str]:
    """The address of a Dask cluster on this machine."""
    try:
        distributed = importlib.import_module("distributed")
    except ImportError:
        pytest.skip("Dask is not installed: pip install 'seedstorm[dask]'")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=":0", silence_logs=50
    ) as workers:
        yield f"dask:{workers.scheduler_address}"


def threads() -> Executor:
    """An Executor of the user's own."""
    return ThreadPoolExecutor(3)


@pytest.fixture(scope="module")
def expected() -> list[Row]:
    return rows_of(sweep(Order(raft(), range(1, 7), ((), ("network.loss=9%",)))))


@pytest.mark.parametrize("executor", ["process:2", "tests.explore.test_sweep:threads", "dask"])
@pytest.mark.filterwarnings("ignore")  # distributed warns about its own sockets
def test_rows_are_the_same_whoever_computes(executor: str, expected: list[Row]) -> None:
    order = Order(raft(), range(1, 7), ((), ("network.loss=9%",)))
    if executor == "dask":
        with cluster() as address:
            assert rows_of(sweep(order, address)) == expected
    else:
        assert rows_of(sweep(order, executor)) == expected
    assert len(expected) == 12
    assert len({row.fingerprint for row in expected}) == 12


class Shuffled(Executor):
    """Answers in an order of its own, and loses a worker when told to."""

    def __init__(self, chance: Any, loses: Callable[[Task], bool] = lambda _: False) -> None:
        self._chance = chance
        self._loses = loses

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        future: Future[Any] = Future()
        if self._loses(args[0]):
            future.set_exception(RuntimeError("the worker is gone"))
        else:
            future.set_result(fn(*args, **kwargs))
        return future


def fake_perform(fails: frozenset[int]) -> Callable[[Task], Batch]:
    """Rows without running anything; a task of more than three seeds gives the rest back."""

    def perform(task: Task) -> Batch:
        rows = tuple(Row(task.point, seed, "violation" if seed in fails else "pass") for seed in task.seeds[:3])
        return Batch(rows, task.seeds[3:])

    return perform


@settings(max_examples=60, deadline=None)
@given(st.sets(st.integers(1, 40)), st.sets(st.integers(1, 40), max_size=3), st.integers(1, 5), st.randoms())
def test_every_seed_gets_one_row_whatever_breaks_and_only_the_guilty_are_blamed(
    fails: set[int], guilty: set[int], workers: int, chance: Any
) -> None:
    loaded = raft()
    task = Task(loaded.text, loaded.path, loaded.overrides, (), (), identity())
    crew = Crew("shuffled", workers, lambda: Shuffled(chance, lambda task: bool(guilty & set(task.seeds))))
    feed = SeedFeed(Order(loaded, range(1, 41)), task, frozenset())
    feed.workers = workers
    rows: list[Row] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sim.explore.dispatch.perform", fake_perform(frozenset(fails)))
        for _, batch in dispatch(crew, feed):
            rows += batch.rows
            for row in batch.rows:
                feed.saw(replace(row, wall_s=chance.choice((0.01, 0.1, 1.0))))
    assert sorted(row.seed for row in rows) == list(range(1, 41))
    assert {row.seed for row in rows if row.outcome == "crashed-worker"} == guilty
    assert {row.seed for row in rows if row.outcome == "violation"} == fails - guilty


def test_until_failure_ends_at_the_smallest_failing_seed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    loaded = load(drawing(tmp_path, "until_model", limit=97))
    whole = sweep(Order(loaded, range(1, 60)))
    smallest = min(row.seed for row in whole.rows if row.failed)
    assert smallest > 2
    for executor in ("serial", "tests.explore.test_sweep:threads"):
        found = sweep(Order(loaded, range(1, 60), until_failure=True), executor)
        assert [row.seed for row in found.rows] == list(range(1, smallest + 1))
        assert [row.failed for row in found.rows].count(True) == 1


def test_a_seed_that_ends_its_process_is_named_and_the_others_are_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    path = drawing(tmp_path, "ending_model", act="os._exit(9) if number > 85 else None")
    order = Order(load(path), range(1, 31), folders=(str(tmp_path),))
    found = sweep(order, "process:2")
    guilty = {row.seed for row in found.rows if row.outcome == "crashed-worker"}
    assert [row.seed for row in found.rows] == list(range(1, 31))
    passing = [row.seed for row in found.rows if row.outcome == "pass"]
    assert len(passing) + len(guilty) == 30
    quiet = load(drawing(tmp_path, "quiet_model", limit=86))
    drawn_high = {row.seed for row in sweep(Order(quiet, range(1, 31))).rows if row.failed and "n1" in row.detail}
    assert guilty == drawn_high
    assert guilty
    assert status_of(found, summarise(found)) == 3


def test_a_model_that_raises_is_a_row_with_the_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    path = drawing(tmp_path, "raising_now", act="raise ValueError(f'drew {number}')")
    found = sweep(Order(load(path), range(1, 6)))
    kinds = summarise(found).kinds
    assert {row.outcome for row in found.rows} == {"crashed"}
    assert [(str(one.kind), one.count, one.smallest.seed) for one in kinds] == [
        ("crash: ValueError in raising_now.py, Drawer.act", 5, 1)
    ]


def test_a_run_that_never_ends_is_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    act = "[None for _ in iter(int, 1)] if number > 60 else None"
    path = drawing(tmp_path, "endless_model", act=act)
    found = sweep(Order(load(path), range(1, 8), wall_s=0.3))
    assert {row.outcome for row in found.rows} == {"pass", "unknown"}
    summary = summarise(found)
    assert summary.decided == dict(summary.outcomes)["pass"]
    assert status_of(found, summary) == 2


def test_workers_with_other_code_are_refused() -> None:
    order = Order(raft(), range(1, 3))
    with pytest.MonkeyPatch.context() as patch:
        other = replace(identity(), code="0" * 12, python="3.99", host="elsewhere")
        patch.setattr(worker, "identity", lambda _: other)
        with pytest.raises(Strangers) as refused:
            sweep(order)
    assert [what for what, _, _ in refused.value.asker.differences(refused.value.found[0])] == ["python", "code"]


def test_resume_runs_only_what_is_missing_and_says_when_the_scenario_changed(tmp_path: Path) -> None:
    file = tmp_path / "rows.sqlite"
    first = sweep(Order(raft(), range(1, 4)), results=file)
    both = sweep(Order(raft(), range(1, 7), resume=True), results=file)
    assert both.reused == 3
    assert rows_of(both)[:3] == rows_of(first)
    assert rows_of(both) == rows_of(sweep(Order(raft(), range(1, 7))))
    other = load(CALM, (*SHORT, "network.loss=1%"))
    changed = sweep(Order(other, range(1, 3), resume=True), results=file)
    assert changed.reused == 0
    assert changed.notes == ("the scenario has changed: 6 rows of before are kept aside, this is a new set",)


def test_a_row_comes_back_from_the_file_as_it_was(tmp_path: Path) -> None:
    found = sweep(Order(raft(), range(1, 5), ((), ("network.loss=3%",))))
    results = Results(tmp_path / "rows.sqlite")
    key = Key("scenario", "code")
    results.add(key, found.rows)
    assert sorted(results.rows(key), key=lambda row: (row.point, row.seed)) == list(found.rows)
    assert results.others(Key("scenario", "other")) == [(key, 8)]
    results.close()


@pytest.mark.parametrize(
    "bytes_", [b"no database at all, but long enough to look like one" * 20, b"SQLite format 3\0" * 99]
)
def test_a_file_that_is_no_results_file_is_refused_and_left_alone(tmp_path: Path, bytes_: bytes) -> None:
    file = tmp_path / "rows.sqlite"
    file.write_bytes(bytes_)
    with pytest.raises(ResultsError, match="move it away, or --save another folder"):
        sweep(Order(raft(), range(1, 3)), results=file)
    assert file.read_bytes() == bytes_


FULL = """
import resource, sys
from pathlib import Path
from sim.explore.feed import Order
from sim.explore.results import ResultsError
from sim.explore.sweep import sweep
from sim.scenario.loader import load
loaded = load(sys.argv[1], ("duration=2s", "settle=1s"))
file = Path(sys.argv[2])
sweep(Order(loaded, range(1, 3)), results=file)
resource.setrlimit(resource.RLIMIT_FSIZE, (file.stat().st_size, file.stat().st_size))
try:
    sweep(Order(loaded, range(1, 200)), results=file)
except ResultsError as error:
    print(error)
"""


def test_a_full_disk_is_one_message_and_what_was_done_is_kept(tmp_path: Path) -> None:
    pytest.importorskip("resource", reason="limits of file sizes are not known here")
    file = tmp_path / "rows.sqlite"
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(ROOT / "scenarios/raft/calm.yaml"), str(file)],
        check=True, capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    assert "make room and go on with --resume" in done.stdout
    loaded = load(ROOT / "scenarios/raft/calm.yaml", ("duration=2s", "settle=1s"))
    assert sweep(Order(loaded, range(1, 3), resume=True), results=file).reused == 2


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("proces", "no executor named 'proces', did you mean 'process'?"),
        ("process:none", "expected a number of processes"),
        ("dask:", "expected the scheduler's address"),
        ("nowhere.at_all:pool", "No module named 'nowhere'"),
        ("tests.explore.test_sweep:nothing", "has no function 'nothing'"),
        ("builtins:dict", "which has no submit and shutdown"),
    ],
)
def test_an_executor_that_is_none_is_refused_in_one_line(spec: str, message: str) -> None:
    with pytest.raises(CrewError, match=message.replace("?", r"\?")) as refused:
        hire(spec)
    assert "\n" not in str(refused.value)


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_that_does_not_answer_is_refused_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed", reason="Dask is not installed: pip install 'seedstorm[dask]'")
    monkeypatch.setattr("sim.explore.executors.DASK_S", 1)
    with pytest.raises(CrewError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9") as refused:
        hire("dask:tcp://127.0.0.1:9")
    assert "\n" not in str(refused.value)


def test_every_seed_that_was_done_survives_the_sweep_being_killed(tmp_path: Path) -> None:
    words = ["sweep", str(CALM), "--seeds", "5000", "--jobs", "1", "--save", str(tmp_path)]
    for one in SHORT:
        words += ["--set", one]
    process = subprocess.Popen([sys.executable, "-m", "sim", *words], cwd=ROOT, stderr=subprocess.DEVNULL)
    file = tmp_path / "raft-figure-8" / "sweep.sqlite"
    done = 0
    for _ in range(200):
        time.sleep(0.1)
        done = len(kept_in(file))
        if done:
            break
    process.kill()
    process.wait()
    kept = kept_in(file)
    assert len(kept) >= done > 0
    assert sorted(row.seed for row in kept) == list(range(1, len(kept) + 1))
    resumed = sweep(Order(raft(), range(1, len(kept) + 3), resume=True), results=file)
    assert resumed.reused == len(kept)


def kept_in(file: Path) -> list[Row]:
    if not file.exists():
        return []
    results = Results(file)
    keys = [key for key, _ in results.others(Key("", ""))]
    rows = [row for key in keys for row in results.rows(key)]
    results.close()
    return rows


def test_landmarks_are_reached_by_the_sweep_and_not_by_each_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    loaded = load(drawing(tmp_path, "landmark_model", more="checks: [{sometimes: zero}]\n"))
    whole = sweep(Order(loaded, range(1, 200)))
    reached = [row.seed for row in whole.rows if dict(row.sometimes)["zero"]]
    assert reached
    assert status_of(whole, summarise(whole)) == 0
    assert summarise(whole).decided == 199
    few = sweep(Order(loaded, range(1, reached[0])))
    assert summarise(few).never_reached == ("zero",)
    assert status_of(few, summarise(few)) == 2


def test_a_listed_fault_that_never_fired_makes_a_sweep_unknown() -> None:
    loaded = load(ROOT / "scenarios/raft/calm.yaml", (
        "duration=2s", "settle=1s", "faults=[{at: 1ms, crash: {nodes: leader}}, {at: 500ms, pause: {nodes: n1}}]",
    ))  # fmt: skip
    found = sweep(Order(loaded, range(1, 4)))
    assert summarise(found).demanded == ("crash",)
    assert status_of(found, summarise(found)) == 2


@pytest.mark.parametrize(
    ("text", "seeds"), [("3", range(1, 4)), ("5..7", range(5, 8)), (" 9..9 ", range(9, 10)), ("0..1", range(2))]
)
def test_seeds_are_a_number_or_a_range(text: str, seeds: range) -> None:
    assert parse_seeds(text) == seeds


@pytest.mark.parametrize("text", ["0", "9..5", "x", "1..", "..", "-3", "1...5", "", f"1..{2**63}"])
def test_empty_and_reversed_ranges_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected|ends before it begins"):
        parse_seeds(text)


def test_axes_are_crossed_in_order_and_lists_are_one_value() -> None:
    axes = [parse_axis("a.b=1%,2%"), parse_axis("c=[1s, 2s],[3s, 4s]")]
    assert cross([("x=1",)], axes) == [
        ("x=1", "a.b=1%", "c=[1s, 2s]"),
        ("x=1", "a.b=1%", "c=[3s, 4s]"),
        ("x=1", "a.b=2%", "c=[1s, 2s]"),
        ("x=1", "a.b=2%", "c=[3s, 4s]"),
    ]


def pool() -> Executor:
    """Two processes of the user's own making."""
    return ProcessPoolExecutor(2)
