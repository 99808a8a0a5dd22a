"""Known bugs of ingestion and retrieval: what each breaks, where it was seen, and the scenario that finds it."""

from models.smartsearch.mutants import pipeline_bugs as b
from models.smartsearch.mutants.bug import bug
from models.smartsearch.mutants.log_bugs import UnfencedProducer
from models.smartsearch.parts import Parts
from sim import Mutant

PUBLISHED = "NasitSony/SmartSearch"
MENDED = "NasitSony/SmartSearch, since mended"


def _known(name: str, about: str, breaks: str, part: Parts, seen: str) -> Mutant:
    """A bug whose recipe bears its name."""
    return bug(name, about, breaks, part, seen, f"mutants/{name}")


BUGS = (
    _known(
        "unfenced-producer",
        "brokers take records of a producer session that was replaced",
        "no-duplicate effect-once",
        Parts(sequences=UnfencedProducer),
        "Apache Kafka before KIP-98",
    ),
    _known(
        "searches-all",
        "retrieval looks at every chunk, whatever its document's state",
        "ready-iff-found",
        Parts(retrieval=b.SearchesAll),
        PUBLISHED,
    ),
    _known(
        "shared-rows",
        "chunks know no attempt: they are deleted and written anew in place",
        "ready-iff-found",
        Parts(claims=b.SharedRows),
        PUBLISHED,
    ),
    _known(
        "unfenced-ready",
        "publishing asks for the state and not for the attempt",
        "fence-holds",
        Parts(claims=b.UnfencedReady),
        PUBLISHED,
    ),
    _known(
        "unfenced-delete",
        "a fenced worker deletes the chunks of all attempts",
        "ready-iff-found",
        Parts(claims=b.UnfencedDelete),
        PUBLISHED,
    ),
    _known(
        "sends-after-commit",
        "the log is told after the transaction, without an outbox",
        "liveness",
        Parts(announcer=b.SendsAfterCommit),
        PUBLISHED,
    ),
    _known(
        "sweeps-failed-only",
        "the sweeper sees to failed attempts only",
        "liveness",
        Parts(sweeping=b.SweepsFailedOnly),
        PUBLISHED,
    ),
    _known(
        "two-budgets",
        "each call is tried again below the budget of the document",
        "attempts-bound",
        Parts(attempt=b.TwoBudgets),
        PUBLISHED,
    ),
    _known(
        "counts-twice",
        "the attempt rises at the claim and at the failure",
        "legal-state",
        Parts(claims=b.CountsTwice),
        MENDED,
    ),
    _known(
        "never-counts",
        "failures do not use the budget",
        "liveness attempts-bound",
        Parts(claims=b.NeverCounts),
        MENDED,
    ),
    _known(
        "dead-and-retried",
        "a dead letter is written though the document is tried again",
        "ready-or-dead",
        Parts(claims=b.DeadAndRetried),
        PUBLISHED,
    ),
    _known(
        "no-conflict",
        "another text under a known request is taken for the same",
        "one-document",
        Parts(intake=b.NoConflict),
        "common",
    ),
    _known(
        "worker-clock",
        "leases are judged by the worker's clock",
        "liveness",
        Parts(claims=b.WorkerClock),
        "common",
    ),
    _known(
        "offset-key",
        "effects are known by the record's offset, not by the document",
        "effect-once legal-state",
        Parts(claims=b.OffsetKey),
        "common",
    ),
    _known(
        "set-order-chunks",
        "paragraphs are taken in the order of a set",
        "deterministic-chunks effect-once",
        Parts(chunker=b.SetOrderChunks),
        "common",
    ),
    _known(
        "hash-builtin",
        "embeddings use Python's own hash of text",
        "deterministic-chunks ready-iff-found",
        Parts(embedding=b.HashBuiltin),
        "common",
    ),
    _known(
        "mixed-versions",
        "query and rows of different versions are compared",
        "ready-iff-found",
        Parts(retrieval=b.MixedVersions),
        "common",
    ),
    _known(
        "foreign-tenant",
        "the tenant is looked at after the k best were cut",
        "ready-iff-found",
        Parts(retrieval=b.ForeignTenant),
        "common",
    ),
    _known(
        "any-tenant",
        "the tenant is not looked at",
        "tenant-apart ready-iff-found",
        Parts(retrieval=b.AnyTenant),
        "common",
    ),
)
