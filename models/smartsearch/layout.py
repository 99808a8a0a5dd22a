"""Who is where: the names of brokers, controller, database and all others, and the numbers of the partitions."""

from dataclasses import dataclass

from models.smartsearch.settings import Settings

GROUP = "workers"
"""The group that consumes the documents' partitions."""


@dataclass(frozen=True)
class Layout:
    """Servers by what they are, and partitions by what is in them.

    Partitions 0 to `documents` - 1 hold what the pipeline works on; behind them come the group offsets, what became
    searchable, and what was given up.
    """

    brokers: tuple[str, ...]
    controller: str
    workers: tuple[str, ...]
    documents: int
    database: str = ""
    embedder: str = ""
    api: str = ""
    relays: tuple[str, ...] = ()
    caretaker: str = ""

    @property
    def offsets(self) -> int:
        """The partition of group offsets."""
        return self.documents

    @property
    def indexed(self) -> int:
        """The partition that says which documents became searchable."""
        return self.documents + 1

    @property
    def dead(self) -> int:
        """The partition of dead letters."""
        return self.documents + 2

    @property
    def partitions(self) -> range:
        """All of them."""
        return range(self.documents + (3 if self.database else 1))


FIXED = ("database", "embedder", "api", "relay", "relay", "caretaker")
"""What there is beside brokers, controller and workers, in order."""


def lay_out(servers: tuple[str, ...], settings: Settings) -> Layout:
    """Give every server its part, in order."""
    brokers, (controller, *others) = servers[: settings.brokers], servers[settings.brokers :]
    if settings.only_log:
        return Layout(brokers, controller, tuple(others), settings.partitions)
    database, embedder, api, relay, standby, caretaker, *workers = others
    fixed = (database, embedder, api, (relay, standby), caretaker)
    return Layout(brokers, controller, tuple(workers), settings.partitions, *fixed)


def servers_needed(settings: Settings) -> int:
    """How many servers there are before the first worker."""
    return settings.brokers + 1 + (0 if settings.only_log else len(FIXED))
