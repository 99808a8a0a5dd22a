"""Rows on disk: what is done is kept, whatever ends the sweep, and a file that is none is refused and left alone."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim.explore.feed import Order
from sim.explore.results import Key, Results, ResultsError
from sim.explore.row import Row
from sim.explore.sweep import sweep
from sim.scenario.loader import load
from tests.explore.test_sweep import CALM, SHORT, raft, rows_of

ROOT = Path(__file__).parents[2]


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
