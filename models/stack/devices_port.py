"""The devices port: memory of GPUs for whoever is no job, as rows of the one ledger; and a ledger in memory.

A row is claimed under an id that is used once, so that a word which comes late frees nobody else's. The epoch in it is
that of the GPU node: whoever holds memory there compares it with the machine's own.
"""

from collections.abc import Sequence

from models import veriflow
from models.stack.backpressure import TOO_LATE
from models.stack.cluster_line import ClusterLine
from models.stack.ports import Clocked, Errand
from sim import Actor, Refused


class LedgerDevices:
    """Of one actor: rows of the orchestrator's ledger. They belong to no client's operation."""

    def __init__(self, actor: Actor, fronts: Sequence[str], devices: int) -> None:
        self._actor = actor
        self._line = ClusterLine(actor, fronts)
        self._devices = devices

    async def claim(self, errand: Errand, id_: str, owner: str, node: str, size: int) -> veriflow.Row:
        """See `Devices`."""
        clocked = self._begin(errand)
        reason = veriflow.NO_DEVICE
        for device in range(self._devices):
            reply = await self._line.do(veriflow.ClaimShared(id_, owner, node, device, size), clocked.deadline)
            if isinstance(reply.object, veriflow.Claim):
                claim = reply.object
                return veriflow.Row(claim.name, claim.node, claim.epoch, claim.device, claim.owner, 0, claim.size)
            reason = reply.reason  # also that the id has a row, of another device: an earlier try has got that one
        raise Refused(reason)

    async def release(self, errand: Errand, id_: str) -> None:
        """See `Devices`."""
        await self._line.do(veriflow.Unclaim(id_), self._begin(errand).deadline)

    async def holds(self, errand: Errand, id_: str) -> bool:
        """See `Devices`."""
        return any(one.name == id_ for one in await self._claims(self._begin(errand)))

    async def held(self, errand: Errand, prefix: str) -> tuple[str, ...]:
        """See `Devices`."""
        found = await self._claims(self._begin(errand))
        return tuple(one.name for one in found if one.name.startswith(prefix))

    async def _claims(self, clocked: Clocked) -> list[veriflow.Claim]:
        """All shared rows, not older than now."""
        listed = await self._line.ask(veriflow.ListAll(("Claim",), "", 0, fresh=True), clocked.deadline)
        return [one for one in listed.objects if isinstance(one, veriflow.Claim)]

    def _begin(self, errand: Errand) -> Clocked:
        _refuse_late(errand)
        return Clocked(self._actor, errand)


class RememberedDevices:
    """The stand-in: a ledger of its own, of nodes that are always there in their first epoch."""

    def __init__(self, nodes: Sequence[str], devices: int, memory: int) -> None:
        self._ledger = veriflow.Ledger()
        self._devices = devices
        for node in nodes:
            self._ledger.put_node(node, devices, memory)

    async def claim(self, errand: Errand, id_: str, owner: str, node: str, size: int) -> veriflow.Row:
        """See `Devices`."""
        _refuse_late(errand)
        known = self._ledger.rows.get(id_)
        if known is not None:
            return self._ledger.claim(veriflow.Row(id_, node, 1, known.device, owner, 0, size))
        reason = veriflow.NO_DEVICE
        for device in range(self._devices):
            try:
                return self._ledger.claim(veriflow.Row(id_, node, 1, device, owner, 0, size))
            except Refused as no:
                reason = no.reason
        raise Refused(reason)

    async def release(self, errand: Errand, id_: str) -> None:
        """See `Devices`."""
        _refuse_late(errand)
        self._ledger.release(id_)

    async def holds(self, errand: Errand, id_: str) -> bool:
        """See `Devices`."""
        _refuse_late(errand)
        return self._ledger.holds(id_)

    async def held(self, errand: Errand, prefix: str) -> tuple[str, ...]:
        """See `Devices`."""
        _refuse_late(errand)
        return tuple(id_ for id_ in self._ledger.rows if id_.startswith(prefix))


def _refuse_late(errand: Errand) -> None:
    if errand.left <= 0:
        raise Refused(TOO_LATE)
