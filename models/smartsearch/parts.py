"""What the system is built from. A mutant puts a subclass that overrides one rule in the place of one part."""

from dataclasses import dataclass

from models.smartsearch.log.consumer import Consumer, Lane
from models.smartsearch.log.controller import Controller
from models.smartsearch.log.coordinator import Coordinator
from models.smartsearch.log.election import Election
from models.smartsearch.log.following import Following
from models.smartsearch.log.group import Group
from models.smartsearch.log.insync import InSync
from models.smartsearch.log.partition_log import PartitionLog
from models.smartsearch.log.prefix import Prefix
from models.smartsearch.log.replica import Replica
from models.smartsearch.log.sequences import Sequences


@dataclass(frozen=True)
class Parts:
    """The class of every part."""

    log: type[PartitionLog] = PartitionLog
    sequences: type[Sequences] = Sequences
    in_sync: type[InSync] = InSync
    replica: type[Replica] = Replica
    following: type[Following] = Following
    group: type[Group] = Group
    coordinator: type[Coordinator] = Coordinator
    election: type[Election] = Election
    controller: type[Controller] = Controller
    consumer: type[Consumer] = Consumer
    lane: type[Lane] = Lane
    prefix: type[Prefix] = Prefix
