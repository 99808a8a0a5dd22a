"""The experts that are served: small synthetic matrices in whole numbers, so that an answer can be compared bit by bit.

Weights have 16 bits behind the point, tokens 8. A token of the vocabulary is one input vector for each layer; layers
are not chained: each sees the input that the full model would give it, so errors are measured layer by layer.
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from math import sqrt

from models.rfid_moe.quality import Vector, combined, length_above, shared_out
from models.rfid_moe.rotations import dot, norm_above
from models.rfid_moe.routing import Router
from sim import Stream

ONE = 1 << 16
INPUT = 1 << 8

Matrix = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Shape:
    """Sizes of the served model. `zipf` in thousandths; `seed` names its weights, tokens and routing."""

    layers: int
    experts: int
    group: int
    top: int
    rows: int
    columns: int
    tokens: int
    zipf: int
    seed: int


def applied(matrix: Matrix, vector: Vector) -> Vector:
    """The product, exact."""
    return tuple(sum(map(int.__mul__, row, vector)) for row in matrix)


class Bank:
    """The full experts of one shape, and what the full model answers."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.router = Router(shape.seed, shape.experts, shape.top, shape.zipf)
        self._weights: dict[tuple[int, int], Matrix] = {}
        self._norms: dict[tuple[int, int], int] = {}
        self._inputs: dict[tuple[int, int], Vector] = {}
        self._lengths: dict[tuple[int, int], int] = {}
        self._outputs: dict[tuple[int, int, int], Vector] = {}
        self._truths: dict[tuple[int, int, int], Vector] = {}

    def weights(self, layer: int, expert: int) -> Matrix:
        """The full matrix, rows x columns."""
        key = (layer, expert)
        if key not in self._weights:
            self._weights[key] = _drawn(self.shape, layer, expert)
        return self._weights[key]

    def norm(self, layer: int, expert: int) -> int:
        """A bound of its largest singular value, times ONE."""
        key = (layer, expert)
        if key not in self._norms:
            self._norms[key] = norm_above(self.weights(layer, expert))
        return self._norms[key]

    def input(self, layer: int, token: int) -> Vector:
        """What a layer sees of a token."""
        key = (layer, token)
        if key not in self._inputs:
            stream = Stream(self.shape.seed, "inputs", layer, token)
            self._inputs[key] = tuple(stream.between(-INPUT, INPUT) for _ in range(self.shape.columns))
        return self._inputs[key]

    def length(self, layer: int, token: int) -> int:
        """A bound of the input's length."""
        key = (layer, token)
        if key not in self._lengths:
            self._lengths[key] = length_above(self.input(layer, token))
        return self._lengths[key]

    def output(self, layer: int, expert: int, token: int) -> Vector:
        """What the full expert says to a token."""
        key = (layer, expert, token)
        if key not in self._outputs:
            self._outputs[key] = applied(self.weights(layer, expert), self.input(layer, token))
        return self._outputs[key]

    def wanted(self, layer: int, token: int, phase: int) -> tuple[tuple[int, int], ...]:
        """(expert, weight) of the full model's sum, in its order."""
        top = self.router.top(layer, token, phase)
        return tuple(zip(top, shared_out(self.router.gates(layer, token)[: len(top)]), strict=True))

    def truth(self, layer: int, token: int, phase: int) -> Vector:
        """The full model's output."""
        key = (layer, token, phase)
        if key not in self._truths:
            wanted = self.wanted(layer, token, phase)
            outputs = [self.output(layer, expert, token) for expert, _ in wanted]
            self._truths[key] = combined([weight for _, weight in wanted], outputs)
        return self._truths[key]

    @property
    def calibration(self) -> tuple[tuple[int, ...], ...]:
        """How often each expert of each layer is wanted when every token comes once, before any drift."""
        shape = self.shape
        counts = [[0] * shape.experts for _ in range(shape.layers)]
        for layer in range(shape.layers):
            for token in range(shape.tokens):
                for expert in self.router.top(layer, token, 0):
                    counts[layer][expert] += 1
        return tuple(map(tuple, counts))


@cache
def bank_of(shape: Shape) -> Bank:
    """One for each shape: it is the same in every run."""
    return Bank(shape)


def _drawn(shape: Shape, layer: int, expert: int) -> Matrix:
    """U diag(i^-b) V' of Frobenius norm 1, b uniform on 0.2 to 1.5, and as whole numbers."""
    stream = Stream(shape.seed, "weights", layer, expert)
    least = min(shape.rows, shape.columns)
    exponent = Decimal(stream.between(200, 1500)) / 1000
    values = [float(Decimal(i) ** -exponent) for i in range(1, least + 1)]
    norm = sqrt(dot(values, values))
    left, right = _orthonormal(stream, least, shape.rows), _orthonormal(stream, least, shape.columns)
    terms = [(value / norm, u, v) for value, u, v in zip(values, left, right, strict=True)]
    return tuple(
        tuple(
            round(ONE * dot([value * u[r] for value, u, _ in terms], [v[c] for *_, v in terms]))
            for c in range(shape.columns)
        )
        for r in range(shape.rows)
    )


def _orthonormal(stream: Stream, count: int, length: int) -> list[list[float]]:
    """So many orthonormal vectors: Gram and Schmidt, each taken off twice."""
    found: list[list[float]] = []
    while len(found) < count:
        vector = [float(stream.between(-1000, 1000)) for _ in range(length)]
        for _ in range(2):
            for other in found:
                along = dot(vector, other)
                vector = [value - along * base for value, base in zip(vector, other, strict=True)]
        size = sqrt(dot(vector, vector))
        if size > 1:
            found.append([value / size for value in vector])
    return found
