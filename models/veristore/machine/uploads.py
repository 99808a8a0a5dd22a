"""Uploads: how they are opened, filled, closed once, and what becomes of their bytes.

The id of an upload is the number of the command that opened it: unique for ever, and the same on every replica.
"""

import msgspec

from models.veristore.machine import keys
from models.veristore.machine.chunks import Chunks
from models.veristore.machine.clock import now
from models.veristore.machine.commands import AbortUpload, Condition, WriteChunk
from models.veristore.machine.limits import Limits
from models.veristore.machine.names import is_id, no_such_upload
from models.veristore.machine.replies import Deny, Reply, UploadOpen, Written, encode_reply
from models.veristore.machine.stored import (
    ABORTED,
    COMPLETED,
    MULTIPART,
    OPEN,
    Garbage,
    Part,
    Segment,
    Upload,
    decode,
    encode,
)
from models.veristore.machine.view import Draft, View

_MD5_LENGTH = 32


class Uploads:
    """All uploads, open and over."""

    def __init__(self, limits: Limits, chunks: Chunks) -> None:
        self._limits = limits
        self._chunks = chunks

    def new_id(self, draft: Draft, bucket: str, key: str) -> int:  # noqa: ARG002 - what others have made ids from
        """The id of the upload that the command opens."""
        return draft.seq

    def open(self, draft: Draft, upload: int, opened: Upload) -> Reply:
        """Keep an upload that has just been opened."""
        draft.put(keys.upload_key(upload), encode(opened))
        return UploadOpen(upload)

    def write_chunk(self, draft: Draft, command: WriteChunk) -> Reply:
        """Take one chunk of an open upload."""
        upload = self.find_open(draft, command.upload)
        if upload.segment is None:
            raise Deny(400, "InvalidRequest", "a multipart upload has parts, and these have chunks")
        self._chunks.write(draft, upload.segment, command.n, command.crc, command.data)
        return Written(draft.seq)

    def abort(self, draft: Draft, command: AbortUpload) -> Reply:
        """End an upload."""
        upload = self.find_open(draft, command.upload)
        self.drop(draft, command.upload, upload)
        return Written(draft.seq)

    def find(self, view: View | Draft, upload: int) -> Upload | None:
        """An upload, open or over."""
        found = view.get(keys.upload_key(upload)) if is_id(upload) else None
        return None if found is None else decode(Upload, found[0])

    def find_open(self, view: View | Draft, upload: int) -> Upload:
        """An open upload; NoSuchUpload if there is none."""
        found = self.find(view, upload)
        if found is None or found.state != OPEN:
            raise no_such_upload(upload)
        return found

    def drop(self, draft: Draft, number: int, upload: Upload, result: Reply | None = None) -> None:
        """Close an upload that became nothing, and hand over its bytes and those of its parts."""
        if upload.segment is not None:
            self.hand_over(draft, upload.segment)
        if upload.kind == MULTIPART:
            for part, _, stored in self.parts(draft, number):
                self.hand_over(draft, stored.segment)
                draft.delete(keys.part_key(number, part))
        self._close(draft, number, msgspec.structs.replace(upload, state=ABORTED), result)

    def complete(
        self, draft: Draft, number: int, upload: Upload, result: Reply, condition: Condition | None = None
    ) -> Reply:
        """Close an upload that became an object or a part; asked again it gives the same result."""
        self._close(draft, number, msgspec.structs.replace(upload, state=COMPLETED, condition=condition), result)
        return result

    def hand_over(self, draft: Draft, segment: Segment) -> None:
        """Nothing names these bytes any more: the collector may have them after the time of grace."""
        if segment.chunks:
            draft.put(keys.garbage_key(segment.upload), encode(Garbage(now(draft))))

    def parts(self, view: View | Draft, upload: int, after: int = 0) -> list[tuple[int, int, Part]]:
        """(number, version, part) of a multipart upload's parts above `after`, in order."""
        after_key = keys.part_key(upload, after) if after else b""
        found = view.scan(keys.parts_of(upload), after_key, self._limits.parts_max)
        return [(keys.part_number(key), version, decode(Part, value)) for key, value, version in found]

    def _close(self, draft: Draft, number: int, closed: Upload, result: Reply | None) -> None:
        body = b"" if result is None else encode_reply(result)
        draft.put(keys.upload_key(number), encode(msgspec.structs.replace(closed, ended=now(draft), result=body)))


def check_md5(text: str) -> None:
    """An MD5 sum in hex."""
    if len(text) != _MD5_LENGTH or not set(text) <= set("0123456789abcdef"):
        raise Deny(400, "InvalidDigest", f"{text!r} is no MD5 sum in hex")
