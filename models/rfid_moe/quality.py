"""What an answer is worth: sums as an accumulator of 24 bits makes them, errors against the full model, certificates.

Outputs and weights are whole numbers. A sum is rounded to 24 significant bits after each step, as accumulators in
single precision do, so its bits depend on the order of its terms; that is the order of the token's ranking, always.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isqrt

UNIT = 1 << 40
"""Gate weights of one token and layer sum to this."""
BITS = 24
DROP = 24
"""Low bits that leave the sum: an output has UNIT / 2^24 per unit of an expert's output."""
MILLION = 1_000_000

Vector = tuple[int, ...]


def rounded(value: int) -> int:
    """To 24 significant bits."""
    extra = value.bit_length() - BITS
    return ((value + (1 << extra - 1)) >> extra) << extra if extra > 0 else value


def shared_out(scores: Sequence[int]) -> tuple[int, ...]:
    """Weights in proportion to gate scores; they sum to UNIT exactly, the first takes what is left over."""
    total = sum(scores)
    weights = [UNIT * score // total for score in scores]
    if weights:
        weights[0] += UNIT - sum(weights)
    return tuple(weights)


def combined(weights: Sequence[int], outputs: Sequence[Vector]) -> Vector:
    """The weighted sum of outputs, in the order given."""
    sums = [0] * len(outputs[0])
    for weight, output in zip(weights, outputs, strict=True):
        sums = [rounded(so_far + weight * value) for so_far, value in zip(sums, output, strict=True)]
    return tuple(value >> DROP for value in sums)


def square(vector: Sequence[int]) -> int:
    """Its squared length."""
    return sum(value * value for value in vector)


def length_above(vector: Sequence[int]) -> int:
    """A whole number not below its length."""
    return isqrt(square(vector)) + 1


@dataclass(frozen=True)
class Term:
    """One expert in a sum: its weight there, the weight that the full model gives it, and how large its errors can be.

    `norm` bounds the largest singular value of the full expert, `certificate` that of the difference to what was used
    (0 if it was used itself).
    """

    weight: int
    wanted: int
    norm: int
    certificate: int


def bound(terms: Sequence[Term], length: int, size: int) -> int:
    """What |output - output of the full model| cannot exceed, for a token of this length and outputs of `size` numbers.

    Of each expert w' W~ x - w W x = w' (W~ - W) x + (w' - w) W x. Both sums are rounded at each step, which costs at
    most 2^-23 of what is summed each time.
    """
    exact = sum(term.weight * term.certificate + abs(term.weight - term.wanted) * term.norm for term in terms)
    summed = sum(max(term.weight, term.wanted) * (term.norm + term.certificate) for term in terms)
    rounding = 2 * (len(terms) + 1) * summed >> 23
    return ((exact + rounding + 1) * length >> DROP) + size + 1


def relative(squares: int, truth: int) -> int:
    """The root of `squares` over that of `truth`, in millionths, rounded down."""
    return isqrt(squares * MILLION * MILLION // max(1, truth))
