"""Experiments of compression at one budget of bytes: allocations, xi, residuals and drift, with intervals over seeds.

All experts are synthetic. The errors are of weights, sum f_e |W_e - W~_e|^2 / sum f_e |W_e|^2, and of outputs on random
tokens, weighted by gates. Nothing here says anything of a language model's quality.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt
from typing import TYPE_CHECKING

from models.rfid_moe.allocation import Normalisation, allocate, floor_max, fused
from models.rfid_moe.basis import shared_basis
from models.rfid_moe.experts import Synthetic
from models.rfid_moe.grouping import Groups, groups_by_frequency
from models.rfid_moe.residual import captured_share, draw_projection
from models.rfid_moe.spectrum import effective_rank
from sim import Stream

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NUMBER = 2
"""Bytes of a number (bfloat16)."""
INDEX = 2
"""Bytes of an expert's index in its group, and of a group's count of ranks."""
SCALE_BYTES = 4
SEED_BYTES = 8


@dataclass(frozen=True)
class Budget:
    """Bytes for one layer: `keep` of the dense matrices' bytes; `eta` of their numbers go to residuals."""

    keep: float = 0.4
    eta: float = 0.0
    group: int = 4

    def buckets(self, layer: Synthetic) -> int:
        """Numbers of eta in each group."""
        return int(self.eta * self.group * layer.rows * layer.columns)

    def ranks(self, layer: Synthetic) -> int:
        """Ranks of the whole layer that the bytes buy once indices, scales, seeds and eta are paid."""
        groups = layer.count // self.group
        dense = layer.count * layer.rows * layer.columns * NUMBER
        left = int(self.keep * dense) - groups * self.overhead(layer)
        return left // (NUMBER * (self.group * layer.rows + layer.columns))

    def overhead(self, layer: Synthetic) -> int:
        """Bytes of a group beside its ranks: indices, its count, a scale for each factor and the basis, eta and P's
        seed.
        """
        fixed = INDEX * (self.group + 1) + SCALE_BYTES * (self.group + 1)
        buckets = self.buckets(layer)
        return fixed + (NUMBER * buckets + SEED_BYTES if buckets else 0)

    def bytes_of(self, layer: Synthetic, ranks: Sequence[int]) -> int:
        """What an allocation costs."""
        per_rank = NUMBER * (self.group * layer.rows + layer.columns)
        return sum(ranks) * per_rank + len(ranks) * self.overhead(layer)


@dataclass(frozen=True)
class Spectra:
    """What allocations need of a layer: groups, effective ranks, frequencies, and each expert's error by ranks kept.

    `left[e, K]` is |W_e - A_e B|^2 with K ranks of the group's own basis; `weighted` the same for bases by frequency.
    `gains[g]` are the weighted squared singular values of group g.
    """

    groups: Groups
    effective: tuple[float, ...]
    frequencies: "NDArray[np.float64]"
    left: "NDArray[np.float64]"
    weighted: "NDArray[np.float64]"
    gains: "NDArray[np.float64]"

    @property
    def full(self) -> tuple[int, ...]:
        """Ranks of each stack."""
        return (self.left.shape[1] - 1,) * len(self.groups)

    @property
    def group_frequencies(self) -> list[float]:
        """Of the groups."""
        return [float(sum(self.frequencies[expert] for expert in group)) for group in self.groups]


def spectra_of(layer: Synthetic, group: int = 4) -> Spectra:
    """One SVD for each group, and one more for the weighted stack."""
    import numpy as np

    weights, frequencies = layer.weights(), layer.frequencies()
    counts = [round(2**30 * float(share)) for share in frequencies]
    groups = groups_by_frequency(counts, group)
    full = min(group * layer.rows, layer.columns)
    left, weighted = np.zeros((layer.count, full + 1)), np.zeros((layer.count, full + 1))
    effective, gains = [], []
    for members in groups:
        experts, shares = weights[list(members)], frequencies[list(members)]
        values = _left(experts, np.ones(len(members)), left, members)
        gains.append(_left(experts, shares, weighted, members) ** 2)
        effective.append(effective_rank(values.tolist()))
    return Spectra(groups, tuple(effective), frequencies, left, weighted, np.stack(gains))


