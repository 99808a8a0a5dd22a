"""Raft: a replicated machine with elections, snapshots, membership change, linearizable reads and client sessions.

Whoever composes a system of it takes `RaftNode` (its `make_machine` is what the log drives), `Contact` (how a client
reaches the group), `Settings` and the promises `CHECKS`.
"""

from models.raft.contact import Contact
from models.raft.events import Committed
from models.raft.invariants import CHECKS
from models.raft.landmarks import LANDMARKS
from models.raft.membership import bootstrap
from models.raft.model import MODEL, leaders
from models.raft.mutants import MUTANTS
from models.raft.node import RaftNode
from models.raft.parts import Parts
from models.raft.sessions import Machine
from models.raft.settings import Settings

__all__ = [
    "CHECKS",
    "LANDMARKS",
    "MODEL",
    "MUTANTS",
    "Committed",
    "Contact",
    "Machine",
    "Parts",
    "RaftNode",
    "Settings",
    "bootstrap",
    "leaders",
]
