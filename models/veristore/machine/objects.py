"""Objects: commit, read, delete. The commit of a put is one command: before it nobody sees anything of the object."""

from models.veristore.machine.catalogue import Catalogue, pinned
from models.veristore.machine.chunks import Chunks
from models.veristore.machine.clock import now
from models.veristore.machine.commands import CommitPut, DeleteObject, OpenPut
from models.veristore.machine.conditions import Conditions
from models.veristore.machine.etags import Etags
from models.veristore.machine.limits import Limits
from models.veristore.machine.names import check_object, is_id, no_such_upload
from models.veristore.machine.questions import GetRange, Head, Judge, ReadChunk
from models.veristore.machine.replies import Absent, Committed, Deny, Holds, Range, Reply, Written, decode_reply
from models.veristore.machine.stored import OPEN, PUT, Meta, Segment, Upload
from models.veristore.machine.uploads import Uploads, check_md5
from models.veristore.machine.view import Draft, View


class Objects:
    """What is done with whole objects."""

    def __init__(
        self,
        limits: Limits,
        catalogue: Catalogue,
        chunks: Chunks,
        uploads: Uploads,
        conditions: Conditions,
        etags: Etags,
    ) -> None:
        self.limits = limits
        self.catalogue = catalogue
        self.chunks = chunks
        self.uploads = uploads
        self.conditions = conditions
        self.etags = etags

    def open_put(self, draft: Draft, command: OpenPut) -> Reply:
        """Open an upload that will be an object. Nobody sees anything of it yet."""
        check_object(command.bucket, command.key, self.limits)
        check_md5(command.md5)
        upload = self.uploads.new_id(draft, command.bucket, command.key)
        segment = self.chunks.plan(upload, command.size, command.chunk_size)
        opened = Upload(PUT, command.bucket, command.key, now(draft), segment, command.md5)
        return self.uploads.open(draft, upload, opened)

    def commit(self, draft: Draft, command: CommitPut) -> Reply:
        """The commit point of a put: all its chunks are there, its condition holds, and the object is replaced."""
        number, upload = command.upload, self.uploads.find(draft, command.upload)
        if upload is None or upload.kind != PUT:
            raise no_such_upload(number)
        if upload.state != OPEN:
            return _result(number, upload)
        refusal = self.conditions.at_commit(
            self.catalogue.find(draft, upload.bucket, upload.key), command.condition, command.judged
        )
        if refusal is not None:
            self.uploads.drop(draft, number, upload, refusal)
            return refusal
        assert upload.segment is not None, "a put has a segment"
        etag = self._etag(draft, upload.segment, upload.md5)
        result = self.publish(draft, upload, etag, (upload.segment,))
        return self.uploads.complete(draft, number, upload, result, command.condition)

    def publish(self, draft: Draft, upload: Upload, etag: str, segments: tuple[Segment, ...]) -> Committed:
        """These bytes are the object from now on; those of the version before are handed over."""
        bucket, key = upload.bucket, upload.key
        self._hand_over_former(draft, bucket, key)
        size = sum(segment.size for segment in segments)
        self.catalogue.enter(draft, bucket, key, Meta(draft.seq, etag, size, segments))
        return Committed(draft.seq, etag)

    def delete(self, draft: Draft, command: DeleteObject) -> Reply:
        """No object is there any more."""
        check_object(command.bucket, command.key, self.limits)
        self._hand_over_former(draft, command.bucket, command.key)
        self.catalogue.remove(draft, command.bucket, command.key)
        return Written(draft.seq)

    def judge(self, view: View, question: Judge) -> Reply:
        """Whether a conditional write may begin."""
        meta = self._find(view, question.bucket, question.key)
        return self.conditions.at_start(meta, question.condition) or Holds()

    def head(self, view: View, question: Head) -> Reply:
        """The object that is there now."""
        meta = self._find(view, question.bucket, question.key)
        return Absent() if meta is None else pinned(meta, now(view), self.limits.grace)

    def read_chunk(self, view: View, question: ReadChunk) -> Reply:
        """A chunk of a version that was read before."""
        if not is_id(question.upload) or not 0 <= question.n < 2**32:
            raise Deny(404, "NoSuchChunk", f"there is no chunk {question.n} of upload {question.upload}")
        return self.chunks.read(view, question.upload, question.n)

    def get_range(self, view: View, question: GetRange) -> Reply:
        """Some bytes of the object that is there now."""
        meta = self._find(view, question.bucket, question.key)
        if meta is None:
            return Absent()
        first, last = question.first, min(question.last, meta.size - 1)
        if not 0 <= first <= last:
            raise Deny(416, "InvalidRange", f"bytes {first} to {question.last} of an object of {meta.size}")
        if last - first >= self.limits.chunk_max:
            raise Deny(400, "InvalidRequest", f"more than {self.limits.chunk_max} bytes at once")
        return Range(meta.version, meta.etag, meta.size, first, self._bytes(view, meta, first, last + 1))

    def _find(self, view: View, bucket: str, key: str) -> Meta | None:
        check_object(bucket, key, self.limits)
        return self.catalogue.find(view, bucket, key)

    def _etag(self, draft: Draft, segment: Segment, md5: str) -> str:
        digest = self.chunks.digest(draft, segment)
        if digest.hex() != md5:
            raise Deny(400, "BadDigest", f"the body has the MD5 {digest.hex()}, not {md5}")
        return self.etags.of_body(digest)

    def _hand_over_former(self, draft: Draft, bucket: str, key: str) -> None:
        former = self.catalogue.find(draft, bucket, key)
        for segment in former.segments if former is not None else ():
            self.uploads.hand_over(draft, segment)

    def _bytes(self, view: View, meta: Meta, start: int, end: int) -> bytes:
        """Bytes from `start` up to `end`, which may lie in several segments."""
        found, begin = [], 0
        for segment in meta.segments:
            low, high = max(start - begin, 0), min(end - begin, segment.size)
            if low < high:
                found.append(self._bytes_of(view, segment, low, high))
            begin += segment.size
        return b"".join(found)

    def _bytes_of(self, view: View, segment: Segment, low: int, high: int) -> bytes:
        size = segment.chunk_size
        wanted = range(low // size, -(-high // size))
        body = b"".join(self.chunks.read(view, segment.upload, n).data for n in wanted)
        skip = low - wanted.start * size
        return body[skip : skip + high - low]


def _result(number: int, upload: Upload) -> Reply:
    """What an upload that is over was answered."""
    if not upload.result:
        raise no_such_upload(number)
    return decode_reply(upload.result)
