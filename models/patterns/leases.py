"""Leases with fencing tokens: one holder at a time by the granter's clock, and a number that tells old holders apart.

A lease alone protects nothing: its holder may be paused, and act after it ran out. So each grant has a token greater
than all before it, also over restarts of the granter, and whatever is protected refuses lower ones (Gray and Cheriton,
SOSP 1989; Kleppmann, "How to do distributed locking", 2016).
"""

from collections.abc import Callable

from sim import Message


class Lease(Message):
    """`holder` has `resource` until `until`, on the granter's clock in ns, and proves it by `token`."""

    resource: str
    holder: str
    token: int
    until: int


class Leases:
    """The granter's side. `write` makes a lease durable before its grant leaves; `now` is the granter's clock (ns)."""

    def __init__(self, write: Callable[[Lease], object]) -> None:
        self._write = write
        self._leases: dict[str, Lease] = {}

    def restore(self, lease: Lease) -> None:
        """Take in a lease that was written before."""
        self._leases[lease.resource] = lease

    def grant(self, resource: str, holder: str, now: int, ttl: int) -> Lease | None:
        """A new lease with a higher token; None while another holder's runs. Who asks again gets a new one."""
        last = self._leases.get(resource)
        if last is not None and last.until > now and last.holder != holder:
            return None
        lease = Lease(resource, holder, 1 if last is None else last.token + 1, now + ttl)
        return self._keep(lease)

    def renew(self, resource: str, token: int, now: int, ttl: int) -> Lease | None:
        """The same lease for longer; None if it is not the newest any more, or has run out."""
        last = self._leases.get(resource)
        if last is None or last.token != token or last.until <= now:
            return None
        return self._keep(Lease(resource, last.holder, token, now + ttl))

    def release(self, resource: str, token: int, now: int) -> bool:
        """Give it back early. The token stays used."""
        last = self._leases.get(resource)
        if last is None or last.token != token:
            return False
        self._keep(Lease(resource, last.holder, token, min(now, last.until)))
        return True

    def current(self, resource: str) -> Lease | None:
        """The newest lease, whether it still runs or not."""
        return self._leases.get(resource)

    def holds(self, resource: str, token: int, now: int) -> bool:
        """Whether this token is the newest and has not run out."""
        last = self._leases.get(resource)
        return last is not None and last.token == token and last.until > now

    def _keep(self, lease: Lease) -> Lease:
        self._write(lease)
        self._leases[lease.resource] = lease
        return lease


class Fence:
    """The side of what is protected: it never takes a token lower than one that it took.

    The highest token must be as durable as what it protects: write both in one record, and give it back to `raise_to`.
    """

    def __init__(self) -> None:
        self._highest: dict[str, int] = {}

    def raise_to(self, resource: str, token: int) -> None:
        """Know of a token."""
        self._highest[resource] = max(token, self.highest(resource))

    def highest(self, resource: str) -> int:
        """The highest token that was seen; 0 if none was."""
        return self._highest.get(resource, 0)

    def admits(self, resource: str, token: int) -> bool:
        """Whether this token may still act; if so, lower ones may not from now on."""
        if token < self.highest(resource):
            return False
        self.raise_to(resource, token)
        return True
