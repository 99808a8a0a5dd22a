"""The caretaker of the objects: it keeps the time of the store, and has it reap uploads and collect what is unnamed."""

from collections.abc import Sequence

from models import raft, veristore
from models.stack.raft_port import RaftPort
from models.stack.settings import StoreSettings
from sim import Actor


class ObjectsCaretaker(Actor):
    """One incarnation. What it does anew after a restart does no harm."""

    def __init__(self, servers: Sequence[str], settings: StoreSettings) -> None:
        self._servers = tuple(servers)
        self._settings = settings

    def on_start(self) -> None:
        """Two stories, each with a contact of its own."""
        self.spawn(veristore.Caretaker(self, self._port("time"), self._settings).keep_time())
        self.spawn(veristore.Caretaker(self, self._port("sweep"), self._settings).sweep())

    def _port(self, purpose: str) -> RaftPort:
        return RaftPort(raft.Contact(self, self._servers, self._settings, self.random.child("retries", purpose)))
