"""Mutants of the stack: known bugs of the joints, and of the layers, found through the whole of it."""

from collections.abc import Mapping

from models.stack import joint_bugs as bugs
from models.stack.layer_bugs import BUGS, LEDGER_BUGS
from models.stack.stack_parts import StackParts
from sim import Mutant


def _joint(name: str, about: str, breaks: tuple[str, ...], part: StackParts, seen: str, recipe: str) -> Mutant:
    return Mutant(name, about, breaks, part, seen, f"scenarios/stack/mutants/{recipe}.yaml")


JOINTS = (
    _joint(
        "key-per-attempt",
        "an idempotency key contains the attempt",
        ("exactly-once-end-to-end",),
        StackParts(worker=bugs.KeyPerAttempt),
        "clients of payment services that draw a key anew at every try",
        "lost-reply",
    ),
    _joint(
        "accepts-first",
        "a document is accepted before its text is kept",
        ("accepted-is-kept",),
        StackParts(front=bugs.AcceptsFirst),
        "a database row that points at an upload which never came",
        "short-calm",
    ),
    _joint(
        "retries-everywhere",
        "the port tries again, and so does the step above it",
        ("capped-amplification",),
        StackParts(questions=bugs.RetriesEverywhere),
        "Site Reliability Engineering, chapter 22: retries at several layers multiply",
        "engine-down",
    ),
    _joint(
        "no-retry-budget",
        "what is tried again has no bound but the number of its tries",
        ("capped-amplification",),
        StackParts(budget=bugs.NoRetryBudget),
        "Metastable Failures in Distributed Systems, HotOS 2021: retry storms",
        "busy-engine",
    ),
    _joint(
        "deadline-restarts",
        "each step of a question has the whole time anew",
        ("deadline-kept",),
        StackParts(questions=bugs.DeadlineRestarts),
        "timeouts set per hop and not per request",
        "far-servers",
    ),
    _joint(
        "hides-degraded",
        "the flow drops the reason why an answer is less than promised",
        ("degraded-tagged",),
        StackParts(questions=bugs.HidesDegraded),
        "fallbacks that look like answers",
        "search-down",
    ),
    _joint(
        "cache-over-tenants",
        "retrievals are kept by question, whoever asked it",
        ("tenant-apart-everywhere", "answer-grounded"),
        StackParts(questions=bugs.CacheOverTenants),
        "shared caches keyed without the user",
        "same-questions",
    ),
    _joint(
        "lease-apart",
        "a run goes on behind a claim that is somebody else's by now",
        ("exactly-once-end-to-end",),
        StackParts(documents=bugs.LeaseApart),
        "Kleppmann, How to do distributed locking: the paused holder of a lease",
        "paused-worker",
    ),
    _joint(
        "cites-pending",
        "documents are found where their vectors are kept, published or not",
        ("answer-grounded",),
        StackParts(questions=bugs.CitesPending),
        "reads from a replica that skip the check which the primary makes",
        "questions-beside-documents",
    ),
    _joint(
        "queues-unbounded",
        "nobody is turned away at the bottom",
        ("goodput",),
        StackParts(places=bugs.QueuesUnbounded),
        "Site Reliability Engineering, chapter 22: a queue in front of an overloaded server",
        "paused-engine",
    ),
    _joint(
        "second-ledger",
        "an engine counts the memory that it uses by itself",
        ("one-gpu-ledger",),
        StackParts(gpu_engine=bugs.SecondLedger),
        "daemons that use GPUs beside the scheduler's allocation",
        "jobs-beside-engine",
    ),
    _joint(
        "ack-before-apply",
        "a checkpoint is acknowledged when it is sent",
        ("checkpoint-readable",),
        StackParts(checkpoints=bugs.AckBeforeApply),
        "asynchronous uploads that count as done",
        "jobs-beside-engine",
    ),
    _joint(
        "compensates-late",
        "a swap that is not in force yet is not undone",
        ("answer-released",),
        StackParts(rollouts=bugs.CompensatesLate),
        "compensations that overtake what they compensate: an undo of nothing, and then the late effect",
        "late-swap",
    ),
)

MUTANTS: Mapping[str, Mutant] = {mutant.name: mutant for mutant in (*JOINTS, *BUGS)}

_TRUSTS_ROOT = _joint(
    "trusts-root",
    "a root is believed without its certificate",
    ("ledgers-agree",),
    StackParts(ledger=bugs.TrustsRoot),
    "external validity that is not checked: Cachin and others, CRYPTO 2001, section 3",
    "lying-organisation",
)

LEDGER_MUTANTS: Mapping[str, Mutant] = {mutant.name: mutant for mutant in (_TRUSTS_ROOT, *LEDGER_BUGS)}
