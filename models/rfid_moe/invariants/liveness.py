"""What must happen once all has healed: full service, answers without loss, and copies where the load is."""

from models.rfid_moe.bank import bank_of
from models.rfid_moe.events import Asked, Combined, FullService, MapChanged, Shifted, Taken
from models.rfid_moe.settings import Settings
from models.rfid_moe.shards import FULL, PlacementMap
from sim import SECOND, Check, Emitted, RunRecord, Verdict, show_ns

ANSWER_WITHIN = 6 * SECOND


class Liveness(Check):
    """Within detection, reloading and five seconds: every copy is there, and what is asked from then on loses
    nothing.
    """

    name = "liveness"
    watches = (Asked, Taken, FullService)

    def __init__(self, settings: Settings) -> None:
        self._within = settings.service_within
        self._asked: dict[str, Emitted] = {}
        self._lossy: list[Emitted] = []
        self._service: list[tuple[int, bool]] = []

    def observe(self, emitted: Emitted) -> None:
        """Keep what is open, what lost something, and when service was full."""
        event = emitted.event
        if isinstance(event, FullService):
            self._service.append((emitted.t_ns, event.full))
        elif isinstance(event, Asked):
            self._asked[event.request] = emitted
        elif isinstance(event, Taken):
            asked = self._asked.pop(event.request, None)
            if asked is not None and event.degraded:
                self._lossy.append(asked)

    def conclude(self, record: RunRecord) -> Verdict:
        """Without a settle phase nothing is claimed."""
        if record.settle_ns >= record.end_ns:
            return Verdict(self.name, "pass", "nothing is claimed: the run has no settle phase", "liveness")
        due = record.settle_ns + self._within
        if due + SECOND > record.end_ns:
            said = f"the claim needs a settle phase of {show_ns(self._within + SECOND)}, this one is shorter"
            return Verdict(self.name, "unknown", said, "liveness")
        said = self._missing(record, due)
        if said:
            return Verdict(self.name, "fail", said, "liveness", at_ns=due)
        return Verdict(self.name, "pass", f"full service within {show_ns(self._within)}", "liveness")

    def _missing(self, record: RunRecord, due: int) -> str:
        if not self._was_full(record.settle_ns, due):
            return f"no full service between {show_ns(record.settle_ns)} and {show_ns(due)}"
        for asked in self._lossy:
            if asked.t_ns >= due:
                said = f"{_request(asked)}, asked at {show_ns(asked.t_ns)}, is degraded"
                return f"{said}, full service was due at {show_ns(due)}"
        for asked in self._asked.values():
            since = max(asked.t_ns, due)
            if since + ANSWER_WITHIN < record.end_ns and asked.t_ns >= record.settle_ns:
                return f"{_request(asked)}, asked at {show_ns(asked.t_ns)}, has no answer"
        return ""

    def _was_full(self, begin: int, due: int) -> bool:
        before = [full for t_ns, full in self._service if t_ns <= begin]
        return bool(before and before[-1]) or any(full for t_ns, full in self._service if begin < t_ns <= due)


def _request(emitted: Emitted) -> str:
    event = emitted.event
    assert isinstance(event, Asked), "only these are kept"
    return event.request


class Balanced(Check):
    """In the end replicas are where the load is: no copy carries much more than under the greedy rule, by true counts.

    Judged by the pairs of the last seconds, if traffic has been steady for long enough and there are enough of them.
    """

    name = "balanced"
    watches = (Combined, MapChanged, Shifted)

    _PAIRS_MIN = 200
    _SLACK = 160

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._router = bank_of(settings.shape).router
        self._window = max(2 * settings.rebalance, 10 * SECOND)
        self._pairs: list[tuple[int, int, tuple[int, ...]]] = []
        self._map: tuple[int, PlacementMap] | None = None
        self._shifted = 0

    def observe(self, emitted: Emitted) -> None:
        """Keep who was wanted."""
        event = emitted.event
        if isinstance(event, Combined):
            wanted = self._router.top(event.layer, event.token, event.phase)
            self._pairs.append((emitted.t_ns, event.layer, wanted))
        elif isinstance(event, MapChanged):
            self._map = (emitted.t_ns, event.map)
        elif isinstance(event, Shifted):
            self._shifted = emitted.t_ns

    def conclude(self, record: RunRecord) -> Verdict:
        """Count the last window."""
        began = record.end_ns - self._window
        steady = max(self._shifted, record.settle_ns if record.faults else 0)
        long_enough = record.end_ns - steady > self._window + self._settings.rebalance
        if self._map is None or self._settings.drift or not long_enough or not self._settings.replicas:
            return Verdict(self.name, "pass", "nothing is claimed: traffic was not steady for long enough", "liveness")
        for layer in range(self._settings.layers):
            counts = self._counts(layer, began)
            if sum(counts) < self._PAIRS_MIN:
                continue
            copies = self._copies(layer)
            peak = max(count * 100 // max(1, n) for count, n in zip(counts, copies, strict=True))
            best = _greedy_peak(counts, sum(copies))
            if peak * 100 > best * self._SLACK:
                said = f"layer {layer}: a copy carries {peak // 100} pairs, {best // 100} would do ({counts}, {copies})"
                return Verdict(self.name, "fail", said, "liveness", at_ns=record.end_ns)
        return Verdict(self.name, "pass", "replicas were where the load was", "liveness")

    def _counts(self, layer: int, began: int) -> list[int]:
        counts = [0] * self._settings.experts
        for t_ns, at, wanted in self._pairs:
            if at == layer and t_ns >= began:
                for expert in wanted:
                    counts[expert] += 1
        return counts

    def _copies(self, layer: int) -> list[int]:
        assert self._map is not None, "asked only if there is one"
        held = [0] * self._settings.experts
        for copy in self._map[1].copies:
            if copy.layer == layer and copy.kind == FULL:
                held[copy.expert] += 1
        return held


def _greedy_peak(counts: list[int], copies: int) -> int:
    """The highest load per copy, in hundredths, when copies beyond one each go where it is highest."""
    held = [1] * len(counts)
    for _ in range(copies - len(counts)):
        hot = max(range(len(counts)), key=lambda expert: counts[expert] * 100 // held[expert])
        held[hot] += 1
    return max(count * 100 // n for count, n in zip(counts, held, strict=True))
