"""What a run gave, from its frames; and pictures that show what was computed."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from models.tyche import figures
from models.tyche.measures import estimate, outcomes, resident_ns
from sim import SECOND

STATES = pd.DataFrame(
    [
        ("a", "c1", 1, "RESIDENT", 10), ("a", "c1", 1, "USED", 30), ("b", "c1", 2, "RESIDENT", 12),
        ("b", "c1", 2, "DROPPED", 13), ("a", "c1", 3, "LOADING", 40), ("a", "c1", 3, "RESIDENT", 50),
    ],
    columns=["function", "container", "n", "target", "s"],
)  # fmt: skip
STATES["t_ns"] = STATES["s"] * SECOND
STATES["t_s"] = STATES["s"].astype(float)
SERVED = pd.DataFrame(
    [("a", "warm", 0, 3), ("a", "hit", 30, 31), ("b", "warm", 5, 8)], columns=["function", "how", "came", "ended"]
)
SERVED["came_ns"], SERVED["ended_ns"] = SERVED["came"] * SECOND, SERVED["ended"] * SECOND


def test_memory_time_is_what_lay_there_unused() -> None:
    assert resident_ns(STATES, "a", 60 * SECOND) == 30 * SECOND
    assert resident_ns(STATES, "b", 60 * SECOND) == SECOND


def test_an_outcome_counts_hits_delays_and_memory() -> None:
    found = outcomes(SERVED, STATES, {"a": SECOND, "b": SECOND}, {"a": 2000, "b": 1000}, 60 * SECOND)
    assert (found["a"].calls, found["a"].hit.mean, found["a"].delay_ms.mean) == (2, 0.5, 1000)
    assert found["a"].resident == pytest.approx(0.5)
    assert found["a"].gb_hours == pytest.approx(30 / 3600 * 2 * 1000 / 2)


def test_an_interval_is_of_batches() -> None:
    assert estimate([1.0] * 90).half == 0
    assert estimate([float(n % 2) for n in range(90)]).mean == pytest.approx(0.5)
    assert estimate([0.0] * 45 + [1.0] * 45).half > 0.15


def test_every_picture_shows_its_figures() -> None:
    figure: Figure = plt.figure()
    axes = figure.subplots(2, 4).ravel()
    diagonal = figures.hits_against_memory(axes[0]).lines[0]
    assert np.array_equal(np.asarray(diagonal.get_xdata()), np.asarray(diagonal.get_ydata()))
    assert len(figures.windows_in_effect(axes[1]).lines) == 7
    arrived = STATES[["function", "t_s"]]
    plans = pd.DataFrame({"function": ["a"], "t_s": [1.0], "load_after": [SECOND], "drop_after": [9 * SECOND]})
    assert figures.time_line(axes[2], arrived, STATES, plans, "a").get_ylabel() == "a"
    found = {
        name: outcomes(SERVED, STATES, {"a": SECOND, "b": SECOND}, {"a": 1, "b": 1}, 60 * SECOND) for name in ("x", "y")
    }
    assert len(figures.policies_compared(axes[3], found, lambda one: one.hit.mean, "hits").patches) == 4
    assert len(figures.speed_ups(axes[4], found, "x").lines) == 3
    assert len(figures.delays(axes[5], {"x": [1.0, 2.0], "y": [3.0]}).lines) == 2
    assert len(figures.knapsack_ratios(axes[6], {1: [1.0, 0.9]}).lines) == 2
    plt.close(figure)


def test_the_model_loads_neither_pandas_nor_matplotlib() -> None:
    code = "import models.tyche, sys; assert not {'pandas', 'matplotlib', 'numpy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
