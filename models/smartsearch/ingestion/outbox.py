"""The outbox: what must be said to the log is written in the transaction that it tells of, and sent by a relay."""

from typing import TYPE_CHECKING

import msgspec

from models.smartsearch.ingestion.messages import TO_WORK, Task
from models.smartsearch.ingestion.tables import Draft

if TYPE_CHECKING:
    from models.smartsearch.ingestion.database import Database

encode = msgspec.msgpack.Encoder().encode


class Announcer:
    """Says that there is work on a document, for one incarnation of the database."""

    def __init__(self, database: "Database") -> None:
        self._database = database

    def announce(self, draft: Draft, doc: int, job: int) -> None:
        """Within the transaction that makes the work: then neither can be without the other."""
        draft.queue(TO_WORK, doc, encode(Task(doc, job)))
