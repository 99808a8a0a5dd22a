"""What Amazon S3 and a key-value store promise, as dictionaries of whole bodies: nothing here knows chunks or keys.

The replies are those that the machine should give; of errors only status and code are meant.
"""

from dataclasses import dataclass, field
from hashlib import md5

from models.veristore.machine import commands as c
from models.veristore.machine import questions as q
from models.veristore.machine import replies as r
from models.veristore.machine.limits import Limits


class No(Exception):
    """An error of S3."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.reply = r.Denied(status, code, "")


@dataclass
class Object:
    version: int
    etag: str
    pieces: list[tuple[int, bytes]]
    """(upload, bytes)"""

    @property
    def body(self) -> bytes:
        return b"".join(piece for _, piece in self.pieces)


@dataclass
class Upload:
    kind: str
    bucket: str
    key: str
    size: int = 0
    chunk_size: int = 1
    md5: str = ""
    parent: int = 0
    part: int = 0
    state: str = "open"
    chunks: dict[int, bytes] = field(default_factory=dict)
    parts: dict[int, tuple[str, int, bytes]] = field(default_factory=dict)
    """number -> (etag, upload, bytes)"""
    begun: int = 0
    ended: int = 0
    result: r.Reply | None = None

    @property
    def count(self) -> int:
        return (self.size + self.chunk_size - 1) // self.chunk_size


def hexdigest(data: bytes) -> str:
    return md5(data, usedforsecurity=False).hexdigest()


class Oracle:
    """All that is stored, and since when chunks are named by nothing."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.now = 0
        self.values: dict[bytes, tuple[bytes, int]] = {}
        self.objects: dict[tuple[str, str], Object] = {}
        self.uploads: dict[int, Upload] = {}
        self.retired: dict[int, int] = {}

    def do(self, seq: int, command: c.Command) -> r.Reply | None:
        """The reply; None if nothing is promised about it."""
        try:
            return self._do(seq, command)
        except No as error:
            return error.reply

    def _do(self, seq: int, command: c.Command) -> r.Reply | None:
        match command:
            case c.Put() | c.Delete():
                self._write(seq, command)
                return r.Written(seq)
            case c.Cas(key, version, value):
                missed = self._missed(key, version)
                if not missed:
                    self._write(seq, c.Put(key, value))
                return missed or r.Written(seq)
            case c.Batch(ops, conditions):
                for condition in conditions:
                    if missed := self._missed(condition.key, condition.version):
                        return missed
                for op in ops:
                    self._write(seq, op)
                return r.Written(seq)
            case c.Tick(now):
                self.now = max(self.now, now)
                return r.Written(seq)
            case c.DeleteObject(bucket, key):
                self._retire(self.objects.pop((bucket, key), None))
                return r.Written(seq)
            case c.Reap() | c.Collect():
                return None
        return self._upload(seq, command)

    def _upload(self, seq: int, command: c.Command) -> r.Reply:
        match command:
            case c.OpenPut(bucket, key, size, chunk_size, digest):
                self.uploads[seq] = Upload("put", bucket, key, size, chunk_size, digest, begun=self.now)
                return r.UploadOpen(seq)
            case c.CreateMultipart(bucket, key):
                self.uploads[seq] = Upload("multipart", bucket, key, begun=self.now)
                return r.UploadOpen(seq)
            case c.OpenPart():
                return self._open_part(seq, command)
            case c.WriteChunk():
                return self._write_chunk(seq, command)
            case c.AbortUpload(upload):
                self._end(upload, self._open(upload), "aborted", None)
                return r.Written(seq)
            case c.CommitPut(upload, condition, judged):
                return self._commit(seq, upload, condition, judged)
            case c.CommitPart(upload):
                return self._commit_part(upload)
        assert isinstance(command, c.CompleteMultipart)
        return self._complete(seq, command)

    def _open_part(self, seq: int, command: c.OpenPart) -> r.Reply:
        if not 1 <= command.part <= 10_000:
            raise No(400, "InvalidArgument")
        whole = self._open(command.upload, "multipart")
        self.uploads[seq] = Upload(
            "part", whole.bucket, whole.key, command.size, command.chunk_size, command.md5, command.upload,
            command.part, begun=self.now,
        )  # fmt: skip
        return r.UploadOpen(seq)

    def _write_chunk(self, seq: int, command: c.WriteChunk) -> r.Reply:
        one = self._open(command.upload)
        if one.kind == "multipart":
            raise No(400, "InvalidRequest")
        if not 0 <= command.n < one.count:
            raise No(400, "InvalidArgument")
        if len(command.data) != min(one.chunk_size, one.size - command.n * one.chunk_size):
            raise No(400, "IncompleteBody")
        one.chunks[command.n] = command.data
        return r.Written(seq)

    def _commit(self, seq: int, number: int, condition: c.Condition | None, judged: bool) -> r.Reply:
        one = self.uploads.get(number)
        if one is None or one.kind != "put":
            raise No(404, "NoSuchUpload")
        if one.state != "open":
            if one.result is None:
                raise No(404, "NoSuchUpload")
            return one.result
        refusal = self.judge(one.bucket, one.key, condition, judged)
        if refusal is not None:
            self._end(number, one, "aborted", refusal)
            return refusal
        body = self._body(one)
        self._place(one, Object(seq, hexdigest(body), [(number, body)]))
        return self._end(number, one, "completed", r.Committed(seq, hexdigest(body)))

    def _commit_part(self, number: int) -> r.Reply:
        one = self.uploads.get(number)
        if one is None or one.kind != "part":
            raise No(404, "NoSuchUpload")
        if one.state == "completed" and one.result is not None:
            return one.result
        if one.state != "open":
            raise No(404, "NoSuchUpload")
        whole = self._open(one.parent, "multipart")
        body = self._body(one)
        if one.part in whole.parts:
            self.retired[whole.parts[one.part][1]] = self.now
        whole.parts[one.part] = hexdigest(body), number, body
        return self._end(number, one, "completed", r.PartCommitted(hexdigest(body)))

    def _complete(self, seq: int, command: c.CompleteMultipart) -> r.Reply:
        number, tags = command.upload, command.parts
        whole = self.uploads.get(number)
        if whole is None or whole.kind != "multipart":
            raise No(404, "NoSuchUpload")
        if whole.result is not None:
            return whole.result
        if whole.state != "open":
            raise No(404, "NoSuchUpload")
        if not tags:
            raise No(400, "MalformedXML")
        if sorted({tag.part for tag in tags}) != [tag.part for tag in tags]:
            raise No(400, "InvalidPartOrder")
        if any(tag.part not in whole.parts or whole.parts[tag.part][0] != tag.etag for tag in tags):
            raise No(400, "InvalidPart")
        chosen = [whole.parts[tag.part] for tag in tags]
        if any(len(body) < self.limits.part_min for _, _, body in chosen[:-1]):
            raise No(400, "EntityTooSmall")
        refusal = self.judge(whole.bucket, whole.key, command.condition, command.judged)
        if refusal is not None:
            if refusal.status == 409:
                self._end(number, whole, "aborted", refusal)
            return refusal
        etag = f"{hexdigest(b''.join(bytes.fromhex(etag) for etag, _, _ in chosen))}-{len(chosen)}"
        self._place(whole, Object(seq, etag, [(source, body) for _, source, body in chosen]))
        named = {tag.part for tag in tags}
        for part, (_, source, _) in whole.parts.items():
            if part not in named:
                self.retired[source] = self.now
        whole.parts = {}
        return self._end(number, whole, "completed", r.Committed(seq, etag))

    def judge(self, bucket: str, key: str, condition: c.Condition | None, judged: bool) -> r.Denied | None:
        there = self.objects.get((bucket, key))
        match condition:
            case c.IfAbsent() if there is not None:
                return r.Denied(409, "ConditionalRequestConflict", "") if judged else _412
            case c.IfMatch(etag) if there is None:
                return r.Denied(409, "ConditionalRequestConflict", "") if judged else r.Denied(404, "NoSuchKey", "")
            case c.IfMatch(etag) if there is not None and there.etag != etag:
                return r.Denied(409, "ConditionalRequestConflict", "") if judged else _412
        return None

    def elements(self, question: q.ListObjects) -> list[tuple[str, Object | None]]:
        """Keys and common prefixes (None) in order: the whole list, from which a page is cut."""
        found: dict[str, Object | None] = {}
        for (bucket, key), one in self.objects.items():
            if bucket != question.bucket or not key.startswith(question.prefix):
                continue
            at = key.find(question.delimiter, len(question.prefix)) if question.delimiter else -1
            if at < 0:
                found[key] = one
            else:
                found[key[: at + len(question.delimiter)]] = None
        return sorted(found.items(), key=lambda item: item[0].encode())

    def must_be_there(self, upload: int) -> bool:
        """Whether a chunk that was written to this upload may not be collected yet."""
        one = self.uploads[upload]
        if one.state == "open" or any(upload == source for o in self.objects.values() for source, _ in o.pieces):
            return True
        if any(
            upload == source for u in self.uploads.values() if u.state == "open" for _, source, _ in u.parts.values()
        ):
            return True
        return self.now < self.retired.get(upload, 0) + self.limits.grace

    def _write(self, seq: int, op: c.Put | c.Delete) -> None:
        if isinstance(op, c.Put):
            self.values[op.key] = op.value, seq
        else:
            self.values.pop(op.key, None)

    def _missed(self, key: bytes, version: int | None) -> r.Mismatch | None:
        seen = self.values[key][1] if key in self.values else None
        return None if seen == version else r.Mismatch(key, seen)

    def _open(self, number: int, kind: str = "") -> Upload:
        one = self.uploads.get(number)
        if one is None or one.state != "open" or (kind and one.kind != kind):
            raise No(404, "NoSuchUpload")
        return one

    def _body(self, one: Upload) -> bytes:
        if len(one.chunks) < one.count:
            raise No(400, "ChunksMissing")
        body = b"".join(one.chunks[n] for n in range(one.count))
        if hexdigest(body) != one.md5:
            raise No(400, "BadDigest")
        return body

    def _place(self, one: Upload, new: Object) -> None:
        self._retire(self.objects.get((one.bucket, one.key)))
        self.objects[one.bucket, one.key] = new

    def _retire(self, former: Object | None) -> None:
        for source, _ in former.pieces if former else ():
            self.retired[source] = self.now

    def _end(self, number: int, one: Upload, state: str, result: r.Reply | None) -> r.Reply:
        if state == "aborted":
            self.retired[number] = self.now
            for _, source, _ in one.parts.values():
                self.retired[source] = self.now
            one.parts = {}
        one.state, one.result, one.ended = state, result, self.now
        return result or r.Written(0)


_412 = r.Denied(412, "PreconditionFailed", "")
