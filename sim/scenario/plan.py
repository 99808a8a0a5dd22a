"""The plan: every fault of a run with a literal time, drawn before the run starts.

What the nemesis and the ranges of a scenario leave open is drawn here from streams of their own, so a plan is a pure
function of scenario and seed, and can be written out as an ordinary `faults:` list that runs to the same fingerprint.
A fault's streams hang on its id. An entry without an id gets one from its own text and not from its place in the list,
so that taking its neighbour away changes none of its draws; of entries with the same text the second is numbered 2, and
as they say the same it does not matter which of them goes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b

import msgspec

from sim.faults.fault import FAULTS, Fault
from sim.scenario.schema import FaultEntry, Nemesis, Scenario, When
from sim.world.distributions import Distribution
from sim.world.quantities import Range, show_exact_ns, show_range
from sim.world.streams import Stream
from sim.world.units import show_ns

_FAULTS_MAX = 10_000


@dataclass(frozen=True)
class PlannedFault:
    """One fault with its id. It fires at `at_ns`, or each time the event `after` is emitted, up to `times` times."""

    id: str
    fault: Fault
    at_ns: int | None
    after: str | None
    for_ns: Range | None
    if_none: str
    times: int

    def as_entry(self) -> dict[str, object]:
        """The fault as a scenario writes it."""
        entry: dict[str, object] = {"id": self.id}
        if self.at_ns is not None:
            entry["at"] = show_exact_ns(self.at_ns)
        if self.after is not None:
            entry |= {"after": self.after, "times": self.times}
        if self.for_ns is not None:
            entry["for"] = show_range(self.for_ns)
        if self.if_none != "skip":
            entry["if_none"] = self.if_none
        return entry | {type(self.fault).verb: self.fault.as_body()}


@dataclass(frozen=True)
class Plan:
    """All faults of a run, in order of their times, and what was decided while drawing them."""

    faults: tuple[PlannedFault, ...]
    notes: tuple[str, ...] = ()

    def as_entries(self) -> list[dict[str, object]]:
        """The plan as the `faults:` list of a scenario."""
        return [fault.as_entry() for fault in self.faults]


def draw_plan(scenario: Scenario, seed: int, servers: int) -> Plan:
    """Draw the plan of a scenario with so many servers in all, under a seed."""
    storm_ns = scenario.duration - scenario.settle
    faults: list[PlannedFault] = []
    taken = {entry.when.id for entry in scenario.faults if entry.when.id is not None}
    for entry in scenario.faults:
        name = entry.when.id or _own_id(entry, taken)
        faults += _expand(entry, name, Stream(seed, "fault", name, "times"), storm_ns)
    notes: list[str] = []
    if scenario.nemesis is not None:
        bound = _bound(scenario, scenario.nemesis, servers)
        away = [_away(fault, storm_ns, servers) for fault in faults if fault.at_ns is not None]
        faults += _Drawing(scenario.nemesis, Stream(seed, "nemesis"), storm_ns, servers, bound, away, notes).faults()
    faults.sort(key=lambda fault: -1 if fault.at_ns is None else fault.at_ns)
    return Plan(tuple(faults), tuple(notes))


def _own_id(entry: FaultEntry, taken: set[str]) -> str:
    """A name from the entry's text: `crash-3f2a`, and `crash-3f2a-2` for a second entry that says the same."""
    verb = type(entry.fault).verb
    text = msgspec.json.encode(
        [entry.when.model_dump(mode="json", by_alias=True), verb, entry.fault.model_dump(mode="json", by_alias=True)],
        order="deterministic",
    )
    name = first = f"{verb}-{blake2b(text, digest_size=2).hexdigest()}"
    number = 1
    while name in taken:
        number += 1
        name = f"{first}-{number}"
    taken.add(name)
    return name


def _expand(entry: FaultEntry, name: str, times: Stream, storm_ns: int) -> Iterator[PlannedFault]:
    when = entry.when
    if when.every is None:
        span = _lasting(when, times)
        limit = when.times or 1
        yield PlannedFault(name, entry.fault, when.at, when.after, span, when.if_none, limit)
        return
    at = 0
    for number in range(1, (when.times or _FAULTS_MAX) + 1):
        at += max(1, when.every.draw(times))
        if at >= storm_ns:
            return
        yield PlannedFault(f"{name}.{number}", entry.fault, at, None, _lasting(when, times), when.if_none, 1)


def _lasting(when: When, times: Stream) -> Range | None:
    """How long, drawn now; for faults that wait for an event it stays a range, drawn when they fire."""
    if when.for_ is None or when.after is not None:
        return when.for_
    span = times.between(*when.for_)
    return Range(span, span)


