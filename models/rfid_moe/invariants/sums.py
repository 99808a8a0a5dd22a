"""What adds up to an answer: each pair once, weights that sum to one, errors within certificates, losses that are
said.
"""

from models.rfid_moe.bank import bank_of
from models.rfid_moe.compression import Infeasible, Release, release_of
from models.rfid_moe.events import Answered, Combined, Dispatched, Dropped, Returned, ShardState, Taken
from models.rfid_moe.ladder import HOST, LEFT_OUT, NEXT_BEST, SHADOWED
from models.rfid_moe.quality import UNIT
from models.rfid_moe.settings import Settings
from models.rfid_moe.shards import READY, SHADOW
from sim import Emitted
from sim.invariants import Invariant, say, when


class WeightsSum(Invariant):
    """The gate weights that were used sum to one, over experts that are all different."""

    name = "weights-sum"
    claim = "the weights of every sum were one together, of different experts"
    watches = (Combined,)

    def __init__(self, settings: Settings) -> None:  # noqa: ARG002 - weights say all
        super().__init__()

    def observe(self, emitted: Emitted) -> None:
        """Add up."""
        event = emitted.event
        assert isinstance(event, Combined), "it watches nothing else"
        total = sum(term.weight for term in event.terms)
        experts = [term.expert for term in event.terms]
        where = f"step {event.step}, layer {event.layer} of {event.request} ({when(emitted)})"
        if total != UNIT:
            self.contradict(emitted, f"weights of {where} sum to {total} of {UNIT}")
        elif len(set(experts)) < len(experts):
            self.contradict(emitted, f"{where} has experts {experts}, one of them twice")


class TokensConserved(Invariant):
    """Pairs dispatched = combined + dropped, each once, by the part that was waited for."""

    name = "tokens-conserved"
    claim = "each pair of every step was combined or dropped, once"
    watches = (Dispatched, Returned, Dropped, Combined)

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._router = bank_of(settings.shape).router
        self._at: dict[int, tuple[int, int]] = {}
        self._last: dict[int, dict[tuple[int, int], int]] = {}
        self._dropped: dict[int, list[tuple[int, int]]] = {}
        self._back: dict[int, dict[int, None]] = {}

    def observe(self, emitted: Emitted) -> None:
        """Follow the layer at hand of every session."""
        event = emitted.event
        if isinstance(event, Dispatched):
            self._begin(event.session, event.step, event.layer)
            for pair in event.pairs:
                self._last[event.session][pair.slot, pair.wanted] = event.number
        elif isinstance(event, Returned):
            if event.able:
                self._back.setdefault(event.session, {})[event.number] = None
        elif isinstance(event, Dropped):
            self._begin(event.session, event.step, event.layer)
            self._dropped[event.session].append((event.slot, event.wanted))
        elif isinstance(event, Combined):
            self._compare(emitted, event)

    def _begin(self, session: int, step: int, layer: int) -> None:
        if self._at.get(session) != (step, layer):
            self._at[session] = (step, layer)
            self._last[session], self._dropped[session] = {}, []
            self._back[session] = {}

    def _compare(self, emitted: Emitted, event: Combined) -> None:
        session = event.session
        dropped = [wanted for slot, wanted in self._dropped.get(session, ()) if slot == event.slot]
        ended = sorted([*(term.wanted for term in event.terms), *dropped])
        wanted = sorted(self._router.top(event.layer, event.token, event.phase))
        where = f"step {event.step}, layer {event.layer} of {event.request} ({when(emitted)})"
        if ended != wanted:
            self.contradict(emitted, f"{where}: wanted experts {wanted}, combined and dropped {ended}")
            return
        for term in event.terms:
            if self._last.get(session, {}).get((event.slot, term.wanted)) != term.number:
                self.contradict(
                    emitted, f"{where}: expert {term.wanted} is from part {term.number}, not the last one sent"
                )
            elif term.number not in self._back.get(session, {}):
                self.contradict(emitted, f"{where}: expert {term.wanted} is from part {term.number}, which is not back")


