"""Spectra, bases and residuals are what the theorems say they are."""

from math import exp, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rfid_moe.basis import fitted_basis, shared_basis
from models.rfid_moe.experts import Synthetic
from models.rfid_moe.residual import captured_share, draw_projection, expected_share, kept
from models.rfid_moe.rotations import decompose, norm_above
from models.rfid_moe.spectrum import effective_rank, singular_values
from sim import Stream

SEEDS = st.integers(0, 2**32 - 1)


def gaussian(seed: int, *shape: int) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
    return np.random.default_rng(seed).standard_normal(shape)


def test_effective_ranks_that_can_be_computed_by_hand() -> None:
    assert effective_rank([5.0] * 8) == pytest.approx(8)
    p = 9 / 25
    assert effective_rank([3.0, 4.0]) == pytest.approx(exp(-p * np.log(p) - (1 - p) * np.log(1 - p)))
    assert effective_rank([3.0, 4.0]) == pytest.approx(1.922, abs=0.001)
    assert effective_rank([3.0, 4.0], squared=False) == pytest.approx(1.980, abs=0.001)
    assert effective_rank([7.0, 0.0, 0.0]) == 1
    with pytest.raises(ValueError, match="a singular value above 0"):
        effective_rank([0.0, 0.0])


@given(SEEDS, st.floats(0.01, 100))
def test_the_effective_rank_lies_between_one_and_the_rank_whatever_the_scale_and_rotation(seed: int, by: float) -> None:
    matrix = gaussian(seed, 6, 5)
    turned = matrix @ np.linalg.qr(gaussian(seed + 1, 5, 5))[0]
    rank = effective_rank(singular_values(matrix).tolist())
    assert 1 <= rank <= 5
    assert effective_rank((by * singular_values(turned)).tolist()) == pytest.approx(rank)


@given(SEEDS, st.integers(1, 24), st.integers(1, 8))
def test_rotations_find_what_numpy_finds(seed: int, rows: int, columns: int) -> None:
    matrix = gaussian(seed, rows, columns)
    found = decompose(matrix.tolist())
    least = min(rows, columns)
    assert found.values[:least] == pytest.approx(singular_values(matrix).tolist(), abs=1e-9)
    assert found.values[least:] == pytest.approx([0.0] * (columns - least), abs=1e-7)
    right = np.array(found.right)
    assert np.allclose(right @ right.T, np.eye(columns), atol=1e-9)


@given(SEEDS)
def test_a_norm_from_above_is_not_below_and_not_far(seed: int) -> None:
    matrix = np.rint(1000 * gaussian(seed, 12, 8)).astype(int)
    exact = float(singular_values(matrix.astype(np.float64))[0])
    assert exact <= norm_above(matrix.tolist()) <= exact + 3


@given(SEEDS, st.integers(1, 10))
def test_the_error_of_a_shared_basis_is_what_lies_beyond_its_ranks(seed: int, ranks: int) -> None:
    experts = gaussian(seed, 3, 4, 10)
    off = experts - shared_basis(experts, ranks).weights
    assert np.sum(off**2) == pytest.approx(np.sum(singular_values(experts.reshape(12, 10))[ranks:] ** 2), abs=1e-9)


@given(SEEDS, st.integers(1, 5))
def test_a_weighted_basis_is_best_for_its_weights(seed: int, ranks: int) -> None:
    experts, shares = gaussian(seed, 3, 4, 6), np.array([0.7, 0.25, 0.05])

    def error(weights: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]") -> float:
        return float(np.sum(shares[:, None, None] * (experts - weights) ** 2))

    best = error(shared_basis(experts, ranks, shares).weights)
    assert best <= error(shared_basis(experts, ranks).weights) + 1e-12
    scaled = (experts * np.sqrt(shares)[:, None, None]).reshape(12, 6)
    assert best == pytest.approx(float(np.sum(singular_values(scaled)[ranks:] ** 2)), abs=1e-9)


def test_a_fit_in_the_form_of_the_authors_improves_and_ends() -> None:
    experts = gaussian(3, 3, 8, 6)
    errors = [float(np.sum((experts - fitted_basis(experts, 2, 4, n, seed=1).weights) ** 2)) for n in (1, 300)]
    assert errors[1] < 0.8 * errors[0]


@pytest.mark.parametrize("ranks", [0, -1, 7])
def test_ranks_that_a_stack_does_not_have_are_refused(ranks: int) -> None:
    with pytest.raises(ValueError, match="expected 1 to 6"):
        shared_basis(gaussian(1, 3, 4, 6), ranks)


@given(SEEDS, st.integers(1, 60), st.booleans(), st.booleans())
def test_a_projected_residual_is_never_worse(seed: int, buckets: int, signs: bool, equal: bool) -> None:
    residual = gaussian(seed, 6, 10)
    stream = Stream(seed, "P")
    projection = draw_projection(stream, 60, buckets, signs=signs, equal=equal)
    saved = kept(projection, residual)
    left = float(np.sum((residual - saved) ** 2))
    assert left <= np.sum(residual**2) + 1e-9
    assert left == pytest.approx(float(np.sum(residual**2) - np.sum(saved**2)), abs=1e-9)
    assert np.allclose(kept(projection, saved), saved)


SKEWED = np.outer(np.arange(1, 25.0), np.arange(1, 41.0) ** -1.2)


@pytest.mark.parametrize("residual", [gaussian(1, 24, 40), SKEWED, np.ones((24, 40))], ids=["gauss", "skewed", "ones"])
@pytest.mark.parametrize("equal", [False, True])
def test_the_share_that_is_saved_is_that_of_the_theorem(
    residual: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]", equal: bool
) -> None:
    n, q, draws = 960, 29, 250
    found = [captured_share(draw_projection(Stream(s, "P"), n, q, equal=equal), residual) for s in range(draws)]
    mean = sum(found) / draws
    error = sqrt(sum((one - mean) ** 2 for one in found) / (draws - 1) / draws)
    assert abs(mean - expected_share(n, q)) <= 3 * error
    assert expected_share(n, q) == pytest.approx(q / n, rel=1e-9)


def test_without_signs_the_mean_is_saved_on_top() -> None:
    residual = 0.5 + gaussian(2, 60, 80)
    shares = [captured_share(draw_projection(Stream(s, "P"), 4800, 144, signs=False), residual) for s in range(40)]
    assert sum(shares) / 40 == pytest.approx(0.2 + 0.8 * 0.03, abs=0.01)


@pytest.mark.parametrize("buckets", [0, 61])
def test_buckets_that_cannot_be_are_refused(buckets: int) -> None:
    with pytest.raises(ValueError, match="expected 1 to 60"):
        draw_projection(Stream(1), 60, buckets)


def test_synthetic_experts_have_norm_one_and_zipf_routing() -> None:
    layer = Synthetic(rows=12, columns=20, count=8, seed=3)
    weights = layer.weights()
    assert weights.shape == (8, 12, 20)
    assert np.linalg.norm(weights, axis=(1, 2)) == pytest.approx(np.ones(8))
    frequencies, drifted = layer.frequencies(), layer.drifted()
    assert frequencies.sum() == pytest.approx(1)
    assert sorted(frequencies) == pytest.approx(sorted(drifted))
    assert frequencies.max() / frequencies.min() == pytest.approx(8)
    assert frequencies.tolist() != drifted.tolist()