def _left(
    experts: "NDArray[np.float64]", shares: "NDArray[np.float64]", into: "NDArray[np.float64]", members: Sequence[int]
) -> "NDArray[np.float64]":
    """Fill in errors by ranks; returns the singular values of the (scaled) stack."""
    import numpy as np

    k, p, d = experts.shape
    scaled = experts * np.sqrt(shares)[:, None, None]
    _, values, right = np.linalg.svd(scaled.reshape(k * p, d), full_matrices=False)
    energy = np.sum((experts @ right.T) ** 2, axis=1)
    total = np.sum(experts**2, axis=(1, 2))
    for place, expert in enumerate(members):
        into[expert, 0] = total[place]
        into[expert, 1:] = np.maximum(total[place] - np.cumsum(energy[place]), 0)
    return np.asarray(values, dtype=np.float64)


def optimum(spectra: Spectra, budget: int) -> tuple[int, ...]:
    """The best ranks for the weighted error: every rank costs the same, so the largest gains of all groups are
    taken.
    """
    order = sorted((-gain, g, i) for g, gains in enumerate(spectra.gains.tolist()) for i, gain in enumerate(gains))
    ranks = [0] * len(spectra.groups)
    for _, group, _ in order[:budget]:
        ranks[group] += 1
    return tuple(ranks)


def allocation(spectra: Spectra, name: str, budget: int, how: Normalisation = "share") -> tuple[int, ...]:
    """Ranks by the name of an allocation: uniform, frequency, rank, fused, floor_max, optimum, or a xi as text."""
    groups = len(spectra.groups)
    if name == "optimum":
        return optimum(spectra, budget)
    if name == "uniform":
        return allocate([1] * groups, spectra.full, budget)
    xi = {"frequency": 0.0, "rank": 1.0, "fused": 0.8, "floor_max": 0.8}.get(name)
    scores = fused(spectra.effective, spectra.group_frequencies, float(name) if xi is None else xi, how)
    if name == "floor_max":
        return tuple(min(one, most) for one, most in zip(floor_max(scores, budget), spectra.full, strict=True))
    return allocate(scores, spectra.full, budget)


def weight_error(
    spectra: Spectra, ranks: Sequence[int], use: "NDArray[np.float64]", *, weighted: bool = False
) -> float:
    """Sum f_e |W_e - W~_e|^2 over sum f_e |W_e|^2, for the frequencies in use. `weighted`: bases by calibration."""
    left = spectra.weighted if weighted else spectra.left
    lost = total = 0.0
    for group, kept in zip(spectra.groups, ranks, strict=True):
        for expert in group:
            lost += float(use[expert] * left[expert, kept])
            total += float(use[expert] * left[expert, 0])
    return lost / total


def output_error(
    layer: Synthetic,
    spectra: Spectra,
    ranks: Sequence[int],
    use: "NDArray[np.float64]",
    top: int = 4,
    tokens: int = 200,
) -> float:
    """|sum g (W - W~) x| over |sum g W x|, as a root mean square over random tokens routed by the frequencies in
    use.
    """
    import numpy as np

    random = np.random.default_rng([layer.seed, 4])
    weights = layer.weights()
    stand_in = np.zeros_like(weights)
    for group, kept in zip(spectra.groups, ranks, strict=True):
        if kept:
            stand_in[list(group)] = shared_basis(weights[list(group)], kept).weights
    lost = total = 0.0
    for _ in range(tokens):
        token = random.standard_normal(layer.columns)
        chosen = random.choice(layer.count, size=top, replace=False, p=use)
        gates = random.dirichlet(np.ones(top))
        full = np.tensordot(gates, weights[chosen] @ token, axes=1)
        off = full - np.tensordot(gates, stand_in[chosen] @ token, axes=1)
        lost, total = lost + float(off @ off), total + float(full @ full)
    return sqrt(lost / total)


