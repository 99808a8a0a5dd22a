"""What the system is built from. A mutant puts a subclass that overrides one rule in the place of one part."""

from dataclasses import dataclass

from models.smartsearch.api import Api
from models.smartsearch.ingestion.chunker import Chunker
from models.smartsearch.ingestion.claims import Claims
from models.smartsearch.ingestion.embedding import Embedding
from models.smartsearch.ingestion.intake import Intake
from models.smartsearch.ingestion.outbox import Announcer
from models.smartsearch.ingestion.sweeping import Sweeping
from models.smartsearch.ingestion.worker import Attempt
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
from models.smartsearch.retrieval.search import Retrieval


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
    announcer: type[Announcer] = Announcer
    intake: type[Intake] = Intake
    claims: type[Claims] = Claims
    sweeping: type[Sweeping] = Sweeping
    attempt: type[Attempt] = Attempt
    chunker: type[Chunker] = Chunker
    embedding: type[Embedding] = Embedding
    retrieval: type[Retrieval] = Retrieval
    api: type[Api] = Api
