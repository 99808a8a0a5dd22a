"""SmartSearch: fault-tolerant ingestion and semantic retrieval on a partitioned, replicated log.

Whoever composes a system of it takes `MODEL.build` with `Parts` of its own, `Api` and `Attempt` to put others in their
places, `SearchClient`, what is said to the database, and the promises `CHECKS`.
"""

from models.smartsearch.api import Api
from models.smartsearch.client import TENANTS, VERBS, SearchClient
from models.smartsearch.client import Flow as ClientFlow
from models.smartsearch.ingestion.chunker import Chunker
from models.smartsearch.ingestion.embedder import POISONED
from models.smartsearch.ingestion.embedding import pack
from models.smartsearch.ingestion.events import Accepted, EmbedCalled, Found, Moved, Ready
from models.smartsearch.ingestion.messages import (
    BACKLOG,
    DEAD,
    FENCED,
    POISON,
    READY,
    AskStatus,
    ChunkRow,
    Claimed,
    Embed,
    Fail,
    Hits,
    Publish,
    Renew,
    Search,
    Stage,
    Status,
    Submit,
    Submitted,
    Task,
)
from models.smartsearch.ingestion.tables import digest_of
from models.smartsearch.ingestion.worker import Attempt, Worker
from models.smartsearch.invariants import CHECKS
from models.smartsearch.landmarks import LANDMARKS
from models.smartsearch.layout import Layout, lay_out, servers_needed
from models.smartsearch.model import MODEL
from models.smartsearch.parts import Parts
from models.smartsearch.settings import Settings
from models.smartsearch.text import query

__all__ = [
    "BACKLOG",
    "CHECKS",
    "DEAD",
    "FENCED",
    "LANDMARKS",
    "MODEL",
    "POISON",
    "POISONED",
    "READY",
    "TENANTS",
    "VERBS",
    "Accepted",
    "Api",
    "AskStatus",
    "Attempt",
    "ChunkRow",
    "Chunker",
    "Claimed",
    "ClientFlow",
    "Embed",
    "EmbedCalled",
    "Fail",
    "Found",
    "Hits",
    "Layout",
    "Moved",
    "Parts",
    "Publish",
    "Ready",
    "Renew",
    "Search",
    "SearchClient",
    "Settings",
    "Stage",
    "Status",
    "Submit",
    "Submitted",
    "Task",
    "Worker",
    "digest_of",
    "lay_out",
    "pack",
    "query",
    "servers_needed",
]
