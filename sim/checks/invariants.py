"""Checks that a scenario asks for by name: sometimes, always, eventually."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass

from sim.checks.check import Check, RunRecord
from sim.checks.verdict import Verdict
from sim.world.message import Emitted, Event
from sim.world.units import SECOND, show_ns

Predicate = Callable[[Emitted], bool]


class Landmark:
    """An interesting state that a run may reach: events of the kinds in `watches` for which `reached` says so.

    `new` makes the predicate of one run, so that it may remember what it saw.
    """

    def __init__(self, name: str, watches: tuple[type[Event], ...], new: Callable[[], Predicate]) -> None:
        self.name = name
        self.watches = watches
        self.new = new


class Sometimes(Check):
    """The run reached a landmark at least `times` times: else it has not tested what it was written for."""

    def __init__(self, landmark: Landmark, times: int = 1) -> None:
        self.name = f"sometimes {landmark.name}"
        self.watches = landmark.watches
        self._reached = landmark.new()
        self._times = times
        self._count = 0

    def observe(self, emitted: Emitted) -> None:
        """Count."""
        self._count += self._reached(emitted)

    def conclude(self, record: RunRecord) -> Verdict:  # noqa: ARG002 - counting is all
        """Unknown if it was not reached: nothing broke, but nothing was shown either."""
        said = "once" if self._count == 1 else f"{self._count:,} times"
        if self._count >= self._times:
            return Verdict(self.name, "pass", said, "landmark", work=self._count)
        wanted = "" if self._times == 1 else f", {self._times} times were wanted"
        detail = f"never reached{wanted}" if not self._count else f"reached {said}{wanted}"
        return Verdict(self.name, "unknown", detail, "landmark", work=self._count)


class Always(Check):
    """A predicate of the user's own holds for every event: ``always: my_module:holds``, a function of an Emitted."""

    def __init__(self, name: str, predicate: Predicate, watches: tuple[type[Event], ...]) -> None:
        self.name = f"always {name}"
        self.watches = watches
        self._predicate = predicate
        self._first: Emitted | None = None
        self._seen = 0

    @property
    def violated(self) -> bool:
        """Whether there was an event for which it does not hold."""
        return self._first is not None

    def observe(self, emitted: Emitted) -> None:
        """Keep the first event for which it does not hold."""
        self._seen += 1
        if self._first is None and not self._predicate(emitted):
            self._first = emitted

    def conclude(self, record: RunRecord) -> Verdict:  # noqa: ARG002 - a fold over events needs no more
        """The first event for which it did not hold."""
        first = self._first
        if first is not None:
            detail = f"does not hold for {first.event!r} of {first.node} at {show_ns(first.t_ns)}"
            return Verdict(self.name, "fail", detail, self.name, at_ns=first.t_ns)
        if not self._seen:
            return Verdict(self.name, "unknown", "no event of its kinds was emitted", self.name)
        return Verdict(self.name, "pass", f"held for {self._seen:,} events", self.name)


def load_predicate(name: str) -> tuple[Predicate, tuple[type[Event], ...]]:
    """The function `pkg.mod:name` and the events it says it `watches`; LookupError or ImportError if there is none."""
    module, _, attribute = name.partition(":")
    found = getattr(importlib.import_module(module), attribute, None)
    watches = getattr(found, "watches", None)
    if not callable(found) or not isinstance(watches, tuple):
        raise LookupError(f"{name!r} is no function with an attribute `watches`, a tuple of Event types")
    return found, watches


@dataclass(frozen=True)
class _Late:
    """A client that made no progress in time, and when it first did, if ever."""

    client: str
    first_ns: int | None


class Progress(Check):
    """After all has healed, each client completes an operation within `within` ns: ``eventually: {progress: 5s}``."""

    def __init__(self, within: int = 5 * SECOND) -> None:
        self.name = "eventually progress"
        self._within = within

    def conclude(self, record: RunRecord) -> Verdict:
        """Look for the first operation of each client that was called and returned after the settle phase began."""
        began, end = record.settle_ns, record.settle_ns + self._within
        firsts = {client: self._first(record, client) for client in record.clients}
        if not firsts:
            return Verdict(self.name, "unknown", "there are no clients", "liveness")
        if end > record.end_ns:
            said = f"settle lasts {show_ns(record.end_ns - began)}, less than the {show_ns(self._within)} to wait for"
            return Verdict(self.name, "unknown", said, "liveness")
        late = [_Late(client, ns) for client, ns in firsts.items() if ns is None or ns > end]
        if late:
            return Verdict(self.name, "fail", _say_late(late, began, self._within), "liveness", at_ns=end)
        slowest = max(ns for ns in firsts.values() if ns is not None) - began
        return Verdict(self.name, "pass", f"every client within {show_ns(slowest)} of {show_ns(began)}", "liveness")

    def _first(self, record: RunRecord, client: str) -> int | None:
        times = [
            op.ret_ns
            for op in record.history.ops
            if op.client == client and op.outcome == "ok" and op.ret_ns is not None and op.call_ns >= record.settle_ns
        ]
        return min(times, default=None)


def _say_late(late: list[_Late], began: int, within: int) -> str:
    first = late[0]
    what = (
        "completed nothing" if first.first_ns is None else f"completed an operation only at {show_ns(first.first_ns)}"
    )
    more = "" if len(late) == 1 else f", nor did {len(late) - 1} more in time"
    return f"expected within {show_ns(within)} of {show_ns(began)}; {first.client} {what}{more}"