@dataclass(frozen=True)
class _Away:
    """How many nodes a fault takes away, and when."""

    begin: int
    end: int
    count: int


def _away(fault: PlannedFault, storm_ns: int, servers: int) -> _Away:
    """What a fault of literal time takes away; to the end of the storm if nothing heals it or healing does not help."""
    assert fault.at_ns is not None, f"{fault.id} waits for an event: nobody knows when it fires"
    healed = None if fault.for_ns is None or fault.fault.lasts() else fault.at_ns + fault.for_ns.high
    return _Away(fault.at_ns, storm_ns if healed is None else healed, fault.fault.down(servers))


def _bound(scenario: Scenario, nemesis: Nemesis, servers: int) -> int:
    """How many nodes may be down at once.

    With several systems it is a minority of the smallest one that has any: a draw does not say which it will hit.
    """
    if nemesis.max_down is not None:
        return nemesis.max_down
    sizes = [entry.nodes for entry in scenario.systems.values()] if len(scenario.systems) > 1 else [servers]
    return min(((size - 1) // 2 for size in sizes if size > 2), default=0)


class _Drawing:
    """Draws the faults of a nemesis; one sub-stream for each ordinal, so that none moves another."""

    def __init__(
        self,
        nemesis: Nemesis,
        stream: Stream,
        storm_ns: int,
        servers: int,
        bound: int,
        away: list[_Away],
        notes: list[str],
    ) -> None:
        self._nemesis = nemesis
        self._stream = stream
        self._storm_ns = storm_ns
        self._servers = servers
        self._notes = notes
        self._bound = bound
        self._away = away

    def faults(self) -> Iterator[PlannedFault]:
        """The faults in order of time. One that would take too many nodes away is replaced by none, and counted."""
        kinds, quarters = self._swarm()
        at, replaced = self._nemesis.start, 0
        if not kinds:
            return
        for ordinal in range(_FAULTS_MAX):
            own = self._stream.child(ordinal)
            at += max(1, _scaled(self._nemesis.every, quarters, own))
            if at >= self._storm_ns:
                break
            span = own.between(*self._nemesis.for_)
            fault = FAULTS[own.weighted(kinds)].draw(own)
            planned = PlannedFault(f"nemesis-{ordinal}", fault, at, None, Range(span, span), "skip", 1)
            away = _away(planned, self._storm_ns, self._servers)
            if self._is_too_many(away):
                replaced += 1
                continue
            self._away.append(away)
            yield planned
        if replaced:
            self._notes.append(f"nemesis: {replaced} faults left out, more than {self._bound} nodes would be down")

    def _swarm(self) -> tuple[dict[str, int], int]:
        """The kinds of this seed and their pace (Groce and others, "Swarm testing", ISSTA 2012).

        Each kind is on with probability 1/2; one seed in sixteen has none of them, one all. The pace is that of the
        scenario times 2**(q/4), q from -4 to 4.
        """
        kinds = self._nemesis.kinds
        if not self._nemesis.swarm:
            return dict(kinds), 0
        own = self._stream.child("swarm")
        special, quarters = own.below(16), own.between(-4, 4)
        chosen = {kind: weight for kind, weight in kinds.items() if own.below(2)}
        if special == 0:
            chosen = {}
        elif special == 1 or not chosen:
            chosen = dict(kinds) if special == 1 else {own.choice(list(kinds)): 1}
        self._notes.append(f"swarm: {', '.join(chosen) or 'calm'}; pace 2^({quarters}/4)")
        return chosen, quarters

    def _is_too_many(self, new: _Away) -> bool:
        """Whether too many would be away at some instant: the count rises only where one begins."""
        if not new.count:
            return False
        begins = [new.begin, *(one.begin for one in self._away if new.begin < one.begin < new.end)]
        return any(new.count + self._away_at(instant) > self._bound for instant in begins)

    def _away_at(self, instant: int) -> int:
        return sum(one.count for one in self._away if one.begin <= instant < one.end)


_QUARTERS = {-4: 500, -3: 595, -2: 707, -1: 841, 0: 1000, 1: 1189, 2: 1414, 3: 1682, 4: 2000}
"""2**(q/4) in thousandths."""


def _scaled(every: Distribution, quarters: int, own: Stream) -> int:
    return every.draw(own) * 1000 // _QUARTERS[quarters]


def say(fault: PlannedFault) -> str:
    """A planned fault in words."""
    when = f"at {show_ns(fault.at_ns)}" if fault.at_ns is not None else f"after {fault.after}"
    lasting = "" if fault.for_ns is None else f" for {show_range(fault.for_ns)}"
    return f"{type(fault.fault).verb} {when}{lasting}"
