"""What a store tells the checks about objects, uploads and chunks, read off the changes that it has just applied.

`seq` is the number of the command: who applies the same command again, after a crash, tells the same again.
"""

from collections.abc import Iterable, Iterator

from models.veristore.machine import keys
from models.veristore.machine.commands import IfAbsent, IfMatch
from models.veristore.machine.stored import COMPLETED, Meta, Part, Upload, decode
from models.veristore.machine.view import Change
from sim import Event


class Extent(Event):
    """Chunks 0 to `chunks` - 1 of an upload."""

    upload: int
    chunks: int


class ObjectCommitted(Event):
    """The object `key` of `bucket` has a new version. `if_match` is the condition that the write was given, if any."""

    seq: int
    bucket: str
    key: str
    version: int
    etag: str
    size: int
    extents: tuple[Extent, ...]
    if_absent: bool
    if_match: str | None


class ObjectDeleted(Event):
    """There is no object of this key any more."""

    seq: int
    bucket: str
    key: str


class UploadChanged(Event):
    """An upload was opened (`open`), closed (`completed`, `aborted`), or forgotten. Times are logical, in ns.

    `answered`: whoever uploaded was told how it ended.
    """

    seq: int
    upload: int
    kind: str
    state: str
    begun: int
    ended: int
    answered: bool


class PartChanged(Event):
    """Part `part` of a multipart upload is now what was uploaded as `source`; None: there is none any more."""

    seq: int
    upload: int
    part: int
    source: Extent | None


class ChunkWritten(Event):
    """Chunk `n` of an upload is there."""

    seq: int
    upload: int
    n: int


class ChunkCollected(Event):
    """Chunk `n` of an upload is gone."""

    seq: int
    upload: int
    n: int


class Ticked(Event):
    """Logical time is `now`, in ns."""

    seq: int
    now: int


def events_of(seq: int, changes: Iterable[Change]) -> Iterator[Event]:
    """What the changes of command number `seq` mean, in words of the object store."""
    changes = tuple(changes)
    closed = _closed(changes)
    for key, value in changes:
        kind = key[:2]
        if kind == keys.OBJECTS:
            yield _of_object(seq, key, value, closed)
        elif kind == keys.UPLOADS:
            yield _of_upload(seq, key, value)
        elif kind == keys.PARTS:
            yield _of_part(seq, key, value)
        elif kind == keys.CHUNKS:
            upload, n = keys.upload_of(key), keys.chunk_number(key)
            yield ChunkCollected(seq, upload, n) if value is None else ChunkWritten(seq, upload, n)
        elif key == keys.TIME and value is not None:
            yield Ticked(seq, int.from_bytes(value, "big"))


def _closed(changes: tuple[Change, ...]) -> Upload | None:
    """The upload that these changes complete: it knows on which condition."""
    for key, value in changes:
        if key[:2] == keys.UPLOADS and value is not None:
            upload = decode(Upload, value)
            if upload.state == COMPLETED:
                return upload
    return None


def _of_object(seq: int, stored: bytes, value: bytes | None, closed: Upload | None) -> Event:
    bucket, key = keys.object_name(stored)
    if value is None:
        return ObjectDeleted(seq, bucket, key)
    meta, condition = decode(Meta, value), None if closed is None else closed.condition
    if_match = condition.etag if isinstance(condition, IfMatch) else None
    extents = tuple(Extent(segment.upload, segment.chunks) for segment in meta.segments)
    return ObjectCommitted(
        seq, bucket, key, meta.version, meta.etag, meta.size, extents, isinstance(condition, IfAbsent), if_match
    )  # fmt: skip


def _of_upload(seq: int, stored: bytes, value: bytes | None) -> Event:
    number = keys.upload_of(stored)
    if value is None:
        return UploadChanged(seq, number, "", "forgotten", 0, 0, False)
    upload = decode(Upload, value)
    return UploadChanged(seq, number, upload.kind, upload.state, upload.begun, upload.ended, bool(upload.result))


def _of_part(seq: int, stored: bytes, value: bytes | None) -> Event:
    upload, part = keys.upload_of(stored), keys.part_number(stored)
    if value is None:
        return PartChanged(seq, upload, part, None)
    segment = decode(Part, value).segment
    return PartChanged(seq, upload, part, Extent(segment.upload, segment.chunks))
