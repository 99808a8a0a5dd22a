"""Workers that are killed, that run other code or that nobody reaches: nothing done is lost, and one clear message."""

import importlib
import multiprocessing
import os
import pickle
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import pytest

from sim.cli import main
from sim.explore.feed import Order
from sim.explore.sweep import Progress, sweep
from sim.scenario.loader import Loaded, load
from tests.explore.test_results import kept_in
from tests.explore.test_sweep import ROOT, cluster, rows_of

CALM = str(ROOT / "scenarios/raft/calm.yaml")
SHORT = ("duration=500ms", "settle=0s")


def quick() -> Loaded:
    return load(CALM, SHORT)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="nobody can be killed so here")
def test_a_worker_killed_from_outside_costs_no_seed_and_blames_none(tmp_path: Path) -> None:
    killed: list[int] = []
    before = {child.pid for child in multiprocessing.active_children()}

    def kill_one(progress: Progress) -> None:
        own = [child for child in multiprocessing.active_children() if child.pid not in before]
        if progress.ran and own and not killed:
            pid = own[0].pid
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
            killed.append(pid)

    file = tmp_path / "rows.sqlite"
    order = Order(quick(), range(1, 121))
    found = sweep(order, "process:2", file, kill_one)
    assert killed
    assert [row.outcome for row in found.rows] == ["pass"] * 120
    assert rows_of(found)[::40] == [row for seed in range(1, 121, 40) for row in rows_of(sweep(_only(seed)))]
    assert len(kept_in(file)) == 120


def _only(seed: int) -> Order:
    return Order(quick(), range(seed, seed + 1))


@pytest.mark.filterwarnings("ignore")  # distributed says a lot about a worker that is gone
def test_a_dask_worker_that_is_killed_costs_no_seed_and_blames_none() -> None:
    with cluster() as address:
        client = importlib.import_module("distributed").Client(address.partition(":")[2], set_as_default=False)
        pids = list(client.run(os.getpid).values())
        killed: list[int] = []

        def kill_one(progress: Progress) -> None:
            if progress.ran and not killed:
                os.kill(pids[0], signal.SIGKILL)
                killed.append(pids[0])

        found = sweep(Order(quick(), range(1, 81)), address, on_progress=kill_one)
        client.close()
    assert killed
    assert [row.outcome for row in found.rows] == ["pass"] * 80


class Elsewhere(Executor):
    """Each call in a process of its own that imports another copy of the code."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        loop = "import pickle, sys; f, a = pickle.load(sys.stdin.buffer); sys.stdout.buffer.write(pickle.dumps(f(*a)))"
        environment = os.environ | {"PYTHONPATH": self._folder, "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(
            [sys.executable, "-c", loop], check=True, capture_output=True, env=environment, cwd=self._folder,
            input=pickle.dumps((fn, args)),
        )  # fmt: skip
        future: Future[Any] = Future()
        future.set_result(pickle.loads(done.stdout))
        return future


def elsewhere() -> Executor:
    """Workers with the code that stands in SEEDSTORM_ELSEWHERE."""
    return Elsewhere(os.environ["SEEDSTORM_ELSEWHERE"])


def test_workers_with_other_code_are_refused_with_a_table_and_what_was_done_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for package in ("sim", "models"):
        shutil.copytree(ROOT / package, tmp_path / "other" / package, ignore=shutil.ignore_patterns("__pycache__"))
    changed = tmp_path / "other" / "models" / "raft" / "node.py"
    changed.write_text(changed.read_text() + "\n# a change that nobody told of\n")
    monkeypatch.setenv("SEEDSTORM_ELSEWHERE", str(tmp_path / "other"))
    words = ["sweep", CALM, "--set", SHORT[0], "--set", SHORT[1], "--save", str(tmp_path), "--plain"]
    assert main([*words, "--seeds", "2", "--executor", "serial"]) == 0
    capsys.readouterr()
    assert main([*words, "--seeds", "9", "--resume", "--executor", "tests.explore.test_killed:elsewhere"]) == 4
    said = capsys.readouterr().err
    assert "these workers would run something else; nothing of theirs is kept" in said
    assert "code" in said
    assert "Traceback" not in said
    assert len(kept_in(tmp_path / "raft-calm" / "sweep.sqlite")) == 2


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (["--executor", "dask:tcp://127.0.0.1:9"], 4, "no Dask scheduler answers at tcp://127.0.0.1:9"),
        (["--executor", "dask:nonsense"], 4, "no Dask scheduler answers at nonsense"),
        (["--seeds", "9..3"], 4, "the range 9..3 ends before it begins: did you mean 3..9?"),
        (["--seeds", "0"], 5, "0 seeds are none: expected 1 or more"),
        (["--seeds", "-4"], 4, "expected a number of seeds"),
        (["--for", "10"], 4, "expected a duration such as"),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_bad_input_is_one_message_and_nothing_is_lost(
    words: list[str], status: int, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setattr("sim.explore.executors.DASK_S", 1)
    file = tmp_path / "raft-calm" / "sweep.sqlite"
    sweep(Order(quick(), range(1, 3)), results=file)
    sets = ["--set", SHORT[0], "--set", SHORT[1]]
    assert main(["sweep", CALM, *sets, "--save", str(tmp_path), *words]) == status
    said = capsys.readouterr().err.strip()
    assert message in said
    assert "\n" not in said
    assert len(kept_in(file)) == 2


def test_a_results_file_cut_short_is_refused_and_left_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "raft-calm" / "sweep.sqlite"
    sweep(Order(quick(), range(1, 60)), results=file)
    whole = file.read_bytes()
    cut = whole[: len(whole) // 2] + b"\xff" * 4096
    file.write_bytes(cut)
    sets = ["--set", SHORT[0], "--set", SHORT[1]]
    assert main(["sweep", CALM, *sets, "--seeds", "60", "--resume", "--jobs", "1", "--save", str(tmp_path)]) == 4
    said = capsys.readouterr().err.strip()
    assert "move it away, or --save another folder" in said
    assert "\n" not in said
    assert file.read_bytes() == cut
