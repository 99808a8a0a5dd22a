"""Promises of the pipeline: what a request is made of, what it costs, when it ends, and how services are treated."""

from collections.abc import Callable, Mapping
from typing import cast

from models.agentflow import ENGINE_CHECKS
from models.resumesnap.events import (
    Accepted,
    Called,
    Charged,
    Debited,
    Ended,
    Forgotten,
    Heard,
    Held,
    Hit,
    Made,
    Released,
    Used,
)
from models.resumesnap.load import BreakerLegal, LoadBound, Recovers
from models.resumesnap.settings import Settings
from models.resumesnap.words import DEGRADED, DONE, PRIMARY, SEGMENTS, compute, segment, transcript
from sim import Check, Emitted, System, show_ns
from sim.invariants import Invariant, when


class OneVersion(Invariant):
    """Every step of a request reads the version of the resume that it named."""

    name = "one-version"
    claim = "every request was made of the version it named"
    watches = (Accepted, Used)

    def __init__(self) -> None:
        super().__init__()
        self._named: dict[str, int] = {}

    def observe(self, emitted: Emitted) -> None:
        """Compare."""
        event = emitted.event
        if isinstance(event, Accepted):
            self._named[event.id] = event.version
        elif isinstance(event, Used) and self._named[event.id] != event.version:
            said = f"{when(emitted)} read version {event.version} for request {event.id}"
            self.contradict(emitted, f"{said}, which named {self._named[event.id]}")


class DebitOnce(Invariant):
    """One of the quota is held per request, then debited or released, once; used and held stay within the limit."""

    name = "debit-once"
    claim = "every request cost what it should, and nobody passed the limit"
    watches = (Accepted, Held, Debited, Released, Ended)

    def __init__(self, quota: int) -> None:
        super().__init__()
        self._quota = quota
        self._state: dict[str, tuple[str, Emitted]] = {}
        self._live: dict[str, int] = {}
        self._requests: dict[tuple[str, str], str] = {}

    def observe(self, emitted: Emitted) -> None:
        """Follow each hold; a gateway that came back says everything again."""
        event = emitted.event
        if isinstance(event, Accepted):
            first = self._requests.setdefault((event.user, event.request), event.id)
            if first != event.id:
                self.contradict(
                    emitted, f"request {event.request} of {event.user} is {first} and {event.id} ({when(emitted)})"
                )
        elif isinstance(event, Ended):
            self._end(emitted, event)
        elif isinstance(event, (Held, Debited, Released)):
            self._move(emitted, event)

    def _move(self, emitted: Emitted, event: Held | Debited | Released) -> None:
        word = type(event).__name__.lower()
        before, first = self._state.get(event.id, ("", emitted))
        if before == word or (word == "held" and before):
            if first.incarnation == emitted.incarnation and first is not emitted:
                self.contradict(emitted, f"request {event.id} was {word} twice: {when(first)}, {when(emitted)}")
            return
        if before != ("" if word == "held" else "held"):
            self.contradict(
                emitted, f"request {event.id} was {word} ({when(emitted)}) after it was {before or 'nothing'}"
            )
        self._state[event.id] = word, emitted
        change = {"held": 1, "debited": 0, "released": -1}[word]
        self._live[event.user] = live = self._live.get(event.user, 0) + change
        if live > self._quota:
            self.contradict(
                emitted, f"{event.user} has {live} used and held ({when(emitted)}); the limit is {self._quota}"
            )

    def _end(self, emitted: Emitted, event: Ended) -> None:
        state, _ = self._state.get(event.id, ("", emitted))
        wanted = "debited" if event.state in (DONE, DEGRADED) else "released"
        if state != wanted:
            self.contradict(
                emitted,
                f"request {event.id} ended {event.state} ({when(emitted)}) and is {state or 'nothing'}, not {wanted}",
            )


class ChargeOnce(Invariant):
    """A service charges once for a request and a model, whatever is retried or hedged: counted in its books."""

    name = "charge-once"
    claim = "no service charged twice for a request"
    watches = (Charged,)

    def __init__(self, versions: int) -> None:
        super().__init__()
        self._versions = versions
        self._charges: dict[tuple[str, str], dict[int, Emitted]] = {}

    def observe(self, emitted: Emitted) -> None:
        """Count."""
        event = emitted.event
        assert isinstance(event, Charged), "this one is watched"
        charges = self._charges.setdefault((emitted.node, event.order), {})
        charges.setdefault(event.serial, emitted)
        if len(charges) > self._versions:
            told = ", ".join(when(one) for one in charges.values())
            self.contradict(emitted, f"{emitted.node} charged {len(charges)} times for request {event.order}: {told}")


