"""What can be wrong with a disk, as the engine says it."""


class Damage(Exception):
    """Something on the disk is not what was written there. `item` is what, `how` says what is wrong with it."""

    def __init__(self, item: str, how: str) -> None:
        super().__init__(item, how)
        self.item = item
        self.how = how

    def __str__(self) -> str:
        return f"{self.item}: {self.how}"


class NoRoom(Exception):
    """The disk takes no change: it is full, or the file system is read-only. Nothing was written."""


class NotEmpty(Exception):
    """A snapshot may be restored into an empty directory only."""


class BadSnapshot(Exception):
    """A snapshot is incomplete, damaged or of another version. Nothing was restored."""


class TooLarge(Exception):
    """A batch does not fit in one record. Nothing was written."""
