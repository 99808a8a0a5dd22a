"""Compressed shadows of served experts: what a release of the compressed model holds, and how a node puts one together.

A release says how many ranks each group of each layer has, under one budget of bytes for its image. The image of a
shadow has three parts of one release: its own factor A_e, the group's basis B_g, and eta with the name of its
projection P. Parts of two releases never meet in one expert. A certificate is of one matrix: a bound of |W - W~| and
the digest of W~.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b

from models.rfid_moe.allocation import Infeasible, Normalisation, allocate, fused
from models.rfid_moe.bank import ONE, Bank, Matrix, Shape, bank_of
from models.rfid_moe.grouping import Groups, group_counts, groups_by_frequency
from models.rfid_moe.residual import Projection, draw_projection
from models.rfid_moe.rotations import Decomposition, decompose, norm_above
from models.rfid_moe.spectrum import effective_rank
from sim import Message, Stream

THOUSAND = 1000


@dataclass(frozen=True)
class Recipe:
    """How a release is made: what share of bytes it keeps, xi and eta's share, all in thousandths."""

    keep: int
    xi: int = 800
    eta: int = 30
    normalise: Normalisation = "share"


class Factor(Message):
    """A_e, rows x ranks, with 16 bits behind the point."""

    release: int
    rows: tuple[tuple[int, ...], ...]


class Basis(Message):
    """B_g, ranks x columns, with 16 bits behind the point."""

    release: int
    rows: tuple[tuple[int, ...], ...]


class Residue(Message):
    """eta of a group: for each bucket eta_b / sqrt(n_b), which is what its entries get; P is drawn from the names."""

    release: int
    layer: int
    group: int
    values: tuple[int, ...]


@dataclass(frozen=True)
class Image:
    """The parts of one shadow. `place` is that of the expert in its group."""

    factor: Factor
    basis: Basis
    residue: Residue
    place: int


@dataclass(frozen=True)
class Certificate:
    """`norm` bounds the largest singular value of W - W~ (times ONE); `digest` is of W~."""

    norm: int
    digest: bytes


@dataclass(frozen=True)
class LayerPlan:
    """One layer of a release: groups, and the ranks of each."""

    groups: Groups
    ranks: tuple[int, ...]
    full: tuple[int, ...]
    budget: int


def digest_of(matrix: Matrix) -> bytes:
    """Eight bytes that tell one matrix from another."""
    return blake2b(repr(matrix).encode(), digest_size=8).digest()


def projection_of(shape: Shape, release: int, layer: int, group: int, buckets: int) -> Projection:
    """P of a group in a release: drawn from a stream of these names, so its seed is all that an image must hold."""
    stream = Stream(shape.seed, "P", release, layer, group)
    return draw_projection(stream, shape.group * shape.rows * shape.columns, buckets)


class Assembly:
    """Puts W~ together from the parts of an image."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape

    def matrix(self, image: Image) -> Matrix:
        """A B + P eta of one expert."""
        product = _product(image.factor.rows, image.basis.rows, self._shape.columns)
        residue, cells = image.residue, self._shape.rows * self._shape.columns
        projection = self.projection(residue)
        start = image.place * cells
        added = [projection.sign[at] * residue.values[projection.bucket[at]] for at in range(start, start + cells)]
        wide = self._shape.columns
        return tuple(tuple(value + added[r * wide + c] for c, value in enumerate(row)) for r, row in enumerate(product))

    def digest(self, matrix: Matrix) -> bytes:
        """Of what was put together."""
        return digest_of(matrix)

    def projection(self, residue: Residue) -> Projection:
        """The P that eta was made with."""
        return projection_of(self._shape, residue.release, residue.layer, residue.group, len(residue.values))


def _product(factor: Matrix, basis: Matrix, wide: int) -> Matrix:
    columns = [tuple(row[c] for row in basis) for c in range(wide)]
    return tuple(tuple((sum(map(int.__mul__, row, column)) + ONE // 2) // ONE for column in columns) for row in factor)


class Release:
    """One compression of a bank: plans for its layers, images and certificates. `number` is 1 or more."""

    def __init__(self, bank: Bank, number: int, plans: Sequence[LayerPlan], eta: int) -> None:
        self.number = number
        self.plans = tuple(plans)
        self.buckets = buckets_of(bank.shape, eta)
        self._bank = bank
        self._images: dict[tuple[int, int], Image] = {}
        self._certificates: dict[tuple[int, int], Certificate] = {}
        for layer in range(bank.shape.layers):
            self._compress(layer)

    def image(self, layer: int, expert: int) -> Image:
        """The parts of an expert's shadow."""
        return self._images[layer, expert]

    def certificate(self, layer: int, expert: int) -> Certificate:
        """What is certified of it."""
        return self._certificates[layer, expert]

    def ranks_of(self, layer: int, expert: int) -> int:
        """Ranks of its group."""
        return len(self._images[layer, expert].basis.rows)

    def _compress(self, layer: int) -> None:
        plan = self.plans[layer]
        for group, (members, ranks) in enumerate(zip(plan.groups, plan.ranks, strict=True)):
            basis = tuple(
                tuple(round(ONE * value) for value in vector)
                for vector in _stack(self._bank, layer, members).right[:ranks]
            )
            self._group(layer, group, members, Basis(self.number, basis))

    def _group(self, layer: int, group: int, members: tuple[int, ...], basis: Basis) -> None:
        bank, shape = self._bank, self._bank.shape
        factors = [Factor(self.number, _factor(bank.weights(layer, expert), basis.rows)) for expert in members]
        rest: list[int] = []
        for expert, factor in zip(members, factors, strict=True):
            rest += _difference(bank.weights(layer, expert), _product(factor.rows, basis.rows, shape.columns))
        projection = projection_of(shape, self.number, layer, group, self.buckets)
        residue = Residue(self.number, layer, group, _means(projection, rest, self.buckets))
        assembly = Assembly(shape)
        for place, (expert, factor) in enumerate(zip(members, factors, strict=True)):
            image = self._images[layer, expert] = Image(factor, basis, residue, place)
            matrix = assembly.matrix(image)
            off = _difference(bank.weights(layer, expert), matrix)
            rows = [off[at : at + shape.columns] for at in range(0, len(off), shape.columns)]
            self._certificates[layer, expert] = Certificate(norm_above(rows), digest_of(matrix))


