# ruff: noqa: D102 - the class says what is wrong with its one method
"""Known bugs of object stores. Each class overrides one rule of a part."""

from hashlib import blake2b
from zlib import crc32

from models.veristore.clients.conditional import Conditional
from models.veristore.machine import keys
from models.veristore.machine.catalogue import Catalogue
from models.veristore.machine.clock import now
from models.veristore.machine.collector import Collector
from models.veristore.machine.commands import Condition, OpenPut
from models.veristore.machine.conditions import Conditions
from models.veristore.machine.etags import Etags
from models.veristore.machine.multipart import Multipart
from models.veristore.machine.names import no_such_upload
from models.veristore.machine.objects import Objects
from models.veristore.machine.replies import Denied, Reply, UploadOpen
from models.veristore.machine.stored import ABORTED, Garbage, Meta, Upload, decode, encode
from models.veristore.machine.uploads import Uploads
from models.veristore.machine.view import Draft, View
from sim import MS


class MetaFirst(Objects):
    """Writes the metadata when the upload begins; the chunks follow."""

    def open_put(self, draft: Draft, command: OpenPut) -> Reply:
        reply = super().open_put(draft, command)
        assert isinstance(reply, UploadOpen), "opening opens"
        upload = self.uploads.find_open(draft, reply.upload)
        assert upload.segment is not None, "a put has a segment"
        self.publish(draft, upload, command.md5, (upload.segment,))
        return reply


class EagerCollector(Collector):
    """Takes chunks that no object names for garbage, though their upload may be about to be committed."""

    def doomed(self, draft: Draft, start: int, limit: int) -> tuple[list[int], int]:  # noqa: ARG002
        metas = (decode(Meta, value) for _, value, _ in draft.scan(keys.OBJECTS, b"", limit))
        named = {segment.upload for meta in metas for segment in meta.segments}
        there = {keys.upload_of(key): None for key, _, _ in draft.scan(keys.CHUNKS, b"", limit)}
        return [upload for upload in there if upload not in named], 0


class NoGrace(Collector):
    """Collects chunks as soon as their object is replaced, under the eyes of those who read it."""

    def is_due(self, garbage: Garbage, time: int) -> bool:  # noqa: ARG002
        return True


class ClockUploadId(Uploads):
    """Makes the id of an upload from bucket, key and millisecond."""

    def new_id(self, draft: Draft, bucket: str, key: str) -> int:
        text = f"{bucket}/{key}/{now(draft) // MS}".encode()
        return int.from_bytes(blake2b(text, digest_size=7).digest(), "big") + 1


class WeakEtag(Etags):
    """Makes ETags of 16 bits."""

    def of_body(self, digest: bytes) -> str:
        return f"{crc32(digest) & 0xFFFF:04x}"


class TwoKeyDelete(Catalogue):
    """Keeps an entry for lists beside the metadata, and takes it away in a batch of its own, at the next tick."""

    def remove(self, draft: Draft, bucket: str, key: str) -> None:
        former = self.find(draft, bucket, key)
        super().remove(draft, bucket, key)
        if former is not None:
            draft.put(b"l" + keys.object_key(bucket, key), encode(former))

    def entries(self, view: View, prefix: bytes, after: bytes, limit: int) -> list[tuple[bytes, Meta]]:
        ticked = view.get(keys.TIME) or (b"", 0)
        left = view.scan(b"l" + prefix, after and b"l" + after, limit)
        gone = {key[1:]: decode(Meta, value) for key, value, version in left if version > ticked[1]}
        return sorted((gone | dict(super().entries(view, prefix, after, limit))).items())[:limit]


class CheckThenPut(Conditions):
    """Tests the condition when the upload begins, and not again."""

    def at_commit(self, meta: Meta | None, condition: Condition | None, judged: bool) -> Denied | None:  # noqa: ARG002
        return None


class LatePart(Multipart):
    """Takes a part for an upload that is completed already."""

    def find_for_part(self, draft: Draft, number: int) -> Upload:
        whole = self._uploads.find(draft, number)
        if whole is None or whole.state == ABORTED:
            raise no_such_upload(number)
        return whole


class Own412(Conditional):
    """Takes any 412 for a lost race, also one that its own success has caused."""

    def is_lost(self, tried: bool) -> bool:  # noqa: ARG002
        return True
