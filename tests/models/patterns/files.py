"""A disk on which everything is durable at once."""


class Files:
    """Files by name, and how often they and their names were synced."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.syncs = 0
        self.name_syncs = 0

    def append(self, name: str, data: bytes) -> int:
        before = self.files.get(name, b"")
        self.files[name] = before + data
        return len(before)

    def read(self, name: str) -> bytes:
        return self.files[name]

    def exists(self, name: str) -> bool:
        return name in self.files

    def truncate(self, name: str, size: int) -> None:
        self.files[name] = self.files[name][:size]

    def fsync(self, name: str) -> None:
        assert name in self.files
        self.syncs += 1

    def fsync_dir(self) -> None:
        self.name_syncs += 1
