"""What a server is built from. A mutant puts a subclass that overrides one rule in the place of one part."""

from collections.abc import Callable
from dataclasses import dataclass

from models.raft.acceptance import Acceptance
from models.raft.ballot import Ballot
from models.raft.changes import Changes
from models.raft.commitment import Commitment
from models.raft.election import Election
from models.raft.handover import Handover
from models.raft.installation import Installation
from models.raft.lease import Lease
from models.raft.log import Log
from models.raft.machine import KeyValueMachine
from models.raft.marked_log import MarkedLog
from models.raft.membership import Membership
from models.raft.progress import Progress
from models.raft.proposals import Proposals
from models.raft.reads import Reads
from models.raft.repair import Repair
from models.raft.replication import Replication
from models.raft.sessions import Machine, Sessions
from models.raft.shipment import Shipping
from models.raft.snapshots import Snapshots


@dataclass(frozen=True)
class Parts:
    """The class of every part, and the factory of the machine that the log drives."""

    ballot: type[Ballot] = Ballot
    snapshots: type[Snapshots] = Snapshots
    log: type[Log] = Log
    marked_log: type[MarkedLog] = MarkedLog
    repair: type[Repair] = Repair
    membership: type[Membership] = Membership
    progress: type[Progress] = Progress
    commitment: type[Commitment] = Commitment
    election: type[Election] = Election
    acceptance: type[Acceptance] = Acceptance
    installation: type[Installation] = Installation
    shipping: type[Shipping] = Shipping
    changes: type[Changes] = Changes
    handover: type[Handover] = Handover
    lease: type[Lease] = Lease
    replication: type[Replication] = Replication
    proposals: type[Proposals] = Proposals
    reads: type[Reads] = Reads
    sessions: type[Sessions] = Sessions
    machine: Callable[[], Machine] = KeyValueMachine
