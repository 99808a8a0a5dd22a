"""The database: each request is one transaction of one handler, durable before anybody hears of it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from models.patterns import Journal, Lease, Leases
from models.smartsearch.ingestion import events as e
from models.smartsearch.ingestion import messages as m
from models.smartsearch.ingestion.tables import Draft, Tables, Transaction
from models.smartsearch.layout import Layout
from models.smartsearch.settings import Settings
from sim import Actor, Caller, on

if TYPE_CHECKING:
    from models.smartsearch.parts import Parts

RELAY = "relay"


class TableRows:
    """The tables, as retrieval sees them."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def found(self) -> Iterable[int]:
        """Documents that are READY."""
        return self._tables.live

    def staged(self) -> Iterable[int]:
        """Documents with any chunk."""
        return dict.fromkeys(doc for doc, _ in self._tables.chunks)

    def tenant(self, doc: int) -> str:
        """Whose it is."""
        return self._tables.documents[doc].tenant

    def live_rows(self, doc: int) -> Iterable[tuple[int, bytes]]:
        """The chunks of the live attempt."""
        chunks = self._tables.chunks.get((doc, self._tables.live[doc].attempt), {})
        return [(chunk.version, chunk.row) for chunk in chunks.values()]

    def all_rows(self, doc: int) -> Iterable[tuple[int, bytes]]:
        """The chunks of all attempts."""
        return [
            (chunk.version, chunk.row)
            for (owner, _), chunks in self._tables.chunks.items()
            if owner == doc
            for chunk in chunks.values()
        ]


