"""The store as a pure machine: commands in, replies out; it can run alone behind a journal, or on a replicated log.

`apply(index, command)`, `query`, `snapshot`, `restore`, `digest` is the shape that a log drives. What a transaction
changed, for watches, and what it has to tell, for the checks, is in `written` until the next one.
"""

from collections.abc import Callable
from hashlib import blake2b
from typing import TYPE_CHECKING

import msgspec

from models.veriflow import commands as c
from models.veriflow.admission import Admission
from models.veriflow.binding import TAKEN, Binding
from models.veriflow.commands import CONFLICT, EXISTS, LATE, MISSING, Record, Reply
from models.veriflow.finishing import Finishing
from models.veriflow.objects import BACKOFF, QUEUED, STEPS, Claim, Job, Object, kind_of
from models.veriflow.registry import Registry
from models.veriflow.settings import Settings
from models.veriflow.tables import Tables, Written, row_of
from sim import Message, Refused

if TYPE_CHECKING:
    from models.veriflow.parts import Parts

encode = msgspec.msgpack.Encoder().encode
decode_record = msgspec.msgpack.Decoder(Record).decode
decode_reply = msgspec.msgpack.Decoder(Reply).decode


class Get(Message):
    """A question: the object of this kind and name."""

    kind: str
    name: str


class Snapshot(Message):
    """All that the machine holds."""

    revision: int
    at: int
    objects: tuple[Object, ...]


