"""How likely a request is within some time, and what a loaded model is worth: whole numbers from a table of F."""

from models.tyche.arithmetic import happened
from models.tyche.function import Function
from sim import MS

COLD_GAP = 600_000_000_000
"""Where nothing is known a request is expected every ten minutes: 0.1 a minute, as in InstaInfer's artifact."""


class Chance:
    """P(a request within the horizon), in billionths."""

    def within(self, horizon: int, span: int, count: int) -> int:
        """At the rate of `count` arrivals per `span`: F of their expected number."""
        return happened(horizon * count, span)

    def unknown(self, horizon: int) -> int:
        """Without any window."""
        return happened(horizon, COLD_GAP)


def worth(function: Function, chance: int) -> int:
    """Milliseconds of loading that are saved on average, in thousandths."""
    return chance * (function.load_ns // MS) // 1_000_000
