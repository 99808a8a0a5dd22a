"""A Latin hypercube uses each stratum of each range once, and its cells count what failed where."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.cli import main
from sim.explore.feed import Order
from sim.explore.sensitivity import CELLS, Axis, parse_range_axis, sampled, sense
from sim.scenario.loader import load
from sim.world.units import MS
from tests.explore.stage import race

Out = pytest.CaptureFixture[str]


def axis(path: str) -> Axis:
    return Axis(path, 0, 10**9, str)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 40), st.integers(0, 2**32))
def test_each_stratum_of_each_range_is_used_once(count: int, seed: int) -> None:
    axes = [axis("a"), axis("b"), axis("c")]
    points = sampled(axes, count, seed)
    assert points == sampled(axes, count, seed)
    for place in range(3):
        grain = 10**7  # values have few digits, and may so fall to the end of the stratum before
        strata = sorted((at[place] + grain) * count // 10**9 for at in points)
        assert all(abs(stratum - number) <= 1 for number, stratum in enumerate(strata))


@pytest.mark.parametrize(
    ("text", "low", "high", "shown"),
    [
        ("network.loss=0%..10%", 0, 10**8, "10%"),
        ("a.b=5ms..2s", 5 * MS, 2000 * MS, "2s"),
        ("n=1..64", 1, 64, "64"),
        ("m=512B..4KiB", 512, 4096, "4096B"),
    ],
)
def test_a_range_is_read_in_its_unit(text: str, low: int, high: int, shown: str) -> None:
    found = parse_range_axis(text)
    assert (found.low, found.high, found.show(found.high)) == (low, high, shown)


def test_cells_show_where_runs_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    loaded = load(race(tmp_path, "sensed_race", "{uniform: [1ms, 2ms]}"))
    order = Order(loaded, range(1, 61))
    late = parse_range_axis("network.latency.uniform.1=2ms..60ms")
    found = sense(order, [late, parse_range_axis("network.loss=0%..1%")], "serial")
    cells = found.along(0)
    assert len(cells) == CELLS
    assert sum(cell.decided for cell in cells) == 60
    assert cells[0].failed < cells[-1].failed
    plane = found.plane(0, 1)
    assert sum(cell.failed for row in plane for cell in row) == sum(cell.failed for cell in cells)
    again = sense(order, [late, parse_range_axis("network.loss=0%..1%")], "process:2")
    assert [(at, row.fingerprint) for at, row in again.samples] == [(at, row.fingerprint) for at, row in found.samples]


def test_the_command_prints_a_table_for_each_range_and_a_map(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Out
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    path = str(race(tmp_path, "mapped_race", "{uniform: [1ms, 40ms]}"))
    words = ["sweep", path, "--seeds", "20", "--executor", "serial", "--no-save"]
    ranges = ["--range", "network.loss=0%..50%", "--range", "network.duplicate=0%..50%"]
    status = main([*words, *ranges, "--plain"])
    out = capsys.readouterr().out
    assert "20 samples of a Latin hypercube" in out
    assert "network.loss  failed  of  share  95%" in out
    assert "network.loss \\ network.duplicate" in out
    assert main([*words, *ranges, "--json"]) == status
    found = json.loads(capsys.readouterr().out)
    assert len(found["samples"]) == 20
    assert sum(cell["decided"] for cell in found["ranges"][0]["cells"]) == 20


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--range", "network.loss=10%..0%"], "ends before it begins"),
        (["--range", "network.loss=0%"], "expected PATH=LOW..HIGH such as network.loss=0%..10%"),
        (["--range", "network.loss=0%..3s"], "expected two numbers of one unit"),
        (["--range", "network.lss=0%..1%"], "unknown key, did you mean 'loss'?"),
        (["--range", "network.loss=0%..1%", "--resume"], "--range and --resume do not go together"),
        (["--range", "network.loss=0%..1%", "--range", "network.loss=0%..2%"], "one path is given twice"),
    ],
)
def test_bad_ranges_are_told_in_words(
    words: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Out
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    path = str(race(tmp_path, "bad_ranges"))
    assert main(["sweep", path, "--seeds", "3", "--executor", "serial", *words]) == 4
    said = capsys.readouterr().err
    assert message in said
    assert "Traceback" not in said
