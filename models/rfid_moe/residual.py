"""What a sparse one-hot projection saves of the error that a shared basis leaves: q numbers for N.

R has N entries. Each belongs to one of q buckets; column b of P (N x q) has sign_i / sqrt(n_b) at the n_b entries of
bucket b, so P'P = I. Then eta = P' vec(R) are the q numbers that are kept, and P eta is the orthogonal projection of
R on the columns of P: |R - P eta|^2 = |R|^2 - |eta|^2, never more than |R|^2.

How much is that? With buckets and signs drawn independently of R, for any R whatever,

    E |eta|^2 / |R|^2 = (q / N) (1 - (1 - 1/q)^N).

Proof. |eta|^2 = sum over b of (1 / n_b) (sum over i in b of s_i R_i)^2. Signs are independent with mean 0, so cross
terms vanish in expectation and sum over i in b of R_i^2 / n_b is left; over all b that is sum over i of R_i^2 / n_b(i).
For any i the other N - 1 entries fall into its bucket independently, so n_b(i) = 1 + Binomial(N - 1, 1/q), and
E[1 / (1 + Bin(N - 1, x))] = (1 - (1 - x)^N) / (N x), here with x = 1/q. The same factor for every i, whatever R is. []

So a share q/N of the numbers saves a share q/N of the error, to many digits. In buckets of equal size n = N/q it is q/N
exactly. Without signs the same holds for R less its mean, and the share of the mean comes on top. An expectation over P
says nothing about a P or an eta that are trained, nor about a loss other than the error of the weights.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim import Stream

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Projection:
    """P in short: `bucket` and `sign` (1 or -1) of each of the N entries. Empty buckets have no column."""

    bucket: tuple[int, ...]
    sign: tuple[int, ...]

    @property
    def sizes(self) -> dict[int, int]:
        """Entries of each bucket that has any."""
        sizes: dict[int, int] = {}
        for bucket in self.bucket:
            sizes[bucket] = sizes.get(bucket, 0) + 1
        return sizes


def draw_projection(
    stream: Stream, entries: int, buckets: int, *, signs: bool = True, equal: bool = False
) -> Projection:
    """Buckets drawn uniformly, or with `equal` dealt out so that their sizes differ by one at most."""
    if not 1 <= buckets <= entries:
        raise ValueError(f"{buckets} buckets for {entries} entries; expected 1 to {entries}")
    if equal:
        dealt = stream.shuffled([entry % buckets for entry in range(entries)])
    else:
        dealt = [stream.below(buckets) for _ in range(entries)]
    drawn = tuple(1 - 2 * stream.below(2) if signs else 1 for _ in range(entries))
    return Projection(tuple(dealt), drawn)


def expected_share(entries: int, buckets: int) -> float:
    """(q / N) (1 - (1 - 1/q)^N): the share of the squared error that is saved on average over buckets and signs."""
    return buckets / entries * (1 - (1 - 1 / buckets) ** entries)


def kept(projection: Projection, residual: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """P eta, in the shape of the residual."""
    import numpy as np

    bucket, sign = np.array(projection.bucket), np.array(projection.sign, dtype=np.float64)
    flat = residual.reshape(-1)
    sizes = np.bincount(bucket)
    sums = np.bincount(bucket, weights=flat * sign)
    means = np.divide(sums, sizes, out=np.zeros_like(sums), where=sizes > 0)
    return np.asarray((sign * means[bucket]).reshape(residual.shape), dtype=np.float64)


def captured_share(projection: Projection, residual: "NDArray[np.float64]") -> float:
    """|P eta|^2 / |R|^2."""
    import numpy as np

    return float(np.sum(kept(projection, residual) ** 2) / np.sum(residual**2))
