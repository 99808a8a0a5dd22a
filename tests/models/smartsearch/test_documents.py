"""Documents under any order of requests: legal states, fences, one document per request, one budget."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from models.smartsearch.ingestion import messages as m
from models.smartsearch.ingestion.claims import Claims
from models.smartsearch.ingestion.intake import Intake
from models.smartsearch.ingestion.outbox import Announcer
from models.smartsearch.ingestion.sweeping import Sweeping
from models.smartsearch.ingestion.tables import Draft, Tables
from models.smartsearch.invariants.documents import LEGAL
from models.smartsearch.settings import Settings
from sim import MS

TENANTS = st.sampled_from(["ann", "bob"])
TEXTS = st.sampled_from(["one text", "another text"])
REQUESTS = st.sampled_from(["r1", "r2", "r3"])
DOCS = st.integers(1, 6)
ATTEMPTS = st.integers(1, 12)
SETTINGS = Settings.model_validate({"attempts_max": 3, "backlog_max": 4, "lease": "900ms", "retry_first": "100ms"})


class Documents(RuleBasedStateMachine):
    """The database's rules without a database: requests in any order, late and twice, while time goes on."""

    def __init__(self) -> None:
        super().__init__()
        self.tables = Tables()
        self.tables.version = 1
        announcer = Announcer(None)  # type: ignore[arg-type] # the outbox needs no database
        self.intake = Intake(self.tables, SETTINGS, announcer)
        self.claims = Claims(self.tables, SETTINGS, announcer)
        self.sweeping = Sweeping(self.tables, SETTINGS, self.claims, announcer)
        self.now = 0
        self.accepted: dict[tuple[str, str], tuple[int, str]] = {}
        self.ready: dict[int, int] = {}
        self.claimed: dict[int, int] = {}

    def commit(self, draft: Draft) -> None:
        before = dict(self.tables.jobs)
        transaction = draft.done(0)
        if transaction is None:
            return
        self.tables.apply(transaction)
        for job in transaction.jobs:
            was = before.get((job.doc, job.number))
            assert was is None or job.state == was.state or job.state in LEGAL[was.state] or job.state == m.PROCESSING
            assert was is None or was.state != m.READY
            if job.state == m.PENDING and (was is None or was.state != m.PENDING):
                assert any(letter.to == f"{m.TO_WORK}/{job.doc}" for letter in transaction.letters)

    @rule(ms=st.integers(1, 2000))
    def time_passes(self, ms: int) -> None:
        self.now += ms * MS

    @rule(tenant=TENANTS, request=REQUESTS, text=TEXTS)
    def submit(self, tenant: str, request: str, text: str) -> None:
        draft = Draft(self.tables)
        said = self.intake.submit(draft, m.Submit(tenant, request, text), self.now)
        self.commit(draft)
        first = self.accepted.get((tenant, request))
        if first is None:
            full = len(self.tables.open) >= SETTINGS.backlog_max
            assert isinstance(said, int) or (full and said.startswith(m.BACKLOG))
            if isinstance(said, int):
                self.accepted[tenant, request] = said, text
        elif first[1] == text:
            assert said == first[0]
        else:
            assert isinstance(said, str)
            assert said.startswith(m.CONFLICT)

    @rule(doc=DOCS, worker=st.sampled_from(["w1", "w2"]))
    def claim(self, doc: int, worker: str) -> None:
        draft = Draft(self.tables)
        said = self.claims.claim(draft, m.Claim(doc, 0, worker, 0, 0, doc), self.now)
        self.commit(draft)
        if not said.outcome:
            assert said.attempt == self.claimed.get(doc, 0) + 1
            self.claimed[doc] = said.attempt

    @rule(doc=DOCS, attempt=ATTEMPTS)
    def stage(self, doc: int, attempt: int) -> None:
        if attempt <= self.claimed.get(doc, 0):
            draft = Draft(self.tables)
            self.claims.stage(draft, m.Stage(doc, 0, attempt, 1, m.ChunkRow(0, b"", b"")))
            self.commit(draft)

    @rule(doc=DOCS, attempt=ATTEMPTS)
    def publish(self, doc: int, attempt: int) -> None:
        draft = Draft(self.tables)
        published = self.claims.publish(draft, m.Publish(doc, 0, attempt, 1), self.now)
        self.commit(draft)
        if published:
            assert attempt == self.claimed[doc]
            assert self.ready.setdefault(doc, attempt) == attempt

    @rule(doc=DOCS, attempt=ATTEMPTS, retryable=st.booleans())
    def fail(self, doc: int, attempt: int, retryable: bool) -> None:
        draft = Draft(self.tables)
        held = self.claims.fail(draft, m.Fail(doc, 0, attempt, retryable, 0), self.now)
        self.commit(draft)
        assert not held or attempt == self.claimed[doc]

    @rule()
    def sweep(self) -> None:
        draft = Draft(self.tables)
        self.sweeping.sweep(draft, self.now)
        self.commit(draft)
        for job in self.tables.open_jobs():
            assert job.state != m.PROCESSING or job.lease_until > self.now
            assert job.state != m.RETRY_WAIT or job.due > self.now

    @rule()
    def collect(self) -> None:
        draft = Draft(self.tables)
        self.sweeping.collect(draft)
        self.commit(draft)
        for doc, attempt in self.tables.chunks:
            job, live = self.tables.jobs[doc, 0], self.tables.live.get(doc)
            held = job.state == m.PROCESSING and job.attempt == attempt
            assert held or (live is not None and live.attempt == attempt)

    @rule(doc=DOCS)
    def revive(self, doc: int) -> None:
        draft = Draft(self.tables)
        self.claims.revive(draft, doc, self.now)
        self.commit(draft)

    @rule()
    def relay(self) -> None:
        draft = Draft(self.tables)
        for row in list(self.tables.unsent):
            draft.sent(row)
        self.commit(draft)

    @invariant()
    def budgets_hold(self) -> None:
        assert all(job.tries <= SETTINGS.attempts_max for job in self.tables.jobs.values())

    @invariant()
    def what_is_ready_is_live_with_all_its_chunks(self) -> None:
        for (doc, _), job in self.tables.jobs.items():
            assert (job.state == m.READY) == (doc in self.tables.live)
        for live in self.tables.live.values():
            assert (live.doc, live.attempt) in self.tables.chunks


Documents.TestCase.settings = settings(max_examples=40, stateful_step_count=40, deadline=None, database=None)
test_documents_under_any_order_of_requests = Documents.TestCase


def test_a_request_without_a_tenant_and_a_text_too_long_are_refused_in_words() -> None:
    tables = Tables()
    intake = Intake(tables, SETTINGS, Announcer(None))  # type: ignore[arg-type] # nothing is announced
    assert intake.submit(Draft(tables), m.Submit("", "r", "text"), 0) == "400: expected a tenant and a request id"
    said = intake.submit(Draft(tables), m.Submit("ann", "r", "x" * 100_001), 0)
    assert said == "413: a text of 100001 characters, more than 100,000"
