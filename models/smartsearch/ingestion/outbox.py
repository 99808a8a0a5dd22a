"""The outbox: what must be said to the log is written in the transaction that it tells of, and sent by a relay."""

import msgspec

from models.smartsearch.ingestion.messages import TO_WORK, Task
from models.smartsearch.ingestion.tables import Draft

encode = msgspec.msgpack.Encoder().encode


class Announcer:
    """Says that there is work on a document."""

    def announce(self, draft: Draft, doc: int, job: int) -> None:
        """Within the transaction that makes the work: then neither can be without the other."""
        draft.queue(TO_WORK, doc, encode(Task(doc, job)))