class Database(Actor):
    """One incarnation: the tables are read back from the journal."""

    def __init__(self, settings: Settings, layout: Layout, parts: "Parts") -> None:
        self.settings = settings
        self.layout = layout
        self.parts = parts

    def on_start(self) -> None:
        """Read the journal back, and tell again what may not have been told."""
        parts, settings = self.parts, self.settings
        self.tables = Tables()
        self.tables.version = settings.version
        self._journal: Journal[Transaction | Lease] = Journal(self.disk, "database", Transaction | Lease)
        self._turns = Leases(self._journal.append)
        self._told = 0
        self._read_back()
        self.announcer = parts.announcer(self)
        self.intake = parts.intake(self.tables, settings, self.announcer)
        self.claims = parts.claims(self.tables, settings, self.announcer)
        self.sweeping = parts.sweeping(self.tables, settings, self.claims, self.announcer)
        self.retrieval = parts.retrieval(TableRows(self.tables), parts.embedding())

    def _read_back(self) -> None:
        records = self._journal.read()
        transactions = [record for record in records if isinstance(record, Transaction)]
        for record in records:
            if isinstance(record, Lease):
                self._turns.restore(record)
            else:
                self.tables.apply(record)
        told = transactions[-1].told if transactions else 0
        for transaction in transactions:
            for event in transaction.events:
                if event.n > told:
                    self.emit(event)
        self._told = self.tables.events

    def commit(self, draft: Draft) -> None:
        """Make a transaction durable, and tell what it did."""
        transaction = draft.done(self._told)
        if transaction is None:
            return
        self._journal.append(transaction)
        self.tables.apply(transaction)
        for event in transaction.events:
            self.emit(event)
        told = self.tables.events
        self.when_durable(lambda: self._note_told(told))

    def _note_told(self, told: int) -> None:
        self._told = max(self._told, told)

    # Clients

    @on(m.Submit)
    def submit(self, caller: Caller, asked: m.Submit) -> m.Submitted | None:
        """A document comes in."""
        draft = Draft(self.tables)
        said = self.intake.submit(draft, asked, self.elapsed())
        if isinstance(said, str):
            self.emit(e.Refusal(asked.tenant, asked.request, said[:3]))
            self.refuse(caller, said)
            return None
        self.commit(draft)
        return m.Submitted(said)

    @on(m.AskStatus)
    def status(self, caller: Caller, asked: m.AskStatus) -> m.Status | None:
        """What became of a document?"""
        document, job = self.tables.documents.get(asked.doc), self.tables.jobs.get((asked.doc, 0))
        if document is None or job is None or document.tenant != asked.tenant:
            self.refuse(caller, f"404: tenant {asked.tenant} has no document {asked.doc}")
            return None
        self.emit(e.StatusSeen(asked.tenant, asked.doc, job.state))
        return m.Status(job.state, job.attempt)

    @on(m.Search)
    def search(self, caller: Caller, asked: m.Search) -> m.Hits | None:
        """Which documents fit?"""
        try:
            documents, scores = self.retrieval.search(asked.tenant, asked.text, asked.k)
        except ValueError as error:
            self.refuse(caller, f"400: {error}")
            return None
        said = e.Found(asked.number, caller.source, asked.tenant, asked.text, asked.k, documents, scores)
        self.emit(said)
        return m.Hits(documents, scores)

    # Workers

    @on(m.Claim)
    def claim(self, _: Caller, asked: m.Claim) -> m.Claimed:
        """A worker wants a document."""
        draft = Draft(self.tables)
        said = self.claims.claim(draft, asked, self.elapsed())
        self.commit(draft)
        return said

    @on(m.Renew)
    def renew(self, caller: Caller, asked: m.Renew) -> m.Done | None:
        """The work goes on."""
        draft = Draft(self.tables)
        held = self.claims.renew(draft, asked, self.elapsed())
        self.commit(draft)
        return self._done(caller, held)

    @on(m.Stage)
    def stage(self, _: Caller, asked: m.Stage) -> m.Done:
        """A chunk is embedded."""
        draft = Draft(self.tables)
        self.claims.stage(draft, asked)
        self.commit(draft)
        return m.Done()

    @on(m.Publish)
    def publish(self, caller: Caller, asked: m.Publish) -> m.Status | None:
        """All chunks are staged."""
        draft = Draft(self.tables)
        published = self.claims.publish(draft, asked, self.elapsed())
        self.commit(draft)
        return self._state(caller, asked.doc, asked.job, published)

    @on(m.Fail)
    def fail(self, caller: Caller, asked: m.Fail) -> m.Status | None:
        """An attempt has failed."""
        draft = Draft(self.tables)
        held = self.claims.fail(draft, asked, self.elapsed())
        self.commit(draft)
        return self._state(caller, asked.doc, asked.job, held)

    @on(m.BadRecord)
    def bad_record(self, _: Caller, asked: m.BadRecord) -> m.Done:
        """A record says nothing."""
        draft = Draft(self.tables)
        draft.queue(m.TO_DEAD, 0, asked.value)
        draft.tell(lambda n: e.BadRecordKept(n, asked.partition, asked.offset))
        self.commit(draft)
        return m.Done()

    def _done(self, caller: Caller, held: bool) -> m.Done | None:
        if not held:
            self.refuse(caller, m.FENCED)
            return None
        return m.Done()

    def _state(self, caller: Caller, doc: int, number: int, held: bool) -> m.Status | None:
        if not held:
            self.refuse(caller, m.FENCED)
            return None
        job = self.tables.jobs[doc, number]
        return m.Status(job.state, job.attempt)

    # Relays, caretaker, operators

    @on(m.TakeTurn)
    def take_turn(self, _: Caller, asked: m.TakeTurn) -> m.Turn:
        """A relay wants to be the active one."""
        now, lease = self.elapsed(), self.settings.relay_lease
        held = self._turns.current(RELAY)
        if held is not None and held.holder == asked.relay and self._turns.renew(RELAY, held.token, now, lease):
            return m.Turn(True)
        return m.Turn(self._turns.grant(RELAY, asked.relay, now, lease) is not None)

    @on(m.Unsent)
    def unsent(self, _: Caller, asked: m.Unsent) -> m.Rows:
        """What is to be sent?"""
        rows = self.tables.unsent
        return m.Rows(tuple(rows[row] for row in sorted(rows)[: asked.limit]))

    @on(m.MarkSent)
    def mark_sent(self, _: Caller, asked: m.MarkSent) -> m.Done:
        """It is in the log."""
        draft = Draft(self.tables)
        for row in asked.rows:
            draft.sent(row)
        self.commit(draft)
        return m.Done()

    @on(m.Sweep)
    def sweep(self, _: Caller, __: m.Sweep) -> m.Swept:
        """Put right what workers left behind."""
        draft = Draft(self.tables)
        count = self.sweeping.sweep(draft, self.elapsed())
        self.commit(draft)
        return m.Swept(count)

    @on(m.Collect)
    def collect(self, _: Caller, __: m.Collect) -> m.Swept:
        """Drop what is over."""
        draft = Draft(self.tables)
        count = self.sweeping.collect(draft)
        self.commit(draft)
        return m.Swept(count)

    @on(m.Revive)
    def revive(self, caller: Caller, asked: m.Revive) -> m.Status | None:
        """An operator tries a document again; with document 0, every dead one."""
        draft = Draft(self.tables)
        dead = [doc for doc, job in self.tables.jobs if job == 0 and self.tables.jobs[doc, job].state == m.DEAD]
        wanted = [doc for doc in dead if asked.doc in (0, doc)]
        for doc in wanted:
            self.claims.revive(draft, doc, self.elapsed())
        self.commit(draft)
        if not wanted:
            self.refuse(caller, f"document {asked.doc} is not dead")
            return None
        return m.Status(m.PENDING, 0)

    @on(m.Reindex)
    def reindex(self, caller: Caller, asked: m.Reindex) -> m.Status | None:
        """An operator wants another version of the embedding."""
        if asked.version <= self.tables.version:
            self.refuse(caller, f"version: expected more than {self.tables.version}, found {asked.version}")
            return None
        draft = Draft(self.tables)
        self.sweeping.reindex(draft, asked.version, self.elapsed())
        self.commit(draft)
        return m.Status(m.READY, 0)