@cache
def _stack_cached(shape: Shape, layer: int, members: tuple[int, ...]) -> Decomposition:
    bank = bank_of(shape)
    return decompose([row for expert in members for row in bank.weights(layer, expert)])


def _stack(bank: Bank, layer: int, members: tuple[int, ...]) -> Decomposition:
    return _stack_cached(bank.shape, layer, members)


def _factor(weights: Matrix, basis: Matrix) -> tuple[tuple[int, ...], ...]:
    """W B', rows of B being orthonormal up to their last bit."""
    return tuple(tuple((sum(map(int.__mul__, row, vector)) + ONE // 2) // ONE for vector in basis) for row in weights)


def _difference(one: Matrix, other: Matrix) -> list[int]:
    return [a - b for row, stood in zip(one, other, strict=True) for a, b in zip(row, stood, strict=True)]


def _means(projection: Projection, rest: Sequence[int], buckets: int) -> tuple[int, ...]:
    """The mean of s_i R_i in each bucket, rounded to the nearest."""
    sums, sizes = [0] * buckets, [0] * buckets
    for bucket, sign, value in zip(projection.bucket, projection.sign, rest, strict=True):
        sums[bucket] += sign * value
        sizes[bucket] += 1
    return tuple((2 * total + size) // (2 * size) if size else 0 for total, size in zip(sums, sizes, strict=True))


def buckets_of(shape: Shape, eta: int) -> int:
    """Q for a group: eta thousandths of its numbers, at least one."""
    return max(1, shape.group * shape.rows * shape.columns * eta // THOUSAND)


class Allocation:
    """How many ranks each group of a layer gets. `scores` are fused ones, `full` the most each can use."""

    def ranks(self, scores: Sequence[int], full: Sequence[int], budget: int) -> tuple[int, ...]:
        """Exactly the budget, or Infeasible."""
        return allocate(scores, full, budget)


def rank_budget(shape: Shape, recipe: Recipe) -> int:
    """Ranks of one layer that fit into the share of numbers kept, after eta has taken its own."""
    numbers = shape.experts * shape.rows * shape.columns * recipe.keep // THOUSAND
    numbers -= shape.experts // shape.group * buckets_of(shape, recipe.eta)
    return max(0, numbers) // (shape.group * shape.rows + shape.columns)


def plans_of(shape: Shape, recipe: Recipe, allocation: Allocation) -> tuple[LayerPlan, ...]:
    """Ranks for every layer, by calibrated frequency and effective rank. Infeasible if the budget cannot be met."""
    bank, budget, plans = bank_of(shape), rank_budget(shape, recipe), []
    for layer, counts in enumerate(bank.calibration):
        groups = groups_by_frequency(counts, shape.group)
        dense = [effective_rank(_stack(bank, layer, members).values) for members in groups]
        scores = fused(dense, list(map(float, group_counts(counts, groups))), recipe.xi / THOUSAND, recipe.normalise)
        full = [min(shape.group * shape.rows, shape.columns)] * len(groups)
        plans.append(LayerPlan(groups, allocation.ranks(scores, full, budget), tuple(full), budget))
    return tuple(plans)


@cache
def _release(shape: Shape, number: int, plans: tuple[LayerPlan, ...], eta: int) -> Release:
    return Release(bank_of(shape), number, plans, eta)


@cache
def reference_plans(shape: Shape, recipe: Recipe) -> tuple[LayerPlan, ...]:
    """The plans of the reference; Infeasible if there are none."""
    return plans_of(shape, recipe, Allocation())


def release_of(shape: Shape, number: int, recipe: Recipe, allocation: Allocation | None = None) -> Release:
    """One for each (shape, number, plans): it is the same in every run. Infeasible if there is none."""
    plans = reference_plans(shape, recipe) if allocation is None else plans_of(shape, recipe, allocation)
    return _release(shape, number, plans, recipe.eta)


__all__ = [
    "Allocation", "Assembly", "Basis", "Certificate", "Factor", "Image", "Infeasible", "LayerPlan", "Recipe", "Release",
    "Residue", "buckets_of", "digest_of", "plans_of", "projection_of", "rank_budget", "reference_plans", "release_of",
]  # fmt: skip
