"""When to load and when to drop: quantiles of the next gap, from a window of gaps or from the rate itself.

Tyche takes arrivals for a Poisson stream of rate W / T_w and loads at T_load = -ln(1 - P_load) / rate, drops at
T_off = -ln(1 - P_off) / rate after the last arrival (Sui and others, TPDS 37(2), 2026; defaults 6% and 94%).
"""

from dataclasses import dataclass

from models.tyche.arithmetic import BILLION, Ratio, odds, predictive
from models.tyche.settings import Estimator, Settings


@dataclass(frozen=True)
class Plan:
    """What to do after an arrival, all in ns from it. FOREVER is no end; `load_after` None: nothing needs loading.

    The model stays after its run until `keep_ns` (0: it goes at once). `span` is that of the window, 0 without one.
    """

    load_after: int | None
    drop_after: int
    keep_ns: int = 0
    span: int = 0


def ratio_of(estimator: Estimator, window: int, ppb: int) -> Ratio:
    """The quantile P of the next gap, as a fraction of the span of W arrivals (W - 1 gaps)."""
    if estimator == "calibrated":
        return Ratio(predictive(ppb, window - 1), BILLION)
    divisor = {"count": window, "gaps": window - 1, "unbiased": window - 2}[estimator]
    return Ratio(odds(ppb), divisor * BILLION)


class Predictor:
    """Turns spans into plans. All factors are ratios of integers, so no float decides when something happens."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        load, off = self.points()
        self._known = Ratio(odds(load), BILLION), Ratio(odds(off), BILLION)
        self._seen = tuple(ratio_of(settings.estimator, settings.window, ppb) for ppb in (load, off))

    def points(self) -> tuple[int, int]:
        """P_load and P_off, in billionths."""
        return self._settings.p_load, self._settings.p_off

    def from_gap(self, mean_gap: int) -> Plan:
        """The plan for a stream whose mean gap is known."""
        load, off = self._known
        return self.plan(load.of(mean_gap), off.of(mean_gap), 0)

    def from_span(self, span: int) -> Plan:
        """The plan for a window of this span."""
        load, off = self._seen
        return self.plan(load.of(span), off.of(span), span)

    def plan(self, load_after: int, drop_after: int, span: int) -> Plan:
        """What is done at these two times, and before the first of them."""
        load_after, drop_after = max(1, load_after), max(2, drop_after)
        keep = self._settings.keep_after
        if keep == "until-drop":
            return Plan(None, drop_after, drop_after, span)
        return Plan(load_after, drop_after, load_after if keep == "until-load" else 0, span)