class Machine:
    """Objects, ledger and rules. `parts` are the classes of the rules, for a mutant to replace one."""

    def __init__(self, settings: Settings, parts: "Parts") -> None:
        self._settings = settings
        self._parts = parts
        self._fresh()

    def _fresh(self) -> None:
        parts = self._parts
        self.tables = Tables(parts.ledger(), parts.quota())
        victims = parts.victims(self._settings.share, self._settings.fair_sharing)
        self.admission: Admission = parts.admission(
            self.tables, parts.backoff(), parts.clearance(), self._settings.age_max
        )
        self.binding: Binding = parts.binding(self.tables, parts.gang_rule(), parts.numbering(), parts.nominations())
        self.finishing: Finishing = parts.finishing(self.tables, parts.transitions(), victims)
        self.registry: Registry = parts.registry(self.tables, self.finishing)
        self._acts: dict[type, Callable[..., Reply]] = {
            c.Create: self._create,
            c.Submit: self._submit,
            c.Update: self._update,
            c.Cancel: self._cancel,
            c.Delete: self._delete,
            c.Admit: self._admit,
            c.Bind: self._bind,
            c.Release: self._release,
            c.Finish: self._finish,
            c.Register: self._register,
            c.Renew: self._renew,
            c.Report: self._report,
            c.ClaimShared: self._claim,
            c.Unclaim: self._unclaim,
        }

    # The shape that a log drives

    def apply(self, index: int, command: bytes) -> bytes:  # noqa: ARG002 - revisions are the machine's own
        """Do one encoded Record; the encoded Reply."""
        return encode(self.act(decode_record(command)))

    def query(self, question: bytes) -> bytes:
        """The object that an encoded Get names, encoded; None if there is none."""
        wanted = msgspec.msgpack.decode(question, type=Get)
        return encode(self.tables.of_kind(wanted.kind).get(wanted.name))

    def snapshot(self) -> bytes:
        """All objects with revision and clock; indexes and rows follow from them."""
        tables = self.tables
        return encode(Snapshot(tables.revision, tables.at, tuple(tables.objects())))

    def restore(self, data: bytes) -> None:
        """Hold what a snapshot holds, and nothing else."""
        found = msgspec.msgpack.decode(data, type=Snapshot)
        self._fresh()
        self.tables.load(found.objects, found.revision, found.at)

    def digest(self) -> bytes:
        """A digest of all objects in the order of their names, and of the rows of the ledger."""
        tables = self.tables
        objects = sorted(tables.objects(), key=lambda one: (kind_of(one), one.name))
        rows = sorted(tables.ledger.rows.values(), key=lambda row: row.id)
        return blake2b(encode((tables.revision, tables.at, objects, rows)), digest_size=8).digest()

    # One record

    @property
    def written(self) -> Written:
        """What the last record changed and has to tell."""
        return self.tables.written

    def act(self, record: Record) -> Reply:
        """Do one record."""
        kind = type(record.command)
        self.tables.open(record.at, record.by, kind.__name__)
        return self._acts[kind](record.command)

    def _ok(self, one: Object | None = None, reason: str = "") -> Reply:
        return Reply(True, self.tables.revision, self.tables.at, reason, one)

    def _no(self, reason: str, one: Object | None = None) -> Reply:
        return Reply(False, self.tables.revision, self.tables.at, reason, one)

    # One object

    def _create(self, command: c.Create) -> Reply:
        table = self.tables.of_kind(kind_of(command.object))
        known = table.get(command.object.name)
        return self._no(EXISTS, known) if known is not None else self._ok(self.tables.put(command.object))

    def _submit(self, command: c.Submit) -> Reply:
        known = self.tables.jobs.get(command.name)
        if known is not None:
            return self._no(EXISTS, known)
        problem = self.admission.problem(command.spec)
        if problem:
            return self._no(problem)
        at = self.tables.at
        return self._ok(
            self.tables.put(Job(command.name, command.tenant, command.key, command.spec, since=at, changed_at=at))
        )

    def _update(self, command: c.Update) -> Reply:
        one = command.object
        known = self.tables.of_kind(kind_of(one)).get(one.name)
        if known is None or known.uid != one.uid:
            return self._no(MISSING)
        if known.revision != one.revision:
            return self._no(CONFLICT, known)
        if isinstance(one, Job) and isinstance(known, Job):
            return self._update_job(known, one)
        return self._ok(self.tables.put(one))

    def _update_job(self, known: Job, one: Job) -> Reply:
        if one.state != known.state:
            if one.state not in STEPS.get(known.state, ()):
                return self._no(LATE, known)
            if known.state == BACKOFF and one.state == QUEUED and not self.admission.is_due(known):
                return self._no(LATE, known)
            one = msgspec.structs.replace(one, changed_at=self.tables.at)
        if self.binding.is_kept(one):
            return self._no(TAKEN, known)
        written = self.tables.put(one)
        if one.deleted and not one.finalizers:
            self.tables.remove(written)
        return self._ok(written)

    def _cancel(self, command: c.Cancel) -> Reply:
        job = self.tables.jobs.get(command.name)
        if job is None or job.uid != command.uid or job.tenant != command.tenant:
            return self._no(MISSING)
        if job.cancel or job.state not in STEPS:
            return self._ok(job)
        return self._ok(self.tables.put(msgspec.structs.replace(job, cancel=True, generation=job.generation + 1)))

    def _delete(self, command: c.Delete) -> Reply:
        return self._no(MISSING) if not self.registry.delete(command.kind, command.name, command.uid) else self._ok()

    # Transactions

    def _job(self, name: str, uid: int) -> Job | None:
        job = self.tables.jobs.get(name)
        return job if job is not None and job.uid == uid else None

    def _admit(self, command: c.Admit) -> Reply:
        job = self._job(command.name, command.uid)
        if job is None:
            return self._no(MISSING)
        reason = self.admission.admit(job)
        return self._no(reason, job) if reason else self._ok(self.tables.jobs[job.name])

    def _bind(self, command: c.Bind) -> Reply:
        job = self._job(command.name, command.uid)
        if job is None:
            return self._no(MISSING)
        reason = self.binding.bind(job, command.number, command.members, command.step)
        return self._no(reason, job) if reason else self._ok(self.tables.jobs[job.name])

    def _finish(self, command: c.Finish) -> Reply:
        job = self._job(command.name, command.uid)
        if job is None:
            return self._no(MISSING)
        reason = self.finishing.finish(
            job,
            command.number,
            command.outcome,
            command.to,
            delay=command.delay,
            by=command.by,
            reason=command.reason,
        )
        return self._no(reason, job) if reason else self._ok(self.tables.jobs[job.name])

    def _release(self, command: c.Release) -> Reply:
        self.finishing.release(command.ids)
        return self._ok()

    # Nodes

    def _register(self, command: c.Register) -> Reply:
        node = self.tables.nodes.get(command.node)
        if node is None:
            return self._no(MISSING)
        return self._ok(self.tables.nodes[node.name], self.registry.register(node, command.epoch, command.missing))

    def _renew(self, command: c.Renew) -> Reply:
        node = self.tables.nodes.get(command.node)
        if node is None:
            return self._no(MISSING)
        return self._ok(node, self.registry.renew(node, command.epoch, command.stamp))

    def _report(self, command: c.Report) -> Reply:
        attempt = self.tables.attempts.get(command.attempt)
        if attempt is None or attempt.uid != command.uid:
            return self._no(LATE)
        if not all(0 <= index < len(attempt.members) for index in command.members):
            return self._no(MISSING)
        if not attempt.is_open:
            return self._no(LATE, attempt)
        self.finishing.report(attempt, command.members, command.state, command.code)
        return self._ok(self.tables.attempts[command.attempt])

    # Shared rows

    def _claim(self, command: c.ClaimShared) -> Reply:
        node = self.tables.nodes.get(command.node)
        if node is None or command.size < 1:
            return self._no(f"node {command.node!r}: unknown" if node is None else "size: expected at least 1 byte")
        claim = Claim(command.id, command.owner, node.name, node.epoch, command.device, command.size)
        known = self.tables.claims.get(command.id)
        try:
            self.tables.ledger.claim(row_of(claim))
        except Refused as no:
            return self._no(no.reason)
        if known is not None:
            return self._ok(known)
        made = self.tables.put(claim)
        self.tables.tell_claimed(row_of(claim))
        return self._ok(made)

    def _unclaim(self, command: c.Unclaim) -> Reply:
        known = self.tables.claims.get(command.id)
        if known is not None:
            self.tables.drop_rows([row_of(known)])
            self.tables.remove(known)
        return self._ok()
