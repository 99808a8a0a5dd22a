"""A client of the store: it does the steps of its script one after another. The first one is the caretaker too."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.veristore.clients.caretaker import Caretaker
from models.veristore.clients.conditional import Conditional
from models.veristore.clients.kv_client import Flow, KvClient
from models.veristore.clients.multipart_client import MultipartClient
from models.veristore.clients.object_client import ObjectClient
from models.veristore.clients.port import NodePort, Port
from models.veristore.clients.ports import Ports
from models.veristore.clients.settings import ClientSettings
from sim import Actor, Script

VERBS = {
    "get": 0,
    "put": 1,
    "delete": 0,
    "cas": 1,
    "batch": 1,
    "scan": 0,
    "put-object": 1,
    "get-object": 0,
    "get-range": 0,
    "head-object": 0,
    "delete-object": 0,
    "list-objects": 0,
    "put-if": 1,
    "abandon": 1,
    "multipart": 1,
    "multipart-if": 1,
    "multipart-abort": 1,
}
"""What a workload may ask, with how many arguments behind the key a literal operation has."""


@dataclass(frozen=True)
class ClientParts:
    """What a client is built from. A mutant puts a subclass that overrides one rule in the place of one part."""

    conditional: type[Conditional] = Conditional


class StoreClient(Actor):
    """Keys and values, objects and multipart uploads, on one store or several independent ones."""

    def __init__(
        self, servers: Sequence[str], script: Script, settings: ClientSettings, parts: ClientParts, caretaker: bool
    ) -> None:
        self._servers = tuple(servers)
        self._script = script
        self._settings = settings
        self._parts = parts
        self._caretaker = caretaker

    def port(self, server: str, purpose: str) -> Port:
        """How to reach a store. Who puts another one in its place replaces this."""
        return NodePort(self, server, self._settings, self.random.child("retries", server, purpose))

    def on_start(self) -> None:
        """Begin the script, and tidying up."""
        ports = Ports([self.port(server, "script") for server in self._servers])
        self._flows = self._make_flows(ports)
        self.spawn(self.story())
        for server in self._servers if self._caretaker else ():
            caretaker = Caretaker(self, self.port(server, "time"), self._settings)
            self.spawn(caretaker.keep_time())
            self.spawn(Caretaker(self, self.port(server, "sweep"), self._settings).sweep())

    async def story(self) -> None:
        """One step at a time."""
        for step in self._script.steps(self.random.child("script")):
            await self.sleep(step.wait_ns if step.at_ns is None else max(0, step.at_ns - self.elapsed()))
            await self._flows[step.verb](step, self.elapsed() + self._script.timeout_ns)

    def _make_flows(self, ports: Ports) -> dict[str, Flow]:
        settings = self._settings
        values = KvClient(self, ports, settings.page_max, self.random.child("values"))
        objects = ObjectClient(self, ports, settings, self.random.child("objects"), self._parts.conditional)
        multipart = MultipartClient(self, ports, settings, self.random.child("multipart"), objects)
        return {**values.flows, **objects.flows, **multipart.flows}
