"""States that a run should have reached before its verdict means much: what `sometimes` can ask for."""

from collections.abc import Callable, Mapping

from models.raft.events import (
    Applied,
    BecameLeader,
    Committed,
    ConfigAppended,
    CopyLost,
    Denied,
    ReadBegan,
    ReadServed,
    Repaired,
    SnapshotInstalled,
    SnapshotSaved,
    TransferStarted,
    Truncated,
)
from sim import Emitted, Landmark

Predicate = Callable[[Emitted], bool]


def _another_leads() -> Predicate:
    last: list[str] = []

    def reached(emitted: Emitted) -> bool:
        last.append(emitted.node)
        return len(last) > 1 and last.pop(0) != emitted.node

    return reached


def _read_before_own_commit() -> Predicate:
    terms: dict[str, int] = {}  # server -> term of the newest entry that it knows to be committed

    def reached(emitted: Emitted) -> bool:
        event = emitted.event
        if isinstance(event, Committed):
            terms[emitted.node] = event.entry_term
        return isinstance(event, ReadBegan) and terms.get(emitted.node, 0) < event.term

    return reached


def _repeat_was_answered() -> Predicate:
    acted: set[tuple[int, int]] = set()

    def reached(emitted: Emitted) -> bool:
        event = emitted.event
        if not isinstance(event, Applied) or not event.session:
            return False
        operation = (event.session, event.serial)
        if event.effective:
            acted.add(operation)
        return not event.effective and operation in acted

    return reached


def _old_entries_at_election() -> Predicate:
    commits: dict[tuple[str, int], int] = {}

    def reached(emitted: Emitted) -> bool:
        event, life = emitted.event, (emitted.node, emitted.incarnation)
        if isinstance(event, Committed):
            commits[life] = event.index
        return isinstance(event, BecameLeader) and event.last > commits.get(life, 0)

    return reached


def _target_took_over() -> Predicate:
    targets: dict[int, str] = {}  # term -> to whom its leader wished to hand over

    def reached(emitted: Emitted) -> bool:
        event = emitted.event
        if isinstance(event, TransferStarted):
            targets[event.term] = event.to
        return isinstance(event, BecameLeader) and targets.get(event.term - 1) == emitted.node

    return reached


def _read_under_lease() -> Predicate:
    return lambda emitted: isinstance(emitted.event, ReadServed) and emitted.event.mode == "lease"


def _pre_vote_refused() -> Predicate:
    return lambda emitted: isinstance(emitted.event, Denied) and emitted.event.pre


def _always() -> Predicate:
    return lambda _: True


_ALL = (
    Landmark("leader_changed", (BecameLeader,), _another_leads),
    Landmark("entry_truncated", (Truncated,), _always),
    Landmark("read_waited_for_noop", (Committed, ReadBegan), _read_before_own_commit),
    Landmark("snapshot_saved", (SnapshotSaved,), _always),
    Landmark("snapshot_installed", (SnapshotInstalled,), _always),
    Landmark("config_changed", (ConfigAppended,), _always),
    Landmark("transfer_done", (TransferStarted, BecameLeader), _target_took_over),
    Landmark("read_under_lease", (ReadServed,), _read_under_lease),
    Landmark("entry_lost", (CopyLost,), _always),
    Landmark("entry_given_back", (Repaired,), _always),
    Landmark("prevote_refused", (Denied,), _pre_vote_refused),
    Landmark("duplicate_serial_answered", (Applied,), _repeat_was_answered),
    Landmark("old_term_entry_seen_by_leader", (BecameLeader, Committed), _old_entries_at_election),
)

LANDMARKS: Mapping[str, Landmark] = {landmark.name: landmark for landmark in _ALL}
