"""A Raft server whose machine is a store."""

from collections.abc import Sequence

from models import raft, veristore
from models.stack.parts import StoreParts
from models.stack.settings import StoreSettings


class StoreReplica(raft.RaftNode):
    """One incarnation of a replica. It tells the checks what each command changed."""

    def __init__(self, settings: StoreSettings, servers: Sequence[str], parts: StoreParts) -> None:
        super().__init__(settings, raft.bootstrap(servers, settings.voters, settings.learners), parts.group)
        self._store_settings = settings
        self._store_parts = parts.store

    def make_machine(self) -> veristore.StoreMachine:
        """An empty store."""
        return veristore.StoreMachine(self._store_settings.limits(), self.machine_parts(), self.tell)

    def machine_parts(self) -> veristore.MachineParts:
        """What the store is made of."""
        return self._store_parts.machine

    def tell(self, index: int, changes: Sequence[veristore.Change]) -> None:
        """Show the checks what the command at `index` meant."""
        for event in veristore.events_of(index, changes):
            self.emit(event)
