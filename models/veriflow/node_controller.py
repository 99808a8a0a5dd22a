"""The node controller: a node is unreachable, and later lost, when *this* loop has seen no sign of it for long enough.

Only its own clock counts, and it begins to count anew whenever it begins to lead. A lost node's rows stay: its GPUs are
not free, they are unknown.
"""

from typing import TYPE_CHECKING

import msgspec

from models.veriflow.commands import Update
from models.veriflow.objects import LOST, READY, UNREACHABLE, Lease, Node
from sim import Refused, Timeout

if TYPE_CHECKING:
    from models.veriflow.controller import Controller


class NodeController:
    """The rules of nodes. `watch` looks at all of them, once in each renewal time."""

    def __init__(self, controller: "Controller") -> None:
        self.controller = controller
        self._seen: dict[str, tuple[int, int]] = {}

    def forget(self) -> None:
        """Somebody else looked meanwhile, or nobody did: begin to count anew."""
        self._seen.clear()

    async def watch(self) -> None:
        """A story without end."""
        controller = self.controller
        while True:
            await controller.sleep(controller.settings.renew)
            if not controller.is_active:
                self.forget()
                continue
            for node in controller.all_of(Node):
                if node.epoch:
                    await self._look(node)

    async def _look(self, node: Node) -> None:
        wanted = self.judge(node)
        if wanted == node.state:
            return
        try:
            await self.controller.write(node.name, Update(msgspec.structs.replace(node, state=wanted)))
        except (Refused, Timeout):
            return  # looked at again soon

    def judge(self, node: Node) -> str:
        """The state that a node should have."""
        lease = self.controller.find(Lease, f"node/{node.name}")
        if lease is None or node.state == LOST:
            return node.state
        silent = self.silence(node, lease)
        settings = self.controller.settings
        if silent > settings.lost + settings.tolerance:
            return LOST if node.state == UNREACHABLE else UNREACHABLE
        return UNREACHABLE if silent > settings.lost else READY

    def silence(self, node: Node, lease: Lease) -> int:
        """Ns since this loop saw the lease change, or the node register."""
        now = self.controller.elapsed()
        count, since = self._seen.get(node.name, (-1, now))
        mark = lease.count * 1_000_003 + node.epoch
        if count != mark:
            since = now
            self._seen[node.name] = mark, now
        return now - since
