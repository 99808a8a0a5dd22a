"""The controller's table: wrong for a short while at most, never from a former epoch, never from a silent worker."""

from models.tyche.events import (
    LOADING,
    RESIDENT,
    ControllerStarted,
    Heard,
    Hinted,
    LoadState,
    Routed,
    WorkerStarted,
)
from models.tyche.settings import Settings
from sim import Emitted, RunRecord, Verdict, show_ns
from sim.invariants import Invariant, when

Place = tuple[str, str]
"""(container, function)"""


class HintCorrected(Invariant):
    """A false entry is corrected by the next inventory but one, in calm times; epochs are always respected.

    The word of a change and the inventory after it may both be lost: networks lose a word now and then.
    """

    name = "hint-corrected"
    claim = (
        "no hint was false for longer than two inventory periods, and none came from a former epoch or a lost worker"
    )
    watches = (LoadState, WorkerStarted, ControllerStarted, Heard, Hinted, Routed)

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._lost_after = settings.lost_after
        self._bound = 2 * settings.inventory_every + settings.delay_max
        self._epochs: dict[str, tuple[int, Emitted]] = {}
        self._words: set[tuple[str, int, int]] = set()
        self._true: dict[Place, str] = {}
        self._said: dict[Place, None] = {}
        self._wrong: dict[Place, int] = {}
        self._spells: list[tuple[Place, int, Emitted]] = []

    def observe(self, emitted: Emitted) -> None:
        """Compare the table with what is there."""
        event = emitted.event
        if isinstance(event, LoadState):
            self._moved(emitted, event)
        elif isinstance(event, Hinted):
            place = (event.container, event.function)
            if event.resident:
                self._said[place] = None
            else:
                self._said.pop(place, None)
            self._judge(place, emitted)
        elif isinstance(event, Heard):
            self._hear(emitted, event)
        elif isinstance(event, Routed):
            if event.why != "least" and event.silent_ns >= self._lost_after:
                silent = show_ns(event.silent_ns)
                said = f"{event.request} goes to {event.worker} for its {event.why} container, silent for {silent}"
                self.contradict(emitted, f"{when(emitted)}: {said}")
        elif isinstance(event, WorkerStarted):
            self._forget([place for place, worker in self._true.items() if worker == emitted.node], emitted, True)
        else:
            self._epochs.clear()
            self._words.clear()
            self._forget([*self._said], emitted, False)

    def _moved(self, emitted: Emitted, event: LoadState) -> None:
        place = (event.container, event.function)
        if event.target == RESIDENT:
            self._true[place] = emitted.node
        elif event.source in (LOADING, RESIDENT):
            self._true.pop(place, None)
        self._judge(place, emitted)

    def _forget(self, places: list[Place], emitted: Emitted, truth: bool) -> None:
        for place in places:
            (self._true if truth else self._said).pop(place, None)
            self._judge(place, emitted)

    def _judge(self, place: Place, emitted: Emitted) -> None:
        """Begin or end a spell in which table and truth differ."""
        if (place in self._true) != (place in self._said):
            self._wrong.setdefault(place, emitted.t_ns)
        elif place in self._wrong:
            since = self._wrong.pop(place)
            if emitted.t_ns - since > self._bound:
                self._spells.append((place, since, emitted))

    def _hear(self, emitted: Emitted, event: Heard) -> None:
        newest, first = self._epochs.get(event.worker, (0, emitted))
        if event.epoch < newest:
            said = f"a word of {event.worker} of epoch {event.epoch} was believed, epoch {newest} was known"
            self.contradict(emitted, f"{said} since {when(first)}: {when(emitted)}")
        elif event.epoch > newest:
            self._epochs[event.worker] = (event.epoch, emitted)
        word = (event.worker, event.epoch, event.serial)
        if word in self._words:
            self.contradict(emitted, f"word {event.serial} of {event.worker} was believed twice: {when(emitted)}")
        self._words.add(word)

    def conclude(self, record: RunRecord) -> Verdict:
        """A spell counts from the last fault before its end on, and what it took to notice lost workers."""
        for (container, function), since, ended in self._spells:
            self._count(container, function, since, ended.t_ns, record)
        for (container, function), since in self._wrong.items():
            self._count(container, function, since, record.end_ns, record)
        return super().conclude(record)

    def _count(self, container: str, function: str, since: int, until: int, record: RunRecord) -> None:
        healed = [record.end_ns if span.until_ns is None else span.until_ns for span in record.faults]
        if any(span.since_ns <= until and (span.until_ns or record.end_ns) > until for span in record.faults):
            return
        calm = max([since, *[ns + self._lost_after for ns in healed if ns <= until]])
        if until - calm > self._bound and self._found is None:
            said = f"the table was wrong about {function} in {container} from {show_ns(since)} to {show_ns(until)}"
            self._found = Verdict(self.name, "fail", said, at_ns=until)
