"""Synthetic experts: matrices with power-law spectra, more or less in common, and Zipf routing over them.

Nothing here is a trained model. Figures made with them say what follows from spectra and frequencies, and no more.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Synthetic:
    """One layer: `count` experts of `rows` x `columns`; `common` is a in W_e = a common + U diag(i^-b_e) V', |W_e| = 1.

    Exponents b_e are uniform on `exponents`. Frequencies are Zipf with exponent `zipf`, and which expert is how popular
    is drawn apart from its spectrum.
    """

    rows: int = 48
    columns: int = 96
    count: int = 16
    common: float = 0.0
    exponents: tuple[float, float] = (0.2, 1.5)
    zipf: float = 1.0
    seed: int = 1

    def weights(self) -> "NDArray[np.float64]":
        """Count x rows x columns, each expert of Frobenius norm 1."""
        import numpy as np

        random = np.random.default_rng([self.seed, 1])
        shared = self._power_law(random, 1.0)
        made = [
            self.common * shared + self._power_law(random, random.uniform(*self.exponents)) for _ in range(self.count)
        ]
        return np.stack([one / np.linalg.norm(one) for one in made])

    def _power_law(self, random: "np.random.Generator", exponent: float) -> "NDArray[np.float64]":
        import numpy as np

        least = min(self.rows, self.columns)
        left, _ = np.linalg.qr(random.standard_normal((self.rows, least)))
        right, _ = np.linalg.qr(random.standard_normal((self.columns, least)))
        values = np.arange(1, least + 1, dtype=np.float64) ** -exponent
        return np.asarray((left * (values / np.linalg.norm(values))) @ right.T, dtype=np.float64)

    def frequencies(self) -> "NDArray[np.float64]":
        """Shares of routed pairs in calibration."""
        return self._zipf(2)

    def drifted(self) -> "NDArray[np.float64]":
        """Shares in use after a full drift: the same ones, of other experts."""
        return self._zipf(3)

    def _zipf(self, stream: int) -> "NDArray[np.float64]":
        import numpy as np

        shares = np.arange(1, self.count + 1, dtype=np.float64) ** -self.zipf
        order = np.random.default_rng([self.seed, stream]).permutation(self.count)
        return np.asarray((shares / shares.sum())[order], dtype=np.float64)