class CacheOwn(Invariant):
    """What the cache serves is this user's, of this epoch, of this content and model; and every text is true."""

    name = "cache-own"
    claim = "whatever was served was the asker's own, and what its provider makes of it"
    watches = (Hit, Made, Forgotten, Ended, Accepted)

    def __init__(self) -> None:
        super().__init__()
        self._epochs: dict[str, int] = {}
        self._accepted: dict[str, Accepted] = {}
        self._ended: dict[str, None] = {}

    def observe(self, emitted: Emitted) -> None:
        """Compare keys, texts, and the epoch of what is handed out."""
        event = emitted.event
        if isinstance(event, Accepted):
            self._accepted[event.id] = event
        elif isinstance(event, Forgotten):
            self._epochs[event.user] = event.epoch
        elif isinstance(event, Hit):
            found = (event.user, event.epoch, event.content, event.version)
            wanted = (event.wanted_user, event.wanted_epoch, event.wanted_content, event.wanted_version)
            if found != wanted:
                self.contradict(
                    emitted,
                    f"request {event.id} of {event.wanted_user} was served ({when(emitted)}) {found}, not {wanted}",
                )
        elif isinstance(event, Made):
            if event.body != compute(event.provider, event.version, event.content) or event.provider != event.kind:
                said = f"{when(emitted)} took {event.body!r} for what {event.kind} makes of it"
                self.contradict(emitted, f"{said}, for request {event.id}")
        elif isinstance(event, Ended) and event.state in (DONE, DEGRADED) and event.id not in self._ended:
            self._ended[event.id] = None  # a gateway that came back says everything again
            order = self._accepted[event.id]
            epoch = self._epochs.get(order.user, 1)
            if order.epoch != epoch:
                self.contradict(
                    emitted, f"request {event.id} was served ({when(emitted)}) though {order.user} was deleted since"
                )


class Labelled(Invariant):
    """A result is DONE only if all its providers were the primary ones."""

    name = "labelled"
    claim = "every result says who made it"
    watches = (Ended,)

    def observe(self, emitted: Emitted) -> None:
        """Compare state and providers."""
        event = emitted.event
        assert isinstance(event, Ended), "this one is watched"
        primary = all(provider in PRIMARY for provider in event.providers)
        if event.state in (DONE, DEGRADED) and primary != (event.state == DONE):
            made = " and ".join(event.providers)
            self.contradict(emitted, f"request {event.id} ended as {event.state} ({when(emitted)}), made by {made}")


class WholeText(Invariant):
    """What is analysed is the whole transcript, as the answering provider would give it."""

    name = "whole-text"
    claim = "every transcript was whole"
    watches = (Heard,)

    def observe(self, emitted: Emitted) -> None:
        """Compare with the provider's reference transcript."""
        event = emitted.event
        assert isinstance(event, Heard), "this one is watched"
        reference = transcript(tuple(segment(event.provider, event.recording, n) for n in range(SEGMENTS)))
        if event.text != reference:
            said = f"{when(emitted)} went on with a transcript of {event.recording} for request {event.id}"
            self.contradict(emitted, f"{said} that is not what {event.provider} makes of it")


class DeadlineKept(Invariant):
    """Nothing is begun for a request after its deadline, and by then it has ended."""

    name = "deadline-kept"
    claim = "every request ended in time, and nothing was done for it later"
    watches = (Accepted, Called, Ended)

    def __init__(self, grace: int) -> None:
        super().__init__()
        self._grace = grace
        self._accepted: dict[str, Emitted] = {}
        self._ended: dict[str, None] = {}

    def observe(self, emitted: Emitted) -> None:
        """Compare times; a gateway that was down at the deadline ends the request when it is back."""
        event = emitted.event
        if isinstance(event, Accepted):
            self._accepted.setdefault(event.id, emitted)
        elif isinstance(event, Called) or (isinstance(event, Ended) and event.id not in self._ended):
            accepted = self._accepted[event.id]
            if isinstance(event, Ended):
                self._ended[event.id] = None  # a gateway that came back says everything again
            assert isinstance(accepted.event, Accepted), "only these are kept"
            late = emitted.t_ns - accepted.event.deadline_ns
            is_back = isinstance(event, Ended) and emitted.incarnation != accepted.incarnation
            if late > self._grace and not is_back:
                did = f"called {event.service}" if isinstance(event, Called) else "ended"
                self.contradict(
                    emitted, f"{when(emitted)} {did} for request {event.id}, {show_ns(late)} after its deadline"
                )


def _settings(system: System) -> Settings:
    return cast("Settings", system.parameters)


CHECKS: Mapping[str, Callable[[System], Check]] = {
    "one-version": lambda _: OneVersion(),
    "debit-once": lambda system: DebitOnce(_settings(system).quota),
    "charge-once": lambda system: ChargeOnce(2 if _settings(system).rollout_at else 1),
    "cache-own": lambda _: CacheOwn(),
    "labelled": lambda _: Labelled(),
    "whole-text": lambda _: WholeText(),
    "deadline-kept": lambda system: DeadlineKept(_settings(system).grace),
    "load-bound": lambda system: LoadBound(_settings(system).grace),
    "breaker-legal": lambda _: BreakerLegal(),
    "recovers": lambda system: Recovers(_settings(system).deadline),
    **ENGINE_CHECKS,
}
