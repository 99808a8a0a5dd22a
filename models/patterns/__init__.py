"""Pieces that several models need: the journal, retries, idempotency, leases with fencing, the transactional outbox.

Plain objects, no actors. What must survive a crash they hand to a `write` that their owner gives them, mostly the
`append` of a `Journal`; after a restart the owner gives every record that it reads back to `restore`. So one journal
serves several of them, and one record can hold a change of each.

    self.journal = Journal(self.disk, "orders", Entry | Order)
    self.keys = IdempotencyStore(self.journal.append)
    for record in self.journal.read():
        if isinstance(record, Entry):
            self.keys.restore(record)
"""

from models.patterns.idempotency import CONFLICT, IN_PROGRESS, Entry, IdempotencyStore, digest
from models.patterns.journal import Files, Journal
from models.patterns.leases import Fence, Lease, Leases
from models.patterns.outbox import Delivered, Letter, Outbox, relay
from models.patterns.retries import RetryBudget, RetryPolicy

__all__ = [
    "CONFLICT",
    "IN_PROGRESS",
    "Delivered",
    "Entry",
    "Fence",
    "Files",
    "IdempotencyStore",
    "Journal",
    "Lease",
    "Leases",
    "Letter",
    "Outbox",
    "RetryBudget",
    "RetryPolicy",
    "digest",
    "relay",
]
