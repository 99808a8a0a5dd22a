"""Reaping and collecting: what ends uploads that nobody ends, and deletes chunks that nothing names.

A chunk goes only if its upload is handed over (`d/`) and the time of grace is over, so that whoever had begun to read
it is done. That no metadata names a chunk is no reason: its upload may be about to be committed.
"""

from collections.abc import Callable

from models.veristore.machine import keys
from models.veristore.machine.clock import now
from models.veristore.machine.commands import Collect, Reap
from models.veristore.machine.limits import Limits
from models.veristore.machine.names import is_id
from models.veristore.machine.replies import Deny, Reply, Swept
from models.veristore.machine.stored import MULTIPART, OPEN, Garbage, Upload, decode
from models.veristore.machine.uploads import Uploads
from models.veristore.machine.view import Draft


class Collector:
    """Both work through the uploads in order of their ids, a step at a time."""

    def __init__(self, limits: Limits, uploads: Uploads) -> None:
        self._limits = limits
        self._uploads = uploads

    def reap(self, draft: Draft, command: Reap) -> Reply:
        """Abort open uploads that are too old; forget those that are long over."""
        self._check(command)
        gone, time = 0, now(draft)
        found = draft.scan(keys.UPLOADS, before(keys.upload_key, command.start), command.limit)
        for key, value, _ in found:
            number, upload = keys.upload_of(key), decode(Upload, value)
            if upload.state == OPEN and time - upload.begun >= self._limits.upload_ttl:
                self._uploads.drop(draft, number, upload)
                gone += 1
            elif upload.state != OPEN and time - upload.ended >= self._kept(upload):
                self._forget(draft, number, upload)
                gone += 1
        return Swept(gone, keys.upload_of(found[-1][0]) + 1 if len(found) == command.limit else 0)

    def collect(self, draft: Draft, command: Collect) -> Reply:
        """Delete chunks whose time of grace is over."""
        self._check(command)
        doomed, end = self.doomed(draft, command.start, command.limit)
        left = command.limit
        for upload in doomed:
            found = draft.scan(keys.chunks_of(upload), b"", left)
            for key, _, _ in found:
                draft.delete(key)
            left -= len(found)
            if not left:
                return Swept(command.limit, upload)  # perhaps it has more
            draft.delete(keys.garbage_key(upload))
        return Swept(command.limit - left, end)

    def doomed(self, draft: Draft, start: int, limit: int) -> tuple[list[int], int]:
        """Uploads from `start` on whose chunks may go, of the first `limit`; and where to go on, 0 at the end."""
        found = draft.scan(keys.GARBAGE, before(keys.garbage_key, start), limit)
        time = now(draft)
        due = [keys.upload_of(key) for key, value, _ in found if self.is_due(decode(Garbage, value), time)]
        return due, keys.upload_of(found[-1][0]) + 1 if len(found) == limit else 0

    def is_due(self, garbage: Garbage, time: int) -> bool:
        """Whether everyone who had begun to read is done."""
        return time - garbage.handed >= self._limits.grace

    def _kept(self, upload: Upload) -> int:
        return self._limits.result_kept if upload.kind == MULTIPART else self._limits.grace

    def _forget(self, draft: Draft, number: int, upload: Upload) -> None:
        draft.delete(keys.upload_key(number))
        for part, _, _ in self._uploads.parts(draft, number) if upload.kind == MULTIPART else ():
            draft.delete(keys.part_key(number, part))

    def _check(self, command: Reap | Collect) -> None:
        if not 1 <= command.limit <= self._limits.scan_max:
            said = f"limit {command.limit} is not between 1 and {self._limits.scan_max}"
            raise Deny(400, "InvalidArgument", said)


def before(key_of: Callable[[int], bytes], start: int) -> bytes:
    """What to scan behind, so that upload `start` is the first."""
    return key_of(start - 1) if is_id(start - 1) else b""
