"""The machine: what a command does to the map, and what a question sees. Both are functions of what they are given.

Nothing here reads a clock, draws by chance or touches a disk: ids come from the sequence number of the command, time
from a logged `Tick`. So the same commands at the same numbers give the same map and the same replies, on any replica
and after any recovery.
"""

from collections.abc import Callable

import msgspec

from models.veristore.machine import commands as c
from models.veristore.machine import questions as q
from models.veristore.machine.kv import KeyValues
from models.veristore.machine.limits import Limits
from models.veristore.machine.parts import MachineParts
from models.veristore.machine.replies import Denied, Deny, Reply, encode_reply
from models.veristore.machine.view import Draft, Outcome, View

DEFAULT_LIMITS = Limits()
DEFAULT_PARTS = MachineParts()


class Machine:
    """Stateless: all state is in the view. One machine may serve any number of views."""

    def __init__(self, limits: Limits = DEFAULT_LIMITS, parts: MachineParts = DEFAULT_PARTS) -> None:
        self.limits = limits
        self._sessions = parts.sessions(limits)
        self._deeds: dict[type[c.Command], Callable[..., Reply]] = {
            c.OpenSession: lambda draft, _: self._sessions.open(draft),
            c.Tick: parts.clock().tick,
        }
        self._answers: dict[type[q.Question], Callable[..., Reply]] = {}
        self._add_values(parts.kv(limits))
        self._add_objects(parts)

    def _add_values(self, kv: KeyValues) -> None:
        self._deeds |= {c.Put: kv.put, c.Delete: kv.delete, c.Cas: kv.cas, c.Batch: kv.batch}
        self._answers |= {q.Get: kv.get, q.Scan: kv.scan}

    def _add_objects(self, parts: MachineParts) -> None:
        limits, catalogue, conditions, etags = self.limits, parts.catalogue(), parts.conditions(), parts.etags()
        chunks = parts.chunks(limits)
        uploads = parts.uploads(limits, chunks)
        objects = parts.objects(limits, catalogue, chunks, uploads, conditions, etags)
        multipart = parts.multipart(objects)
        collector = parts.collector(limits, uploads)
        self._deeds |= {
            c.OpenPut: objects.open_put,
            c.WriteChunk: uploads.write_chunk,
            c.AbortUpload: uploads.abort,
            c.CommitPut: objects.commit,
            c.DeleteObject: objects.delete,
            c.CreateMultipart: multipart.create,
            c.OpenPart: multipart.open_part,
            c.CommitPart: multipart.commit_part,
            c.CompleteMultipart: multipart.complete,
            c.Reap: collector.reap,
            c.Collect: collector.collect,
        }
        self._answers |= {
            q.Judge: objects.judge,
            q.Head: objects.head,
            q.ReadChunk: objects.read_chunk,
            q.GetRange: objects.get_range,
            q.ListObjects: parts.listing(limits, catalogue).page,
            q.ListParts: multipart.list_parts,
        }

    def execute(self, view: View, seq: int, command: bytes) -> Outcome:
        """What `command` does as number `seq`; bytes that are no command are answered `Denied` and change nothing."""
        draft = Draft(view, seq)
        try:
            envelope = c.decode_command(command)
        except msgspec.MsgspecError as error:
            return Outcome(encode_reply(Denied(400, "MalformedCommand", str(error))), ())
        reply = self._sessions.run(draft, envelope, self._do)
        return Outcome(reply, draft.changes())

    def answer(self, view: View, question: bytes) -> bytes:
        """The encoded reply to `question` as of the view."""
        try:
            asked = q.decode_question(question)
        except msgspec.MsgspecError as error:
            return encode_reply(Denied(400, "MalformedQuestion", str(error)))
        try:
            return encode_reply(self._answers[type(asked)](view, asked))
        except Deny as refusal:
            return encode_reply(refusal.reply)

    def _do(self, draft: Draft, command: c.Command) -> Reply:
        try:
            return self._deeds[type(command)](draft, command)
        except Deny as refusal:
            draft.drop()
            return refusal.reply
