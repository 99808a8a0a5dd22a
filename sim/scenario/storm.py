"""The storm: fires the faults of a plan at their times, heals them, and writes down what they did."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from sim.faults.atlas import Atlas
from sim.faults.fault import Fault, Heal, Scene
from sim.faults.selectors import Roster
from sim.scenario.plan import Plan, PlannedFault
from sim.world.message import Emitted
from sim.world.units import MS
from sim.world.world import World

RETRY = 100 * MS
"""How often a fault with `if_none: wait` looks again for a target."""


@dataclass
class Fired:
    """A fault that was injected: `fault` is written with the names it hit.

    `heal_ns` is None until it healed; `acts` counts what its parts did meanwhile.
    """

    id: str
    kind: str
    inject_ns: int
    targets: tuple[str, ...]
    effect: str
    fault: Fault
    heal_ns: int | None = None
    acts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Skipped:
    """A fault that found no target."""

    id: str
    kind: str
    at_ns: int
    reason: str


class Storm:
    """The faults of one run. At `settle_ns` everything heals, and nothing fires from then on."""

    def __init__(self, world: World, plan: Plan, roster: Roster, settle_ns: int) -> None:
        self.fired: list[Fired] = []
        self.skipped: list[Skipped] = []
        self._world = world
        self._plan = plan
        self._roster = roster
        self.atlas = Atlas(roster.servers)
        self._settle_ns = settle_ns
        self._active: dict[int, Callable[[], None]] = {}
        self._emitted: dict[str, int] = {}

    def written(self) -> Plan:
        """The plan with the names that its faults hit, as far as they have fired: it runs as the plan itself did.

        A fault that an event fires several times keeps its selectors, for it may have meant others each time. One that
        waited for its target is written at the time when it found it, unless something else of the plan stands at that
        very instant: their order would not be the same.
        """
        fired: dict[str, list[Fired]] = {}
        for one in self.fired:
            fired.setdefault(one.id, []).append(one)
        busy = [at for one in self.fired for at in (one.inject_ns, one.heal_ns)]
        busy += [one.at_ns for one in self.skipped]
        busy += [one.at_ns for one in self._plan.faults]
        faults = [_as_fired(planned, fired.get(planned.id, []), busy) for planned in self._plan.faults]
        faults.sort(key=lambda fault: -1 if fault.at_ns is None else fault.at_ns)
        return replace(self._plan, faults=tuple(faults))

    def start(self) -> None:
        """Set the plan's faults going. Call it before the world boots, so that no event is missed."""
        for planned in self._plan.faults:
            if planned.after is not None:
                self._wait_for(planned, planned.after)
        self._world.at(0, self._schedule)

    def _schedule(self) -> None:
        """From within the run: so faults of the first instant stand behind the boot, and find nodes that are up."""
        for planned in self._plan.faults:
            if planned.at_ns is not None:
                self._world.at(planned.at_ns, lambda planned=planned: self._fire(planned, 0))  # type: ignore[misc]
        self._world.at(self._settle_ns, self._settle)

    def _wait_for(self, planned: PlannedFault, event: str) -> None:
        self._emitted[planned.id] = 0

        def seen(_: Emitted) -> None:
            number = self._emitted[planned.id] + 1
            if number <= planned.times and self._world.now < self._settle_ns:
                self._emitted[planned.id] = number
                self._world.at(self._world.now, lambda: self._fire(planned, number))

        self._world.subscribe_named(event, seen)

    def _fire(self, planned: PlannedFault, number: int) -> None:
        """Inject, unless the storm is over. A fault fired by events draws anew each time: `number` is in its stream."""
        world = self._world
        if world.now >= self._settle_ns:
            return
        kind = type(planned.fault).verb
        stream = world.stream("fault", planned.id, number)
        scene = Scene(planned.id if number < 2 else f"{planned.id}.{number}", stream, self._roster, self.atlas)
        heal = planned.fault.inject(world, scene)
        if heal is None:
            self._miss(planned, number, kind, scene)
            return
        written = planned.fault.written(scene)
        fired = Fired(planned.id, kind, world.now, scene.targets, scene.effect, written, acts=scene.acts)
        self.fired.append(fired)
        world.record_fault(planned.id, "inject", kind, scene.targets)
        self._heal_later(planned, fired, heal, scene)

    def _miss(self, planned: PlannedFault, number: int, kind: str, scene: Scene) -> None:
        world = self._world
        if planned.if_none == "wait" and world.now + RETRY < self._settle_ns:
            world.at(world.now + RETRY, lambda: self._fire(planned, number))
            return
        self.skipped.append(Skipped(planned.id, kind, world.now, scene.reason))
        world.record_fault(planned.id, "skip", kind, ())

    def _heal_later(self, planned: PlannedFault, fired: Fired, heal: Heal, scene: Scene) -> None:
        world, place = self._world, len(self.fired)

        def end() -> None:
            if self._active.pop(place, None) is None:
                return  # healed at settle already
            fired.heal_ns = world.now
            world.record_fault(fired.id, "heal", fired.kind, fired.targets)
            heal()  # after its record, which is the cause of what follows

        self._active[place] = end
        if planned.for_ns is not None:
            span = scene.stream.child("for").between(*planned.for_ns)
            world.at(min(world.now + span, self._settle_ns), end)

    def _settle(self) -> None:
        """Heal what still is active, in the order in which it was injected, and start who fell by itself."""
        for end in list(self._active.values()):
            end()
        for node in self._world.nodes.values():
            if not node.holds:
                node.start()
        for planned in self._plan.faults:
            if planned.after is not None and not self._emitted[planned.id]:
                reason = f"no {planned.after} was emitted"
                self.skipped.append(Skipped(planned.id, type(planned.fault).verb, self._world.now, reason))


def _as_fired(planned: PlannedFault, fired: list[Fired], busy: list[int | None]) -> PlannedFault:
    """A fault of the plan as it fired, if it did so once."""
    if len(fired) != 1 or planned.times > 1:
        return planned
    at = fired[0].inject_ns
    if planned.at_ns is None or at == planned.at_ns:
        return replace(planned, fault=fired[0].fault)
    is_alone = busy.count(at) == 1
    return replace(planned, fault=fired[0].fault, at_ns=at, if_none="skip") if is_alone else planned
