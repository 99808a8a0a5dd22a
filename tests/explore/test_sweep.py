"""A sweep says the same whoever computes it, keeps what is done, and finds who is guilty when a worker dies."""

import importlib
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
from sim.explore.row import Row
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


def pool() -> Executor:
    """Two processes of the user's own making."""
    return ProcessPoolExecutor(2)