@dataclass(frozen=True)
class Interval:
    """A mean over seeds and half of its 95% interval (normal), how many seeds there are, and in how many it is below
    1.
    """

    mean: float
    half: float
    count: int
    below: int

    def __str__(self) -> str:
        return f"{self.mean:.3f} +- {self.half:.3f} ({self.below} of {self.count} below)"


def interval(values: Sequence[float]) -> Interval:
    """Of values by seed."""
    mean = sum(values) / len(values)
    spread = sqrt(sum((value - mean) ** 2 for value in values) / max(1, len(values) - 1))
    return Interval(mean, 1.96 * spread / sqrt(len(values)), len(values), sum(value < 1 for value in values))


NAMES = ("uniform", "frequency", "rank", "fused", "floor_max", "optimum")
Use = Callable[[Synthetic], "NDArray[np.float64]"]
USES: Mapping[str, Use] = {"as calibrated": Synthetic.frequencies, "full drift": Synthetic.drifted}


def against_uniform(
    layer: Synthetic, seeds: Sequence[int], names: Sequence[str] = NAMES, budget: Budget = Budget(),
    how: Normalisation = "share",
) -> dict[str, dict[str, Interval]]:  # fmt: skip
    """Weight errors over that of `uniform` at the same bytes: use -> allocation -> interval over seeds."""
    ratios: dict[str, dict[str, list[float]]] = {use: {name: [] for name in names} for use in USES}
    for seed in seeds:
        drawn = replace(layer, seed=seed)
        spectra, total = spectra_of(drawn, budget.group), budget.ranks(drawn)
        for use, frequencies in USES.items():
            shares = frequencies(drawn)
            base = weight_error(spectra, allocation(spectra, "uniform", total), shares)
            for name in names:
                ranks = allocation(spectra, name, total, how)
                ratios[use][name].append(weight_error(spectra, ranks, shares, weighted=name == "optimum") / base)
    return {use: {name: interval(values) for name, values in by.items()} for use, by in ratios.items()}


def outputs_against_uniform(
    layer: Synthetic, seeds: Sequence[int], names: Sequence[str] = NAMES, budget: Budget = Budget()
) -> dict[str, dict[str, Interval]]:
    """The same for errors of outputs, without the optimum, which is one for weights."""
    ratios: dict[str, dict[str, list[float]]] = {use: {name: [] for name in names} for use in USES}
    for seed in seeds:
        drawn = replace(layer, seed=seed)
        spectra, total = spectra_of(drawn, budget.group), budget.ranks(drawn)
        for use, frequencies in USES.items():
            shares = frequencies(drawn)
            base = output_error(drawn, spectra, allocation(spectra, "uniform", total), shares)
            for name in names:
                error = output_error(drawn, spectra, allocation(spectra, name, total), shares)
                ratios[use][name].append(error / base)
    return {use: {name: interval(values) for name, values in by.items()} for use, by in ratios.items()}


@dataclass(frozen=True)
class Saved:
    """What share of the squared error is saved by eta, and by the ranks that the same bytes buy; what theory says of
    eta.
    """

    eta: float
    ranks: float
    expected: float


def residual_against_ranks(matrix: "NDArray[np.float64]", kept: int, share: float, seed: int) -> Saved:
    """For one matrix with `kept` ranks: q = share of its numbers as eta, or so many numbers as more ranks, rounded
    down.
    """
    import numpy as np

    rows, columns = matrix.shape
    left, values, right = np.linalg.svd(matrix, full_matrices=False)
    residual = matrix - (left[:, :kept] * values[:kept]) @ right[:kept]
    buckets = int(share * matrix.size)
    projection = draw_projection(Stream(seed, "P"), matrix.size, buckets)
    more = buckets // (rows + columns)
    rest = float(np.sum(values[kept:] ** 2))
    return Saved(
        captured_share(projection, residual),
        float(np.sum(values[kept : kept + more] ** 2)) / rest,
        buckets / matrix.size,
    )
