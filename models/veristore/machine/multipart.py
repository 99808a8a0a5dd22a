"""Multipart uploads: parts arrive in any order, each as an upload of its own, and complete makes one object of them."""

from itertools import pairwise

from models.veristore.machine import keys
from models.veristore.machine.clock import now
from models.veristore.machine.commands import CommitPart, CompleteMultipart, CreateMultipart, OpenPart, PartTag
from models.veristore.machine.names import check_object, no_such_upload
from models.veristore.machine.objects import Objects
from models.veristore.machine.questions import ListParts
from models.veristore.machine.replies import (
    Denied,
    Deny,
    PartCommitted,
    PartEntry,
    PartsListed,
    Reply,
    decode_reply,
)
from models.veristore.machine.stored import (
    COMPLETED,
    MULTIPART,
    OPEN,
    PART,
    Part,
    Upload,
    decode,
    encode,
)
from models.veristore.machine.uploads import check_md5
from models.veristore.machine.view import Draft, View

CONFLICT = 409


class Multipart:
    """create, then parts, then complete or abort."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._limits = objects.limits
        self._catalogue = objects.catalogue
        self._chunks = objects.chunks
        self._uploads = objects.uploads
        self._conditions = objects.conditions
        self._etags = objects.etags

    def create(self, draft: Draft, command: CreateMultipart) -> Reply:
        """Begin."""
        check_object(command.bucket, command.key, self._limits)
        upload = self._uploads.new_id(draft, command.bucket, command.key)
        return self._uploads.open(draft, upload, Upload(MULTIPART, command.bucket, command.key, now(draft)))

    def open_part(self, draft: Draft, command: OpenPart) -> Reply:
        """Open an upload for the bytes of one part."""
        if not 1 <= command.part <= self._limits.parts_max:
            raise Deny(400, "InvalidArgument", f"part {command.part} is not between 1 and {self._limits.parts_max}")
        check_md5(command.md5)
        whole = self.find_for_part(draft, command.upload)
        number = self._uploads.new_id(draft, whole.bucket, whole.key)
        segment = self._chunks.plan(number, command.size, command.chunk_size)
        opened = Upload(
            PART, whole.bucket, whole.key, now(draft), segment, command.md5, command.upload, command.part
        )  # fmt: skip
        return self._uploads.open(draft, number, opened)

    def commit_part(self, draft: Draft, command: CommitPart) -> Reply:
        """What was uploaded is the part from now on; what was the part before is handed over."""
        number, upload = command.upload, self._uploads.find(draft, command.upload)
        if upload is None or upload.kind != PART or (upload.state != OPEN and not upload.result):
            raise no_such_upload(number)
        if upload.state != OPEN:
            return decode_reply(upload.result)
        self.find_for_part(draft, upload.parent)
        assert upload.segment is not None, "a part has a segment"
        digest = self._chunks.digest(draft, upload.segment)
        if digest.hex() != upload.md5:
            raise Deny(400, "BadDigest", f"the part has the MD5 {digest.hex()}, not {upload.md5}")
        self._replace(draft, upload, Part(self._etags.of_body(digest), upload.segment))
        return self._uploads.complete(draft, number, upload, PartCommitted(self._etags.of_body(digest)))

    def find_for_part(self, draft: Draft, number: int) -> Upload:
        """The open multipart upload that a part is for."""
        whole = self._uploads.find_open(draft, number)
        if whole.kind != MULTIPART:
            raise no_such_upload(number)
        return whole

    def complete(self, draft: Draft, command: CompleteMultipart) -> Reply:
        """Make the named parts the object. Repeated it gives the same answer, as long as that is kept."""
        number, upload = command.upload, self._uploads.find(draft, command.upload)
        if upload is None or upload.kind != MULTIPART:
            raise no_such_upload(number)
        if upload.state == COMPLETED or upload.result:
            return decode_reply(upload.result)
        if upload.state != OPEN:
            raise no_such_upload(number)
        parts = {n: part for n, _, part in self._uploads.parts(draft, number)}
        chosen = self._choose(parts, command.parts)
        refusal = self._judge(draft, number, upload, command)
        if refusal is not None:
            return refusal
        named = {tag.part for tag in command.parts}
        for n, part in parts.items():
            if n not in named:
                self._uploads.hand_over(draft, part.segment)
                draft.delete(keys.part_key(number, n))
        etag = self._etags.of_parts([part.etag for part in chosen])
        result = self._objects.publish(draft, upload, etag, tuple(part.segment for part in chosen))
        return self._uploads.complete(draft, number, upload, result, command.condition)

    def list_parts(self, view: View, question: ListParts) -> Reply:
        """The parts that are there."""
        if not 1 <= question.max_parts <= self._limits.list_max or question.after < 0:
            said = f"{question.max_parts} parts behind {question.after}: at most {self._limits.list_max} at once"
            raise Deny(400, "InvalidArgument", said)
        if self._uploads.find_open(view, question.upload).kind != MULTIPART:
            raise no_such_upload(question.upload)
        after = min(question.after, self._limits.parts_max)
        found = self._uploads.parts(view, question.upload, after)
        shown = tuple(PartEntry(n, part.etag, part.segment.size) for n, _, part in found[: question.max_parts])
        return PartsListed(shown, len(found) > question.max_parts)

    def _replace(self, draft: Draft, upload: Upload, part: Part) -> None:
        key = keys.part_key(upload.parent, upload.part)
        former = draft.get(key)
        if former is not None:
            self._uploads.hand_over(draft, decode(Part, former[0]).segment)
        draft.put(key, encode(part))

    def _choose(self, parts: dict[int, Part], wanted: tuple[PartTag, ...]) -> list[Part]:
        """The parts that complete names, all there and in order."""
        if not wanted:
            raise Deny(400, "MalformedXML", "no part is named")
        numbers = [tag.part for tag in wanted]
        if any(later <= earlier for earlier, later in pairwise(numbers)):
            raise Deny(400, "InvalidPartOrder", "the numbers of the parts do not ascend")
        for tag in wanted:
            part = parts.get(tag.part)
            if part is None or part.etag != tag.etag:
                raise Deny(400, "InvalidPart", f"part {tag.part} was not uploaded with the ETag {tag.etag}")
        chosen = [parts[n] for n in numbers]
        for n, part in zip(numbers[:-1], chosen[:-1], strict=True):
            if part.segment.size < self._limits.part_min:
                said = f"part {n} has {part.segment.size} bytes, less than {self._limits.part_min}"
                raise Deny(400, "EntityTooSmall", said)
        return chosen

    def _judge(self, draft: Draft, number: int, upload: Upload, command: CompleteMultipart) -> Denied | None:
        """After a conflict the upload is over: whoever wants to try again begins a new one."""
        former = self._catalogue.find(draft, upload.bucket, upload.key)
        refusal = self._conditions.at_commit(former, command.condition, command.judged)
        if refusal is not None and refusal.status == CONFLICT:
            self._uploads.drop(draft, number, upload, refusal)
        return refusal
