"""Measured shares against the closed form, within three standard errors: the simulator tested by its oracle."""

from math import sqrt

from models.tyche.events import (
    DROPPED,
    LOADING,
    RESIDENT,
    Arrived,
    LoadState,
    Predicted,
    Served,
)
from models.tyche.oracle import (
    Gaps,
    Shares,
    erlang,
    exponential,
    false_alarm,
    hyperexponential,
    load_time,
    shares,
    windowed,
)
from models.tyche.settings import FunctionEntry, Settings
from sim import Check, Emitted, Event, RunRecord, Verdict

SIGMAS = 3
BATCHES = 50
FIGURES = ("hit", "early", "caught", "late", "resident")
MINUTE = 60 * 10**9
ROUNDING = 1e-6
"""Times are whole nanoseconds."""


class Tally:
    """What happened to one function: per arrival its fate and the gap before it, in ns, with the resident part."""

    def __init__(self) -> None:
        self.fates: list[str] = []
        self.gaps: list[int] = []
        self.residents: list[int] = []
        self.phase = ""
        self.since = 0
        self.resident = 0
        self.last: int | None = None

    def enter(self, phase: str, now: int) -> None:
        """The model is in another phase from now on."""
        if self.phase == RESIDENT:
            self.resident += now - self.since
        self.phase, self.since = phase, now

    def arrive(self, now: int) -> None:
        """A request comes, and ends a gap."""
        if self.phase and self.last is not None:
            fate = {RESIDENT: "hit", LOADING: "caught", DROPPED: "late"}.get(self.phase, "early")
            resident = self.resident + (now - self.since if self.phase == RESIDENT else 0)
            self.fates.append(fate)
            self.gaps.append(now - self.last)
            self.residents.append(resident)
        self.last, self.resident = now, 0
        self.since = now


class OracleMet(Check):
    """Only where the scenario says `oracle: true`. Errors are of the means of batches, as fates may be correlated."""

    name = "oracle-met"
    watches: tuple[type[Event], ...] = (Arrived, Predicted, LoadState, Served)

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._tallies = {one.name: Tally() for one in settings.functions}
        self._hits = dict.fromkeys(self._tallies, 0)
        if not settings.oracle:
            self.watches = ()

    def observe(self, emitted: Emitted) -> None:
        """Follow the phase of each function's model."""
        event = emitted.event
        assert isinstance(event, (Arrived, Predicted, LoadState, Served)), "these are watched"
        tally = self._tallies[event.function]
        if isinstance(event, Arrived):
            tally.arrive(emitted.t_ns)
        elif isinstance(event, Predicted):
            tally.enter("planned", emitted.t_ns)
        elif isinstance(event, Served):
            self._hits[event.function] += event.how == "hit"
        elif event.why not in ("the next request came first", "superseded"):
            tally.enter(event.target, emitted.t_ns)

    def conclude(self, record: RunRecord) -> Verdict:  # noqa: ARG002 - a fold over events needs no more
        """Every figure of every function."""
        if not self._settings.oracle:
            return Verdict(self.name, "pass", "nothing is claimed: the scenario has no closed form")
        said, wrong = [], []
        for entry in self._settings.functions:
            tally = self._tallies[entry.name]
            if len(tally.fates) < 10 * BATCHES:
                few = f"{entry.name} had {len(tally.fates)} gaps, too few to say anything"
                return Verdict(self.name, "unknown", few)
            for figure in FIGURES:
                line, holds = self._compare(entry, tally, figure)
                said.append(line)
                if not holds:
                    wrong.append(line)
        alarm = false_alarm(SIGMAS, len(said))
        note = f"{SIGMAS} standard errors; a false alarm in one of {len(said)} figures has chance {alarm:.1%} at most"
        if wrong:
            return Verdict(self.name, "fail", f"{wrong[0]} ({note})", "oracle", because=tuple(said))
        agree = f"{said[0]} and {len(said) - 1} more figures agree ({note})"
        return Verdict(self.name, "pass", agree, "oracle", because=tuple(said))

    def _compare(self, entry: FunctionEntry, tally: Tally, figure: str) -> tuple[str, bool]:
        if figure == "resident":
            parts, wholes = tally.residents, tally.gaps
        else:
            parts, wholes = [int(fate == figure) for fate in tally.fates], [1] * len(tally.fates)
        measured, error = ratio_of_sums(parts, wholes)
        expected: float = getattr(expected_shares(self._settings, entry), figure)
        if figure != "resident":  # where nothing happened in any batch, chance alone is the measure
            error = max(error, sqrt(max(expected * (1 - expected), 0) / len(parts)))
        bound = SIGMAS * error + ROUNDING
        line = f"{entry.name}: {figure} {measured:.4f} +- {SIGMAS * error:.4f}, closed form {expected:.4f}"
        return line, abs(measured - expected) <= bound


def ratio_of_sums(parts: list[int], wholes: list[int]) -> tuple[float, float]:
    """Sum of parts over sum of wholes, and its standard error from batches of consecutive ones (delta method)."""
    size = len(parts) // BATCHES
    cells = [(sum(parts[i * size : (i + 1) * size]), sum(wholes[i * size : (i + 1) * size])) for i in range(BATCHES)]
    part, whole = sum(one for one, _ in cells), sum(one for _, one in cells)
    ratio = part / whole
    squares = sum((one - ratio * other) ** 2 for one, other in cells)
    return sum(parts) / sum(wholes), sqrt(squares * BATCHES / (BATCHES - 1)) / whole


def gaps_of(entry: FunctionEntry) -> Gaps:
    """The arrival process of a function, for the formulas; times in ns. ValueError if there is none."""
    arrivals = entry.arrivals
    if arrivals.process == "poisson":
        return exponential(arrivals.gap)
    if arrivals.process == "erlang":
        return erlang(arrivals.gap, arrivals.shape)
    if arrivals.process == "h2":
        return hyperexponential(arrivals.gap, arrivals.cov / 1000)
    raise ValueError(f"{arrivals.process} arrivals have no closed form here")


def expected_shares(settings: Settings, entry: FunctionEntry) -> Shares:
    """The closed form of one function of a scenario."""
    load = float(entry.as_function().load_ns)
    p_load, p_off, rate = settings.p_load / 1e9, settings.p_off / 1e9, 1 / entry.arrivals.gap
    if settings.policy == "fixed":
        return shares(gaps_of(entry), 0.0, float(settings.fixed))
    if settings.policy == "minute":
        load_at, drop_at = (load_time(p, rate) // MINUTE * MINUTE for p in (0.05, 0.85))
        return shares(gaps_of(entry), load_at + MINUTE, drop_at, load)
    if settings.rate == "known":
        return shares(gaps_of(entry), load_time(p_load, rate), load_time(p_off, rate), load)
    return windowed(settings.estimator, settings.window, p_load, p_off, load, rate)
