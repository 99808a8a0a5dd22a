"""VeriStore on Raft: the log of the group is the write-ahead log, its snapshot the store's, its reads the store's.

Neither knows the other. Raft drives whatever has `apply`, `query`, `snapshot`, `restore` and `digest`; VeriStore has a
machine of that shape. Chunks travel as commands like any other, and clients are answered after commit and apply.
"""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import cast

from models import raft, veristore
from models.stack.parts import StoreParts
from models.stack.raft_port import RaftPort
from models.stack.replica import StoreReplica
from models.stack.settings import StoreSettings
from models.stack.store_mutants import MUTANTS
from sim import Model, Parameters, Script, System


class ReplicatedStoreClient(veristore.StoreClient):
    """A client of the store that reaches it through Raft."""

    def __init__(
        self, group: Sequence[str], script: Script, settings: StoreSettings, parts: StoreParts, caretaker: bool
    ) -> None:
        super().__init__(("store",), script, settings, parts.store.client, caretaker)
        self._group = tuple(group)
        self._of_raft = settings

    def port(self, server: str, purpose: str) -> veristore.Port:
        """The way to the group."""
        retries = self.random.child("retries", server, purpose)
        return RaftPort(raft.Contact(self, self._group, self._of_raft, retries))


def build(system: System) -> None:
    """Put a replica on every node of the system, and a client on every script."""
    settings = cast("StoreSettings", system.parameters)
    parts = StoreParts() if system.mutant is None else cast("StoreParts", system.mutant.part)
    replica = parts.replica or StoreReplica
    for name in system.servers:
        system.server(name, partial(replica, settings, system.servers, parts))
    for number, script in enumerate(system.scripts):
        client = partial(ReplicatedStoreClient, system.servers, script, settings, parts, caretaker=number == 0)
        system.client(script.client, client)


def refuse(parameters: Parameters, servers: int) -> Iterable[tuple[str, str]]:
    """Groups that so many servers cannot form."""
    return raft.MODEL.refuse(parameters, servers)


REPLICATED_STORE = Model(
    name="models.stack:REPLICATED_STORE",
    about="VeriStore replicated by Raft: keys, objects and multipart uploads on a group that repairs rotten disks",
    build=build,
    parameters=StoreSettings,
    spec="object-store",
    verbs=veristore.VERBS,
    checks={**raft.CHECKS, **veristore.KV_CHECKS, **veristore.object_checks(replicated=True)},
    landmarks={**raft.LANDMARKS, **veristore.OBJECT_LANDMARKS},
    roles=raft.MODEL.roles,
    mutants=MUTANTS,
    refuse=refuse,
)
