"""How many ranks each group of experts gets: all of them, exactly, by largest remainders within bounds.

Scores are floats until here. They become whole numbers first, and from then on everything is exact, so the same scores
give the same ranks whatever library summed them, with however many threads.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from math import fsum
from typing import Literal

Normalisation = Literal["share", "max", "minmax"]
SCALE = 1 << 20


class Infeasible(ValueError):
    """No allocation has one rank for each group, at most all of its ranks, and the budget in sum."""


def normalised(values: Sequence[float], how: Normalisation) -> list[float]:
    """Values of 0 or more made comparable: their shares, over their greatest, or from 0 to 1. None may be negative."""
    if any(value < 0 for value in values):
        raise ValueError(f"expected values of 0 or more, found {min(values)}")
    low = min(values) if how == "minmax" else 0.0
    span = fsum(values) if how == "share" else max(values) - low
    return [(value - low) / span if span else 1.0 for value in values]


def fused(
    ranks: Sequence[float], frequencies: Sequence[float], xi: float, how: Normalisation = "share"
) -> tuple[int, ...]:
    """C = xi E + (1 - xi) F in units of 2^-20, rounded half to even: E from effective ranks, F from frequencies.

    Source: RFID-MoE as two secondary readings agree, xi = 0.8; which normalisation it takes is not settled by them.
    """
    pairs = zip(normalised(ranks, how), normalised(frequencies, how), strict=True)
    return tuple(round(SCALE * (xi * one + (1 - xi) * other)) for one, other in pairs)


def allocate(scores: Sequence[int], full: Sequence[int], budget: int) -> tuple[int, ...]:
    """`budget` ranks in proportion to `scores`: 1 <= K_g <= full_g and sum K_g = budget, or Infeasible.

    The share of g is clip(lambda C_g, 1, full_g), where lambda is the one for which shares sum to the budget. Floors
    are taken, and what is left goes one each to the largest fractions (Hamilton), ties to the lower group. Groups of
    score 0 have one rank unless positive scores cannot take all; then they share the rest equally.
    """
    _refuse(scores, full, budget)
    positive = [g for g, score in enumerate(scores) if score]
    zeros = [g for g, score in enumerate(scores) if not score]
    most = sum(full[g] for g in positive)
    ranks = [1] * len(scores)
    if zeros and budget - len(zeros) > most:
        for g in positive:
            ranks[g] = full[g]
        _spread(ranks, zeros, [1] * len(scores), full, budget - most)
    elif positive:
        _spread(ranks, positive, scores, full, budget - len(zeros))
    return tuple(ranks)


def _refuse(scores: Sequence[int], full: Sequence[int], budget: int) -> None:
    if len(scores) != len(full) or not scores:
        raise ValueError(f"{len(scores)} scores for {len(full)} groups; expected one each, and at least one")
    if min(scores) < 0 or min(full) < 1:
        raise ValueError("expected scores of 0 or more and full ranks of 1 or more")
    if budget < len(scores):
        raise Infeasible(f"a budget of {budget} ranks; expected at least {len(scores)}, one for each group")
    if budget > sum(full):
        raise Infeasible(f"a budget of {budget} ranks; expected at most {sum(full)}, all there are")


def _spread(ranks: list[int], among: Sequence[int], scores: Sequence[int], full: Sequence[int], budget: int) -> None:
    factor = _factor([scores[g] for g in among], [full[g] for g in among], budget)
    shares = {g: min(max(factor * scores[g], Fraction(1)), Fraction(full[g])) for g in among}
    for g, share in shares.items():
        ranks[g] = int(share)
    inside = [g for g in among if 1 < shares[g] < full[g]]
    inside.sort(key=lambda g: (ranks[g] - shares[g], g))
    for g in inside[: budget - sum(ranks[g] for g in among)]:
        ranks[g] += 1


def _factor(scores: Sequence[int], full: Sequence[int], budget: int) -> Fraction:
    """The lambda at which clipped shares sum to the budget: a line between two neighbouring corners."""

    def total(factor: Fraction) -> Fraction:
        return sum(
            (min(max(factor * c, Fraction(1)), Fraction(f)) for c, f in zip(scores, full, strict=True)), Fraction()
        )

    corners = sorted({Fraction(bound, c) for c, f in zip(scores, full, strict=True) for bound in (1, f)})
    if total(corners[0]) >= budget:
        return corners[0]
    for low, high in pairwise(corners):
        below, above = total(low), total(high)
        if above >= budget:
            return low + (high - low) * (budget - below) / (above - below)
    return corners[-1]


def floor_max(scores: Sequence[int], budget: int) -> tuple[int, ...]:
    """The rule as it is described: max(1, floor(K C_g / sum C)). It keeps no budget; see the mutant of its name."""
    return tuple(max(1, budget * score // max(1, sum(scores))) for score in scores)
