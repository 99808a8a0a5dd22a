"""Who is who among the servers of a bakery, by their order."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.gandom.settings import Settings


@dataclass(frozen=True)
class Places:
    """Names of nodes. The office is the first of the sites."""

    sites: tuple[str, ...]
    provider: str
    admins: tuple[str, ...]
    scanners: tuple[str, ...]

    @property
    def office(self) -> str:
        """The back office, with the till."""
        return self.sites[0]

    @property
    def shops(self) -> tuple[str, ...]:
        """The storefronts."""
        return self.sites[1:]


def sites_among(servers: int, settings: Settings) -> int:
    """How many of so many servers are sites."""
    return servers - 1 - settings.admins - settings.scanners


def places_of(servers: Sequence[str], settings: Settings) -> Places:
    """Office, storefronts, provider, admins, scanners, in this order."""
    sites = sites_among(len(servers), settings)
    admins = sites + 1
    scanners = admins + settings.admins
    return Places(tuple(servers[:sites]), servers[sites], tuple(servers[admins:scanners]), tuple(servers[scanners:]))