class NoSilentLoss(Invariant):
    """What used rung 3, 4 or 5 says so; what did not is the full model's answer bit by bit."""

    name = "no-silent-loss"
    claim = "every loss was said, and every other answer was exactly that of the full model"
    watches = (Combined, Answered, Taken)

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._bank = bank_of(settings.shape)
        self._lost: dict[tuple[str, int, str], dict[int, None]] = {}
        self._whole: dict[str, None] = {}

    def observe(self, emitted: Emitted) -> None:
        """Keep what each request lost."""
        event = emitted.event
        if isinstance(event, Combined):
            self._combined(emitted, event)
        elif isinstance(event, Answered):
            lost = sorted(self._lost.pop((emitted.node, emitted.incarnation, event.request), {}))
            silent = [rung for rung in lost if rung not in event.reasons]
            if silent:
                self.contradict(
                    emitted, f"{event.request} used rungs {silent} and says {list(event.reasons)} ({when(emitted)})"
                )
            if not event.degraded:
                self._whole[event.request] = None
        elif isinstance(event, Taken) and not event.degraded and event.request not in self._whole:
            self.contradict(
                emitted, f"{event.request} was taken for a full answer, which nobody gave ({when(emitted)})"
            )

    def _combined(self, emitted: Emitted, event: Combined) -> None:
        lost = self._lost.setdefault((emitted.node, emitted.incarnation, event.request), {})
        rungs = [_rung(term.kind, term.wanted, term.expert, term.rung) for term in event.terms]
        if len({term.wanted for term in event.terms}) < self._bank.shape.top:
            rungs.append(LEFT_OUT)
        lossy = [rung for rung in rungs if rung > HOST]
        lost.update(dict.fromkeys(lossy))
        if not lossy:
            truth = self._bank.truth(event.layer, event.token, event.phase)
            if event.output != truth:
                at = next(i for i, (one, other) in enumerate(zip(event.output, truth, strict=True)) if one != other)
                said = f"{say(event.output[at])} in place of {say(truth[at])} at {at}"
                self.contradict(emitted, f"{event.request}, layer {event.layer}, claims no loss and has {said}")


def _rung(kind: str, wanted: int, expert: int, said: int) -> int:
    """What a term is, whatever it says of itself."""
    return SHADOWED if kind == SHADOW else NEXT_BEST if wanted != expert else said


class BoundHolds(Invariant):
    """Measured errors are within the combined certificates, and a shadow is the matrix that was certified."""

    name = "bound-holds"
    claim = "no error exceeded its certificate, and every shadow was the one that was certified"
    watches = (ShardState, Combined, Answered)

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        self._bank = bank_of(settings.shape)

    def observe(self, emitted: Emitted) -> None:
        """Compare."""
        event = emitted.event
        if isinstance(event, ShardState):
            if event.kind == SHADOW and event.target == READY:
                self._certified(emitted, event)
        elif isinstance(event, Combined):
            truth = self._bank.truth(event.layer, event.token, event.phase)
            error = sum((one - other) ** 2 for one, other in zip(event.output, truth, strict=True))
            if error > event.bound**2 and any(term.rung > HOST for term in event.terms):
                said = f"an error of {error} squared, certified are {event.bound}"
                self.contradict(emitted, f"{event.request}, layer {event.layer}, has {said} ({when(emitted)})")
        elif isinstance(event, Answered) and not event.failed and event.error > event.bound:
            said = f"an error of {event.error} millionths, certified are {event.bound}"
            self.contradict(emitted, f"{event.request} has {said} ({when(emitted)})")

    def _certified(self, emitted: Emitted, event: ShardState) -> None:
        release = self._release(event.release)
        if release is not None and event.digest != release.certificate(event.layer, event.expert).digest:
            what = f"shadow {event.layer}/{event.expert} of release {event.release}"
            self.contradict(emitted, f"{what} on {when(emitted)} is not the matrix that was certified")

    def _release(self, number: int) -> Release | None:
        recipe = self._settings.recipe(self._settings.keep_of(number))
        try:
            return release_of(self._settings.shape, number, recipe)
        except Infeasible:
            return None
