"""What a consumer has handled of a partition, and how much of it may be committed."""


class Prefix:
    """Records are handled in any order; only what has nothing unhandled before it is committed."""

    def __init__(self, start: int) -> None:
        self.committable = start
        self._done: set[int] = set()

    def handled(self, offset: int) -> None:
        """The record at `offset` is handled."""
        self._done.add(offset)
        self.committable = self.after(offset)

    def after(self, offset: int) -> int:  # noqa: ARG002 - others may look at what was handled last
        """What can be committed now that `offset` is handled: the end of the completed prefix."""
        end = self.committable
        while end in self._done:
            self._done.remove(end)
            end += 1
        return end
