"""Allocations at one budget of bytes: what must hold holds, and what is reported is computed."""

import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from models.rfid_moe.experiments import (
    NAMES,
    Budget,
    against_uniform,
    allocation,
    interval,
    output_error,
    residual_against_ranks,
    spectra_of,
    weight_error,
)
from models.rfid_moe.experts import Synthetic

SMALL = Synthetic(rows=16, columns=24, count=16)
SEEDS = range(1, 6)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_optimum_is_below_every_other_allocation_when_use_is_as_calibrated(seed: int) -> None:
    layer = replace(SMALL, seed=seed)
    spectra, total, use = spectra_of(layer), Budget().ranks(layer), layer.frequencies()
    best = weight_error(spectra, allocation(spectra, "optimum", total), use, weighted=True)
    for name in ("uniform", "frequency", "rank", "fused", "0.3"):
        ranks = allocation(spectra, name, total)
        assert sum(ranks) == total
        assert best <= weight_error(spectra, ranks, use) + 1e-12
        assert best <= weight_error(spectra, ranks, use, weighted=True) + 1e-12


@pytest.mark.parametrize("name", ["uniform", "fused", "optimum"])
def test_more_bytes_are_never_worse(name: str) -> None:
    spectra, use = spectra_of(SMALL), SMALL.frequencies()
    budgets = [Budget(keep).ranks(SMALL) for keep in (0.2, 0.4, 0.6, 0.8)]
    errors = [
        weight_error(spectra, allocation(spectra, name, total), use, weighted=name == "optimum") for total in budgets
    ]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < errors[0]


def test_xi_of_nothing_and_of_one_are_frequency_and_rank() -> None:
    spectra, total = spectra_of(SMALL), Budget().ranks(SMALL)
    assert allocation(spectra, "0", total) == allocation(spectra, "frequency", total)
    assert allocation(spectra, "1", total) == allocation(spectra, "rank", total)


@pytest.mark.parametrize("eta", [0.0, 0.03])
@pytest.mark.parametrize("keep", [0.2, 0.4, 0.7])
def test_every_byte_is_counted_and_none_is_spent_beyond_the_budget(keep: float, eta: float) -> None:
    budget = Budget(keep, eta)
    dense = SMALL.count * SMALL.rows * SMALL.columns * 2
    spectra, total = spectra_of(SMALL), budget.ranks(SMALL)
    spent = budget.bytes_of(SMALL, allocation(spectra, "fused", total))
    per_rank = 2 * (4 * SMALL.rows + SMALL.columns)
    assert keep * dense - per_rank < spent <= keep * dense
    assert Budget(keep, 0.03).ranks(SMALL) < Budget(keep).ranks(SMALL)


def test_errors_by_spectra_are_those_of_the_matrices() -> None:
    layer = replace(SMALL, seed=2)
    spectra, use = spectra_of(layer), np.full(layer.count, 1 / layer.count)
    ranks = allocation(spectra, "uniform", Budget().ranks(layer))
    by_weight, by_output = weight_error(spectra, ranks, use), output_error(layer, spectra, ranks, use, tokens=400)
    assert by_output == pytest.approx(by_weight**0.5, rel=0.1)  # tokens are isotropic, experts of equal norm


def test_frequency_pays_while_use_is_as_calibrated_and_costs_after_a_full_drift() -> None:
    found = against_uniform(SMALL, range(1, 13), NAMES)
    assert found["as calibrated"]["optimum"].below == 12
    assert found["as calibrated"]["frequency"].mean < 1 < found["full drift"]["frequency"].mean
    assert found["full drift"]["fused"].mean < found["full drift"]["frequency"].mean


def test_at_equal_bytes_more_ranks_save_more_than_a_fixed_projection() -> None:
    """What the documentation says of residuals: synthetic matrices, one kept share."""
    gauss = np.random.default_rng(1).standard_normal((96, 256))
    steep = Synthetic(rows=96, columns=256, count=1, exponents=(0.6, 0.6)).weights()[0]
    for matrix in (gauss, steep):
        saved = [residual_against_ranks(matrix, 24, 0.03, seed) for seed in range(6)]
        assert sum(one.eta for one in saved) / 6 == pytest.approx(saved[0].expected, abs=0.004)
        assert saved[0].ranks > 1.5 * saved[0].expected


def test_an_interval_is_of_seeds() -> None:
    found = interval([0.9, 1.1, 0.9, 1.1])
    assert (found.count, found.below) == (4, 2)
    assert found.mean == pytest.approx(1.0)
    assert found.half == pytest.approx(1.96 * 0.1155 / 2, abs=0.001)


CODE = """
from models.rfid_moe.experiments import Budget, allocation, spectra_of
from models.rfid_moe.experts import Synthetic
layer = Synthetic(rows=32, columns=48, count=8, seed=5)
print([allocation(spectra_of(layer), name, Budget().ranks(layer)) for name in ("rank", "fused", "frequency")])
"""


def test_ranks_are_the_same_with_any_number_of_threads() -> None:
    found = []
    for threads in ("1", "2"):
        names = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
        chosen = {**os.environ, **dict.fromkeys(names, threads)}
        done = subprocess.run([sys.executable, "-c", CODE], check=True, capture_output=True, text=True, env=chosen)
        found.append(done.stdout)
    assert found[0] == found[1]
