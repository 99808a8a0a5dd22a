"""Intake: one document per tenant and request id, and no more of them than can be worked on."""

from models.smartsearch.ingestion.messages import BACKLOG, CONFLICT, Submit
from models.smartsearch.ingestion.outbox import Announcer
from models.smartsearch.ingestion.tables import Document, Draft, Tables, digest_of, fresh_job
from models.smartsearch.settings import Settings

TEXT_MAX = 100_000
"""Characters."""


class Intake:
    """The rules of `submit`."""

    def __init__(self, tables: Tables, settings: Settings, announcer: Announcer) -> None:
        self._tables = tables
        self._settings = settings
        self._announcer = announcer

    def submit(self, draft: Draft, asked: Submit, now: int) -> int | str:
        """The document's id, or why it is refused. Accepted is what is committed, with the row that announces it."""
        malformed = _malformed(asked)
        if malformed:
            return malformed
        known = self._tables.requests.get((asked.tenant, asked.request))
        if known is not None:
            same = self.is_same(self._tables.documents[known], asked.text)
            return known if same else f"{CONFLICT}: another text under request {asked.request}"
        if len(self._tables.open) >= self._settings.backlog_max:
            return f"{BACKLOG}: {len(self._tables.open)} documents are under way"
        doc = len(self._tables.documents) + 1
        draft.add(Document(doc, asked.tenant, asked.request, asked.text, digest_of(asked.text)))
        draft.move(fresh_job(doc, 0, now))
        self._announcer.announce(draft, doc, 0)
        return doc

    def is_same(self, document: Document, text: str) -> bool:
        """Whether a request id comes again with the text that it came with first."""
        return document.digest == digest_of(text)


def _malformed(asked: Submit) -> str:
    """What is wrong with a submission; empty if nothing is."""
    if not asked.tenant or not asked.request:
        return "400: expected a tenant and a request id"
    if len(asked.text) > TEXT_MAX:
        return f"413: a text of {len(asked.text)} characters, more than {TEXT_MAX:,}"
    return ""
