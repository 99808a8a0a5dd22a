"""A disk on which everything is durable at once, with what a segmented log needs of it."""

from tests.models.patterns.files import Files


class MemoryFiles(Files):
    """Files by name."""

    def names(self, prefix: str = "") -> list[str]:
        return sorted(name for name in self.files if name.startswith(prefix))

    def unlink(self, name: str) -> None:
        del self.files[name]
