"""Predictions: made of the last arrivals alone, sane, and made whenever they can be."""

from math import exp

from models.tyche.events import Arrived, ControllerStarted, Planned, PlannerFailed, Predicted
from models.tyche.settings import Settings
from models.tyche.window import AGES, SPAN_MIN
from sim import Emitted, show_ns
from sim.invariants import Invariant, when

BILLION = 1_000_000_000
TOLERANCE = 100_000
"""Of probabilities, in billionths: what straight lines between the points of a table may cost, and far more."""
COLD_GAP = 600 * BILLION


class PredictionSane(Invariant):
    """0 < T_load < T_off, from the last W arrivals in order and none before a gap that empties the window."""

    name = "prediction-sane"
    claim = "every prediction was made of the last arrivals, and none was missing"
    watches = (Arrived, Predicted, Planned, PlannerFailed, ControllerStarted)

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        self._from_windows = settings.policy == "tyche" and settings.rate == "window"
        self._times: dict[str, list[int]] = {}
        self._off: dict[str, int] = {}
        self._unsure: dict[str, int] = {}  # function -> arrivals until the fold knows the window again
        self._owed: dict[str, Emitted] = {}

    def observe(self, emitted: Emitted) -> None:
        """Keep windows of its own."""
        event = emitted.event
        if isinstance(event, Arrived):
            self._arrive(emitted, event)
        elif isinstance(event, Predicted):
            self._predict(emitted, event)
        elif isinstance(event, Planned):
            self._judge_chance(emitted, event)
        elif isinstance(event, PlannerFailed):
            self.contradict(emitted, f"the planner died of {event.why} for {event.function}: {when(emitted)}")
        elif isinstance(event, ControllerStarted):
            self._times.clear()
            self._off.clear()
            self._owed.clear()
            self._unsure = dict.fromkeys(event.windows, self._settings.window)

    def _arrive(self, emitted: Emitted, event: Arrived) -> None:
        function, times = event.function, self._times.setdefault(event.function, [])
        owed = self._owed.pop(function, None)
        if owed is not None:
            self.contradict(owed, f"the window of {function} was full at {when(owed)}, and no prediction followed")
        if times:
            gap, off = event.clock_ns - times[-1], self._off.get(function, 0)
            if gap < 0 or (self._settings.reset and 0 < AGES * off < gap):
                times.clear()
        times.append(event.clock_ns)
        del times[: -self._settings.window]
        self._unsure[function] = max(0, self._unsure.get(function, 0) - 1)
        span = self._span(function)
        if self._from_windows and span is not None and span >= SPAN_MIN and not self._unsure[function]:
            self._owed[function] = emitted

    def _span(self, function: str) -> int | None:
        times = self._times.get(function, [])
        return times[-1] - times[0] if len(times) == self._settings.window else None

    def _predict(self, emitted: Emitted, event: Predicted) -> None:
        self._owed.pop(event.function, None)
        self._off[event.function] = max(0, event.drop_after)
        if self._settings.policy != "tyche":
            return
        load, drop = event.load_after, event.drop_after
        if not (0 < load < drop or (load < 0 < drop)):
            said = f"loads {event.function} after {show_ns(load)} and drops it after {show_ns(drop)}"
            self.contradict(emitted, f"{when(emitted)} {said}")
        if self._from_windows and not self._unsure.get(event.function, 0):
            span = self._span(event.function)
            if event.span <= 0:
                self.contradict(emitted, f"{when(emitted)} takes {event.function} for infinitely frequent: T_w is 0")
            elif span != event.span:
                seen = "its window is not full" if span is None else f"its last arrivals span {show_ns(span)}"
                said = f"predicts {event.function} from {show_ns(event.span)}, but {seen}"
                self.contradict(emitted, f"{when(emitted)} {said}")

    def _judge_chance(self, emitted: Emitted, event: Planned) -> None:
        horizon = self._settings.horizon
        expected = horizon * self._settings.window / event.span if event.span else horizon / COLD_GAP
        right = min(BILLION * (1 - exp(-expected)), BILLION)
        if not 0 <= event.chance <= BILLION or abs(event.chance - right) > 5 * TOLERANCE:
            said = f"takes {event.chance} billionths for the chance of a request for {event.function} in time"
            self.contradict(emitted, f"{when(emitted)} {said}, it is {round(right / 1_000_000)} thousandths")
