"""Spectra of stacked experts and how many directions they really use: the effective rank.

Source: Roy and Vetterli, "The Effective Rank: A Measure of Effective Dimensionality", EUSIPCO 2007. RFID-MoE takes
squared singular values in place of singular values.
"""

from collections.abc import Iterable
from math import exp, fsum, log
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def effective_rank(singular: Iterable[float], *, squared: bool = True) -> float:
    """The exponential of the entropy of p_i = s_i^2 / sum s^2 (or of s_i / sum s): from 1 to the number of values
    above 0.

    Equal values give their number; 0 ln 0 is 0. ValueError if no value is above 0.
    """
    masses = [value * value if squared else value for value in singular]
    total = fsum(masses)
    if not total > 0:
        raise ValueError("a matrix of zeros has no effective rank; expected a singular value above 0")
    shares = [mass / total for mass in masses if mass > 0]
    return exp(-fsum(share * log(share) for share in shares))


def singular_values(matrix: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """Falling."""
    import numpy as np

    return np.asarray(np.linalg.svd(matrix, compute_uv=False), dtype=np.float64)
