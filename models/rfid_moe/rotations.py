"""Singular values and right singular vectors by one-sided Jacobi rotations (Hestenes 1958), in plain floats.

What a run computes must have the same bits everywhere, and a BLAS promises none. Products, square roots and quotients
of IEEE 754 are exact to the last bit, and `fsum` rounds once, so a fixed order of rotations is a function of its input.
For matrices of a few hundred entries; numpy has the rest (`spectrum`, `basis`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, sqrt
from operator import mul

SWEEPS = 60
TOLERANCE = 1e-15

Vector = list[float]


@dataclass(frozen=True)
class Decomposition:
    """Falling singular values, and the right singular vectors as rows."""

    values: tuple[float, ...]
    right: tuple[tuple[float, ...], ...]


def dot(one: Sequence[float], other: Sequence[float]) -> float:
    """Rounded once."""
    return fsum(map(mul, one, other))


def decompose(rows: Sequence[Sequence[float]]) -> Decomposition:
    """Of the matrix with these rows, at least as many as it has columns or not."""
    columns = [list(map(float, column)) for column in zip(*rows, strict=True)]
    count = len(columns)
    turned = [[1.0 if i == j else 0.0 for j in range(count)] for i in range(count)]
    for _ in range(SWEEPS):
        if not _sweep(columns, turned):
            break
    norms = [sqrt(dot(column, column)) for column in columns]
    order = sorted(range(count), key=lambda i: (-norms[i], i))
    return Decomposition(tuple(norms[i] for i in order), tuple(tuple(turned[i]) for i in order))


def _sweep(columns: list[Vector], turned: list[Vector]) -> bool:
    """Make each pair of columns orthogonal once. Whether any was not."""
    rotated = False
    for i in range(len(columns) - 1):
        for j in range(i + 1, len(columns)):
            first, second = columns[i], columns[j]
            alpha, beta, gamma = dot(first, first), dot(second, second), dot(first, second)
            if abs(gamma) <= TOLERANCE * sqrt(alpha * beta):
                continue
            rotated = True
            zeta = (beta - alpha) / (2 * gamma)
            tangent = (1.0 if zeta >= 0 else -1.0) / (abs(zeta) + sqrt(1 + zeta * zeta))
            cosine = 1 / sqrt(1 + tangent * tangent)
            _turn(columns, i, j, cosine, tangent * cosine)
            _turn(turned, i, j, cosine, tangent * cosine)
    return rotated


def _turn(vectors: list[Vector], i: int, j: int, cosine: float, sine: float) -> None:
    first, second = vectors[i], vectors[j]
    vectors[i] = [cosine * one - sine * other for one, other in zip(first, second, strict=True)]
    vectors[j] = [sine * one + cosine * other for one, other in zip(first, second, strict=True)]


def norm_above(rows: Sequence[Sequence[int]]) -> int:
    """A whole number that the largest singular value of an integer matrix does not exceed, close to it."""
    greatest = decompose(rows).values[0]
    return int(greatest * (1 + 1e-9)) + 2
