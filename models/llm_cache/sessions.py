"""Where a session was last answered: engine and epoch. Another epoch of the same engine is another engine."""

from collections.abc import Iterator


class Sessions:
    """Homes of sessions; the oldest are forgotten beyond `MOST`."""

    MOST = 100_000

    def __init__(self) -> None:
        self._homes: dict[str, tuple[str, int]] = {}

    def home(self, session: str) -> tuple[str, int] | None:
        """Engine and epoch."""
        return self._homes.get(session)

    def move(self, session: str, node: str, epoch: int) -> bool:
        """Remember it; whether that is news."""
        home = (node, epoch)
        if self._homes.get(session) == home:
            return False
        self._homes[session] = home
        if len(self._homes) > self.MOST:
            del self._homes[next(iter(self._homes))]
        return True

    def __iter__(self) -> Iterator[tuple[str, str, int]]:
        """All of them."""
        return ((session, node, epoch) for session, (node, epoch) in self._homes.items())
