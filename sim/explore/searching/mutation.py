"""Small changes of a plan: move, stretch, drop, duplicate or splice a fault, aim it elsewhere, reroll its draws."""

from collections.abc import Callable, Sequence

from sim.explore.shrinking.case import Data, ns_of, verb_of, with_ns
from sim.world.streams import Stream
from sim.world.units import MS

FAULTS_MAX = 64
_TARGETS = ("leader", "random:1", "random:2", "minority")


def mutated(faults: Sequence[Data], others: Sequence[Data], storm_ns: int, stream: Stream) -> list[Data]:
    """The faults after one to four changes drawn from `stream`; `others` are faults to splice in."""
    found = [dict(fault) for fault in faults]
    for _ in range(stream.between(1, 4)):
        change = stream.choice(_CHANGES)
        found = change(found, others, storm_ns, stream)
    return sorted(found[:FAULTS_MAX], key=lambda fault: ns_of(fault, "at") or 0)


def _move(faults: list[Data], others: Sequence[Data], storm_ns: int, stream: Stream) -> list[Data]:  # noqa: ARG001
    """Another time, anywhere or nearby."""
    return _changed(faults, stream, lambda fault: _moved(fault, storm_ns, stream))


def _moved(fault: Data, storm_ns: int, stream: Stream) -> Data:
    at = ns_of(fault, "at")
    if at is None:
        return fault
    if stream.below(2):
        return with_ns(fault, at=_ms(stream.between(0, storm_ns - 1)))
    by = stream.between(-storm_ns // 10, storm_ns // 10)
    return with_ns(fault, at=_ms(min(max(at + by, 0), storm_ns - 1)))


def _stretch(faults: list[Data], others: Sequence[Data], storm_ns: int, stream: Stream) -> list[Data]:  # noqa: ARG001
    """A quarter to four times as long."""

    def stretched(fault: Data) -> Data:
        lasting = ns_of(fault, "for")
        quarters = stream.choice((1, 2, 8, 16))
        return fault if not lasting else with_ns(fault, for_=max(MS, _ms(lasting * quarters // 4)))

    return _changed(faults, stream, stretched)


def _drop(faults: list[Data], others: Sequence[Data], storm_ns: int, stream: Stream) -> list[Data]:  # noqa: ARG001
    """One fault less."""
    if not faults:
        return faults
    gone = stream.below(len(faults))
    return faults[:gone] + faults[gone + 1 :]


def _duplicate(faults: list[Data], others: Sequence[Data], storm_ns: int, stream: Stream) -> list[Data]:  # noqa: ARG001
    """The same fault once more, at another time."""
    if not faults:
        return faults
    again = _renamed(stream.choice(faults), stream)
    return [*faults, _moved(again, storm_ns, stream)]


def _splice(faults: list[Data], others: Sequence[Data], storm_ns: int, stream: Stream) -> list[Data]:  # noqa: ARG001
    """A fault of another plan too."""
    return [*faults, _renamed(stream.choice(others), stream)] if others else faults


def _retarget(faults: list[Data], others: Sequence[Data], storm_ns: int, stream: Stream) -> list[Data]:  # noqa: ARG001
    """Somebody else."""

    def aimed(fault: Data) -> Data:
        verb = verb_of(fault)
        if verb not in ("crash", "pause", "clock", "disk"):
            return fault
        return {**fault, verb: {**fault[verb], "nodes": stream.choice(_TARGETS)}}

    return _changed(faults, stream, aimed)


def _reroll(faults: list[Data], others: Sequence[Data], storm_ns: int, stream: Stream) -> list[Data]:  # noqa: ARG001
    """The same fault with other draws: its streams hang on its id."""
    return _changed(faults, stream, lambda fault: _renamed(fault, stream))


_CHANGES: tuple[Callable[[list[Data], Sequence[Data], int, Stream], list[Data]], ...] = (
    _move, _move, _stretch, _drop, _duplicate, _splice, _retarget, _reroll,
)  # fmt: skip


def _changed(faults: list[Data], stream: Stream, change: Callable[[Data], Data]) -> list[Data]:
    if not faults:
        return faults
    place = stream.below(len(faults))
    return [change(fault) if at == place else fault for at, fault in enumerate(faults)]


def _renamed(fault: Data, stream: Stream) -> Data:
    return {**fault, "id": f"{verb_of(fault)}-{stream.word():016x}"}


def _ms(ns: int) -> int:
    """Whole milliseconds: plans are read by people."""
    return ns // MS * MS
