"""How a disk fails: what its calls raise and what a failed sync carries."""


class DiskError(Exception):
    """A disk operation failed. `disk` is the name of the node whose disk it is."""

    def __init__(self, disk: str, said: str) -> None:
        super().__init__(disk, said)
        self.disk = disk
        self.said = said

    def __str__(self) -> str:
        return f"{self.disk}: {self.said}"


class SyncFailed(DiskError):
    """A sync returned an error: what it was to make durable may be lost for good, whatever later syncs return."""


class Unreadable(DiskError):
    """A sector of a file cannot be read."""


class NoSpace(DiskError):
    """The disk is full; nothing of the write was taken, unless the fault asks for short writes: then a prefix was."""


class ReadOnly(DiskError):
    """The file system refuses every change."""


class Corrupt(DiskError):
    """Both copies of a saved record are bad."""
