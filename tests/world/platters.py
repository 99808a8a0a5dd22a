"""Every platter that a crash may leave, enumerated from the rules and not from the disk's code.

A script is a list of calls on a disk. It is taken apart into steps, one for each operation that the device queues; a
platter is what names lead to afterwards.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product

from sim.world.disk import Disk

SECTOR = 512
Call = tuple[str, str, object, object]
"""("write", file, offset, bytes), ("truncate", file, size, -), ("rename", file, name, -) or ("unlink", file, -, -)."""
Platter = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True)
class Step:
    """One queued operation: bytes and size of a file, or a change of what names lead to (None: to nothing)."""

    file: int = 0
    offset: int = 0
    data: bytes = b""
    size: int = 0
    names: tuple[tuple[str, int | None], ...] = ()


@dataclass
class State:
    """Names and contents; a name leads to the number of a content."""

    names: dict[str, int] = field(default_factory=dict)
    contents: dict[int, bytes] = field(default_factory=dict)

    def copy(self) -> "State":
        return State(dict(self.names), dict(self.contents))

    def bind(self, step: Step) -> None:
        for name, file in step.names:
            if file is None:
                self.names.pop(name, None)
            else:
                self.names[name] = file

    def apply(self, step: Step) -> None:
        if step.names:
            self.bind(step)
            return
        old = self.contents.get(step.file, b"")
        end = step.offset + len(step.data)
        if step.data:
            old = old[: step.offset].ljust(step.offset, b"\0") + step.data + old[end:]
        self.contents[step.file] = old[: step.size].ljust(step.size, b"\0")

    def platter(self) -> Platter:
        return tuple(sorted((name, self.contents.get(file, b"")) for name, file in self.names.items()))


def begin(files: Mapping[str, bytes]) -> State:
    """The state in which these files are durable."""
    return State({name: i for i, name in enumerate(files)}, dict(enumerate(files.values())))


def perform(disk: Disk, script: list[Call]) -> None:
    """Make the calls on a disk; calls on a name that leads nowhere are left out."""
    for what, name, one, two in script:
        if what == "write":
            disk.write(name, one, two)  # type: ignore[arg-type]
        elif disk.exists(name):
            {"truncate": disk.truncate, "rename": disk.rename, "unlink": lambda name, _: disk.unlink(name)}[what](
                name, one
            )  # type: ignore[operator]


def steps(base: State, script: list[Call]) -> list[Step]:
    """What the calls queue on the device."""
    live, found = base.copy(), []

    def add(step: Step) -> None:
        live.apply(step)
        found.append(step)

    for what, name, one, two in script:
        if what == "write":
            assert isinstance(one, int)
            assert isinstance(two, bytes)
            if name not in live.names:
                number = len(live.contents)
                live.contents[number] = b""
                add(Step(names=((name, number),)))
            file = live.names[name]
            if two:
                add(Step(file, one, two, max(len(live.contents[file]), one + len(two))))
        elif name not in live.names:
            continue
        elif what == "truncate":
            assert isinstance(one, int)
            if one != len(live.contents[live.names[name]]):
                add(Step(live.names[name], 0, b"", one))
        elif what == "unlink":
            add(Step(names=((name, None),)))
        elif name != one:
            add(Step(names=((str(one), live.names[name]), (name, None))))
    return found


def legal_platters(base: State, pending: list[Step], mode: str) -> set[Platter]:
    """Every platter that a crash of this mode may leave."""
    if mode == "wipe":
        return {()}
    if mode == "lose-unsynced":
        return {base.platter()}
    if mode == "keep":
        return {_after(base, pending).platter()}
    return set(_torn(base, pending) if mode == "torn" else _reordered(base, pending))


def _after(base: State, pending: list[Step]) -> State:
    state = base.copy()
    for step in pending:
        state.apply(step)
    return state


def _torn(base: State, pending: list[Step]) -> Iterator[Platter]:
    """Each prefix; and each with a part of the next write, which ends where a sector does."""
    for count in range(len(pending) + 1):
        state = _after(base, pending[:count])
        yield state.platter()
        if count == len(pending):
            continue
        step = pending[count]
        for end in range(step.offset + 1, step.offset + len(step.data)):
            if end % SECTOR == 0:
                part = state.copy()
                size = max(len(part.contents.get(step.file, b"")), end)
                part.apply(Step(step.file, step.offset, step.data[: end - step.offset], size))
                yield part.platter()


def _reordered(base: State, pending: list[Step]) -> Iterator[Platter]:
    """Each prefix of sizes and names, with each subset of the dirty sectors."""
    final = _after(base, pending).contents
    dirty = sorted(
        {(step.file, at // SECTOR) for step in pending for at in range(step.offset, step.offset + len(step.data))}
    )
    for count in range(len(pending) + 1):
        state = base.copy()
        for step in pending[:count]:
            state.apply(step if step.names else Step(step.file, 0, b"", step.size))
        for choice in product((False, True), repeat=len(dirty)):
            outcome = state.copy()
            for (file, sector), kept in zip(dirty, choice, strict=True):
                content = outcome.contents.get(file, b"")
                if kept:
                    new = final[file][sector * SECTOR : (sector + 1) * SECTOR]
                    mixed = content[: sector * SECTOR] + new + content[sector * SECTOR + len(new) :]
                    outcome.contents[file] = mixed[: len(content)] if len(content) > sector * SECTOR else content
            yield outcome.platter()
