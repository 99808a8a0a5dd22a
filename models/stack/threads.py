"""What all layers know one operation by, as the fields of their messages and events give it.

A client's request becomes a document or a question; a document is claimed for a run; a run's calls at ports have keys
that begin with it; its text and vectors are objects. So whatever layer something is said in, it can be walked to the
client's request, and back down to what was done for it.
"""

from collections.abc import Iterator, Mapping

Fields = Mapping[str, object]

TELLS_NOTHING = frozenset({"ReplayDigest", "Leased", "ReadBack", "SignalsTaken", "Staged", "StatusSeen", "Reconciled"})
"""What is said of every step, whether or not anything happens to the operation."""

INNER = frozenset({"DecisionTaken", "StepScheduled", "SideValue", "Patched"})
"""Records of a history that only its store needs."""


def threads_of(kind: str, fields: Fields) -> Iterator[str]:
    """What is said is about these, under all names that it gives."""
    inside = fields.get("event")
    if kind in TELLS_NOTHING or (isinstance(inside, Mapping) and inside.get("") in INNER):
        return
    if kind == "call":
        key = str(fields.get("key"))
        asked = key.partition("/")[2]
        if "." in asked:
            yield from (key, asked)
        return
    request, tenant = fields.get("request"), fields.get("tenant")
    if isinstance(request, str) and isinstance(tenant, str) and kind in ("Accepted", "Submitted", "Submit"):
        yield f"{tenant}/{request}"
    for field in ("run", "operation", "key"):
        yield from _of_key(str(fields.get(field) or ""))
    if isinstance(fields.get("doc"), int):
        yield f"document {fields['doc']}"
    else:
        yield from _job(fields.get("job"))


def _of_key(key: str) -> Iterator[str]:
    """What a run, an operation, the key of a call or of an object is about."""
    first, *rest = key.split("/")
    if first == "texts":
        yield key
    elif first in ("vectors", "checkpoints") and rest:
        yield f"{'document' if first == 'vectors' else 'job'} {rest[0]}"
    elif first.startswith("doc-"):
        yield f"document {first.removeprefix('doc-').partition('.')[0]}"
        if "." in first:
            yield first.partition("#")[0]
    elif "." in first:
        yield first
    elif rest and "." in rest[0]:
        yield f"{first}/{rest[0]}"


def _job(job: object) -> Iterator[str]:
    """A job of the cluster, by its number and by the request that wanted it."""
    if isinstance(job, Mapping):
        yield f"job {job.get('uid')}"
        yield str(job.get("key", "")).rpartition("/")[2]
    elif isinstance(job, int) and job:
        yield f"job {job}"
