"""Leader election of loops by a lease object: one active loop of a kind, for efficiency; safety never rests on it.

A challenger takes over when *it* has seen no change of the lease for the lease time on its own clock; time stamps of
other clocks are never compared (Kubernetes, client-go leaderelection). The leader gives up earlier, on its own clock.
"""

from collections.abc import Callable
from contextlib import suppress

import msgspec

from models.veriflow.commands import Create, Update
from models.veriflow.events import Leads
from models.veriflow.objects import Lease
from models.veriflow.port import Port
from sim import Actor, Timeout


class Elector:
    """Campaigns for the lease `loop` in its actor's name. With `alone` false it leads at once and for ever."""

    def __init__(
        self, actor: Actor, port: Port, loop: str, lease_ns: int, *, elect: bool, began: Callable[[], None]
    ) -> None:
        self._actor = actor
        self._port = port
        self._loop = loop
        self._lease_ns = lease_ns
        self._elect = elect
        self._began = began
        self._own: Lease | None = None
        self._renewed_at = 0
        self._seen = ("", -1)
        self._seen_at = 0

    @property
    def leads(self) -> bool:
        """Whether this loop may act, as far as it knows."""
        if not self._elect:
            return True
        return self._own is not None and self._actor.elapsed() - self._renewed_at < self._lease_ns * 4 // 5

    async def campaign(self) -> None:
        """A story without end: renew, or wait for one's turn."""
        if not self._elect:
            self._lead()
            return
        await self._actor.sleep(self._actor.random.between(1, self._lease_ns // 8))
        while True:
            with suppress(Timeout):
                await (self._challenge() if self._own is None else self._renew(self._own))
            if self._own is not None and not self.leads:
                self._own = None
            await self._actor.sleep(self._lease_ns // 4)

    async def _renew(self, lease: Lease) -> None:
        sent_at = self._actor.elapsed()
        reply = await self._port.do(Update(msgspec.structs.replace(lease, count=lease.count + 1)))
        mine = reply.object
        if isinstance(mine, Lease) and mine.holder == self._actor.name:
            self._own = mine
            self._renewed_at = sent_at if reply.ok else self._renewed_at
        else:
            self._own = None

    async def _challenge(self) -> None:
        lease = await self._port.get("Lease", self._loop)
        now = self._actor.elapsed()
        if lease is None:
            await self._take(Create(Lease(self._loop, self._actor.name, 1)))
        elif isinstance(lease, Lease):
            if (lease.holder, lease.count) != self._seen:
                self._seen, self._seen_at = (lease.holder, lease.count), now
            elif now - self._seen_at > self._lease_ns:
                await self._take(Update(msgspec.structs.replace(lease, holder=self._actor.name, count=lease.count + 1)))

    async def _take(self, command: Create | Update) -> None:
        sent_at = self._actor.elapsed()
        reply = await self._port.do(command)
        if reply.ok and isinstance(reply.object, Lease):
            self._own, self._renewed_at = reply.object, sent_at
            self._lead()

    def _lead(self) -> None:
        self._actor.emit(Leads(self._loop, self._actor.name), at_once=True)
        self._began()
