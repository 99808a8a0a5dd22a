"""Nodes and names: registration by epoch, node leases, and deletion by uid."""

import msgspec

from models.veriflow.finishing import Finishing
from models.veriflow.objects import LOST, READY, UNKNOWN, Job, Lease, Node
from models.veriflow.tables import Tables

RESET, REGISTER, WELCOME = "reset", "register", ""


class Registry:
    """The rules of `register`, `renew` and `delete`."""

    def __init__(self, tables: Tables, finishing: Finishing) -> None:
        self._tables = tables
        self._finishing = finishing

    def register(self, node: Node, epoch: int, missing: tuple[int, ...]) -> str:
        """A node is there in this epoch; or it must reset its runtime first, for its rows were given up as unknown."""
        if epoch < node.epoch or (epoch == node.epoch and node.state == LOST):
            return RESET
        if epoch > node.epoch:
            self._finishing.end_epochs(node.name, epoch)
        changed = msgspec.structs.replace(node, epoch=epoch, missing=missing, state=READY)
        if changed != node:
            self._tables.put(changed)
        return WELCOME

    def renew(self, node: Node, epoch: int, stamp: int) -> str:
        """A node is alive; the answer says what it has to do."""
        if node.state == LOST:
            return RESET
        if node.epoch != epoch or node.state == UNKNOWN:
            return REGISTER
        name = f"node/{node.name}"
        lease = self._tables.leases.get(name) or Lease(name)
        self._tables.put(msgspec.structs.replace(lease, holder=node.name, count=lease.count + 1, stamp=stamp))
        return WELCOME

    def delete(self, kind: str, name: str, uid: int) -> bool:
        """Mark an object, or remove it if nothing holds it; whether there was one of this uid."""
        one = self._tables.of_kind(kind).get(name)
        if one is None or not self.is_meant(one.uid, uid):
            return False
        if isinstance(one, Job) and one.finalizers:
            if not one.deleted:
                self._tables.put(msgspec.structs.replace(one, deleted=True))
            return True
        self._tables.remove(one)
        return True

    def is_meant(self, found: int, uid: int) -> bool:
        """Whether the object of this name is the one that was to be deleted."""
        return found == uid
