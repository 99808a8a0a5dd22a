"""The names of a disk's files: what lookups see, what is on the platter, and the entry changes in between."""

from sim.world.inode import Inode


class EntryChange:
    """One change of names: `name` now means `inode` (None: nothing), and `gone` (a rename's old name) nothing.

    `serial` orders it among all changes of the disk; `begun_at` is the device time (ns) when the device turns to it.
    """

    __slots__ = ("begun_at", "gone", "inode", "name", "serial")

    def __init__(self, serial: int, begun_at: int, name: str, inode: Inode | None, gone: str | None = None) -> None:
        self.serial = serial
        self.begun_at = begun_at
        self.name = name
        self.inode = inode
        self.gone = gone

    def apply(self, names: dict[str, Inode]) -> None:
        """Make the change in `names`; a rename is one step: never both names, never neither."""
        if self.gone is not None:
            names.pop(self.gone, None)
        if self.inode is None:
            names.pop(self.name, None)
        else:
            names[self.name] = self.inode


class Directory:
    """One flat directory. `live` is what lookups see, `platter` what a power loss leaves."""

    __slots__ = ("live", "pending", "platter")

    def __init__(self) -> None:
        self.live: dict[str, Inode] = {}
        self.platter: dict[str, Inode] = {}
        self.pending: list[EntryChange] = []

    def change(self, change: EntryChange) -> None:
        """Change the names that lookups see."""
        change.apply(self.live)
        self.pending.append(change)

    def take(self, before: int) -> list[EntryChange]:
        """Let the changes with a serial below `before` be pending no more; returns them."""
        taken = [change for change in self.pending if change.serial < before]
        del self.pending[: len(taken)]
        return taken

    def settle(self, before: int) -> None:
        """Make the changes with a serial below `before` durable, in order."""
        for change in self.take(before):
            change.apply(self.platter)

    def settle_name(self, inode: Inode, before: int) -> None:
        """Make the name of a new file durable, and with it every change of names that came before it."""
        if any(one is inode for one in self.platter.values()):
            return
        bound = [change.serial for change in self.pending if change.inode is inode and change.serial < before]
        if bound:
            self.settle(bound[-1] + 1)
