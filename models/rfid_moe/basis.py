"""One basis for a group of experts: the truncated SVD of their stack, which no other basis of its size beats.

W_e is p x d; a group of k is stacked to kp x d. One B (K x d) for the group, own A_e (p x K): W_e ~ A_e B, for
K (kp + d) numbers. Eckart and Young (1936): among all matrices of rank K none is nearer in Frobenius norm, and the
error squared is the sum of the s_i^2 beyond K.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class SharedBasis:
    """`factors` k x p x K, `basis` K x d."""

    factors: "NDArray[np.float64]"
    basis: "NDArray[np.float64]"

    @property
    def weights(self) -> "NDArray[np.float64]":
        """What stands in place of the experts, k x p x d."""
        import numpy as np

        return np.asarray(self.factors @ self.basis, dtype=np.float64)


def shared_basis(
    experts: "NDArray[np.float64]", ranks: int, frequencies: "NDArray[np.float64] | None" = None
) -> SharedBasis:
    """The optimum of sum |W_e - A_e B|^2 for experts k x p x d; with frequencies that of sum f_e |W_e - A_e B|^2.

    Weighted: blocks are scaled by sqrt(f_e) before and back after. An expert of frequency 0 is projected on the basis
    that the others have, which costs them nothing.
    """
    import numpy as np

    k, p, d = experts.shape
    _refuse(ranks, min(k * p, d))
    scale = np.ones(k) if frequencies is None else np.sqrt(frequencies)
    _, _, right = np.linalg.svd((experts * scale[:, None, None]).reshape(k * p, d), full_matrices=False)
    basis = right[:ranks]
    return SharedBasis(experts @ basis.T, basis)


def _refuse(ranks: int, most: int) -> None:
    if not 1 <= ranks <= most:
        raise ValueError(f"{ranks} ranks for a stack of rank {most} at most; expected 1 to {most}")


def fitted_basis(experts: "NDArray[np.float64]", ranks: int, bases: int, steps: int, seed: int) -> SharedBasis:
    """The authors' form: A_e phi(sum_j alpha_ej B_j) with phi = SiLU and alpha on the simplex, fitted by Adam.

    Source: MoBE, as RFID-MoE takes it over by secondary readings. It costs `bases` matrices K x d for the group, and
    nothing that is promised here rests on it. Returned with one basis for each expert: `basis` is k x K x d.
    """
    import numpy as np

    k, p, d = experts.shape
    _refuse(ranks, min(p, d))
    random = np.random.default_rng(seed)
    start = shared_basis(experts, ranks)
    values = [
        start.factors + 0.0,
        np.stack([start.basis] * bases) + 0.1 * random.standard_normal((bases, ranks, d)),
        0.1 * random.standard_normal((k, bases)),
    ]
    first, second = [np.zeros_like(one) for one in values], [np.zeros_like(one) for one in values]
    best, best_error = _formed(values), float("inf")
    for step in range(1, steps + 1):
        formed = _formed(values)
        error = float(np.sum((experts - formed.weights) ** 2))
        if error < best_error:
            best, best_error = formed, error
        for at, slope in enumerate(_slopes(experts, values)):
            first[at] = 0.9 * first[at] + 0.1 * slope
            second[at] = 0.999 * second[at] + 0.001 * slope**2
            values[at] = values[at] - 0.01 * (first[at] / (1 - 0.9**step)) / (
                np.sqrt(second[at] / (1 - 0.999**step)) + 1e-8
            )
    return best


def _mixed(values: "list[NDArray[np.float64]]") -> "tuple[NDArray[np.float64], NDArray[np.float64]]":
    import numpy as np

    alpha = np.exp(values[2] - values[2].max(axis=1, keepdims=True))
    alpha /= alpha.sum(axis=1, keepdims=True)
    return alpha, np.einsum("ej,jkd->ekd", alpha, values[1])


def _formed(values: "list[NDArray[np.float64]]") -> SharedBasis:
    import numpy as np

    _, mixed = _mixed(values)
    return SharedBasis(values[0], mixed / (1 + np.exp(-mixed)))


def _slopes(experts: "NDArray[np.float64]", values: "list[NDArray[np.float64]]") -> "list[NDArray[np.float64]]":
    """The gradient of sum |W - A phi(M)|^2 by factors, bases and logits of alpha."""
    import numpy as np

    alpha, mixed = _mixed(values)
    gate = 1 / (1 + np.exp(-mixed))
    basis = mixed * gate
    off = 2 * (values[0] @ basis - experts)
    by_mixed = (values[0].transpose(0, 2, 1) @ off) * (gate + mixed * gate * (1 - gate))
    by_alpha = np.einsum("ekd,jkd->ej", by_mixed, values[1])
    by_logits = alpha * (by_alpha - (alpha * by_alpha).sum(axis=1, keepdims=True))
    return [off @ basis.transpose(0, 2, 1), np.einsum("ej,ekd->jkd", alpha, by_mixed), by_logits]
