"""The names of a disk's files: what lookups see, what is on the platter, and the entry changes in between."""

from sim.world.inode import Inode


class EntryChange:
    """One change of names: `name` now means `inode` (None: nothing), and `gone` (a rename's old name) nothing."""

    __slots__ = ("done_at", "gone", "inode", "lied", "name", "serial")

    def __init__(self, serial: int, done_at: int, name: str, inode: Inode | None, gone: str | None = None) -> None:
        self.serial = serial
        self.done_at = done_at
        self.name = name
        self.inode = inode
        self.gone = gone
        self.lied = False

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

    def settle(self, before: int) -> None:
        """Make the changes with a serial below `before` durable, in order."""
        for change in self.pending:
            if change.serial < before:
                change.apply(self.platter)
        self.pending = [change for change in self.pending if change.serial >= before]

    def evict(self) -> None:
        """Forget the cache: what is shown is the platter and what is still to be written."""
        self.live = dict(self.platter)
        for change in self.pending:
            change.apply(self.live)
