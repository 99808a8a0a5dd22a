"""Objects of the machine: puts, conditions, reads, deletes, names."""

from zlib import crc32

import pytest

from models.veristore.machine import commands as c
from models.veristore.machine import questions as q
from models.veristore.machine import replies as r
from sim import SECOND

from .oracle import hexdigest
from .store import SMALL, B, K, Store

OTHER = hexdigest(b"other")


def test_before_the_commit_nobody_sees_anything() -> None:
    store = Store()
    upload = store.open(b"0123456789")
    assert store.ask(q.Head(B, K)) == r.Absent()
    assert store.ask(q.ListObjects(B)) == r.Listed((), (), False, "")
    committed = store.do(c.CommitPut(upload))
    assert committed == r.Committed(store.seq, hexdigest(b"0123456789"))
    assert store.body() == b"0123456789"
    assert isinstance(page := store.ask(q.ListObjects(B)), r.Listed)
    assert page.entries == (r.Entry(K, store.seq, hexdigest(b"0123456789"), 10),)


def test_the_commit_refuses_while_a_chunk_is_missing() -> None:
    store = Store()
    opened = store.do(c.OpenPut(B, K, 8, 4, hexdigest(b"01234567")))
    assert isinstance(opened, r.UploadOpen)
    store.do(c.WriteChunk(opened.upload, 1, crc32(b"4567"), b"4567"))
    assert store.code(c.CommitPut(opened.upload)) == "400 ChunksMissing"
    store.do(c.WriteChunk(opened.upload, 0, crc32(b"0123"), b"0123"))
    assert isinstance(store.do(c.CommitPut(opened.upload)), r.Committed)


def test_the_commit_refuses_a_body_that_is_not_what_was_meant() -> None:
    store = Store()
    opened = store.do(c.OpenPut(B, K, 4, 4, OTHER))
    assert isinstance(opened, r.UploadOpen)
    store.fill(opened.upload, b"0123")
    assert store.code(c.CommitPut(opened.upload)) == "400 BadDigest"
    assert store.ask(q.Head(B, K)) == r.Absent()


def test_a_commit_that_is_repeated_gives_the_same_answer_without_a_session() -> None:
    store = Store()
    upload = store.open(b"one")
    first = store.do(c.CommitPut(upload))
    store.put(b"two")
    assert store.do(c.CommitPut(upload)) == first
    assert store.body() == b"two"


def test_an_empty_object_is_an_object() -> None:
    store = Store()
    store.put(b"")
    assert store.body() == b""
    store.put(b"")
    assert store.keys(b"d/") == []


CONDITIONS = [
    # what is there, the condition, at the start, at the commit
    (None, c.IfAbsent(), 0, 0),
    (b"there", c.IfAbsent(), 412, 409),
    (None, c.IfMatch(OTHER), 404, 409),
    (b"there", c.IfMatch(OTHER), 412, 409),
    (b"there", c.IfMatch(hexdigest(b"there")), 0, 0),
]


@pytest.mark.parametrize(("there", "condition", "start", "commit"), CONDITIONS)
def test_conditions_are_those_of_the_table(
    there: bytes | None, condition: c.Condition, start: int, commit: int
) -> None:
    store = Store()
    if there is not None:
        store.put(there)
    judged = store.ask(q.Judge(B, K, condition))
    assert (judged.status if isinstance(judged, r.Denied) else 0) == start
    for known, status in ((True, commit), (False, start)):
        upload = store.open(b"new")
        reply = store.do(c.CommitPut(upload, condition, known))
        assert (reply.status if isinstance(reply, r.Denied) else 0) == status
        if status:
            assert store.body() == there
            assert store.do(c.CommitPut(upload, condition, known)) == reply
        else:
            store.do(c.DeleteObject(B, K))
            if there is not None:
                store.put(there)


def test_a_put_that_failed_its_condition_leaves_its_chunks_to_the_collector() -> None:
    store = Store()
    store.put(b"there")
    store.do(c.CommitPut(store.open(b"new"), c.IfAbsent()))
    store.do(c.Tick(SMALL.grace))
    store.sweep()
    assert len(store.keys(b"c/")) == 2
    assert store.body() == b"there"


def test_an_etag_names_content_so_a_condition_can_hold_again() -> None:
    store = Store()
    first = store.put(b"A")
    store.put(b"B")
    again = store.put(b"A")
    assert first.etag == again.etag
    assert first.version < again.version
    assert isinstance(store.do(c.CommitPut(store.open(b"C"), c.IfMatch(first.etag), True)), r.Committed)


def test_a_delete_is_done_whether_or_not_there_is_an_object() -> None:
    store = Store()
    assert store.do(c.DeleteObject(B, K)) == r.Written(1)
    store.put(b"body")
    assert store.do(c.DeleteObject(B, K)) == r.Written(store.seq)
    assert store.ask(q.Head(B, K)) == r.Absent()


@pytest.mark.parametrize(("first", "last"), [(0, 0), (0, 15), (3, 8), (4, 7), (9, 99), (13, 13)])
def test_a_range_is_a_piece_of_one_version(first: int, last: int) -> None:
    store = Store()
    body = bytes(range(14))
    store.put(body)
    reply = store.ask(q.GetRange(B, K, first, last))
    assert isinstance(reply, r.Range)
    assert (reply.data, reply.size, reply.first) == (body[first : last + 1], 14, first)


def test_a_range_may_reach_over_parts() -> None:
    store = Store()
    upload = store.create()
    tags = (store.part(upload, 1, b"01234"), store.part(upload, 2, b"56789", chunk=3))
    store.do(c.CompleteMultipart(upload, tags))
    for first in range(10):
        for last in range(first, 10):
            reply = store.ask(q.GetRange(B, K, first, last))
            assert isinstance(reply, r.Range)
            assert reply.data == b"0123456789"[first : last + 1]


@pytest.mark.parametrize(("first", "last"), [(14, 14), (5, 4), (-1, 3)])
def test_a_range_outside_is_refused(first: int, last: int) -> None:
    store = Store()
    store.put(bytes(14))
    reply = store.ask(q.GetRange(B, K, first, last))
    assert isinstance(reply, r.Denied)
    assert (reply.status, reply.code) == (416, "InvalidRange")


def test_a_range_of_more_than_a_chunk_is_refused() -> None:
    store = Store()
    store.put(bytes(17))
    reply = store.ask(q.GetRange(B, K, 0, 16))
    assert isinstance(reply, r.Denied)
    assert reply.code == "InvalidRequest"


def test_a_damaged_chunk_is_an_error_and_never_other_bytes() -> None:
    store = Store()
    store.put(b"0123")
    key = store.keys(b"c/")[0]
    value, version = store.map.get(key) or (b"", 0)
    store.map.put(key, value.replace(b"0123", b"0923"), version)
    found = store.ask(q.Head(B, K))
    assert isinstance(found, r.Found)
    reply = store.ask(q.ReadChunk(found.meta.segments[0].upload, 0))
    assert isinstance(reply, r.Denied)
    assert reply.status == 500


@pytest.mark.parametrize("bucket", ["ab", "a" * 64, "Bucket", "a_b", "-ab", "ab.", "", "a/b"])
def test_buckets_have_names_of_buckets(bucket: str) -> None:
    assert Store().code(c.OpenPut(bucket, K, 0, 4, OTHER)) == "400 InvalidBucketName"
    assert Store().code(c.DeleteObject(bucket, K)) == "400 InvalidBucketName"
    assert isinstance(reply := Store().ask(q.ListObjects(bucket)), r.Denied)
    assert reply.code == "InvalidBucketName"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (c.OpenPut(B, "", 0, 4, OTHER), "InvalidArgument"),
        (c.OpenPut(B, "\u00e9" * 513, 0, 4, OTHER), "KeyTooLongError"),
        (c.OpenPut(B, K, 101, 4, OTHER), "EntityTooLarge"),
        (c.OpenPut(B, K, -1, 4, OTHER), "InvalidArgument"),
        (c.OpenPut(B, K, 1, 0, OTHER), "InvalidArgument"),
        (c.OpenPut(B, K, 1, 17, OTHER), "InvalidArgument"),
        (c.OpenPut(B, K, 1, 4, "x"), "InvalidDigest"),
        (c.CreateMultipart(B, ""), "InvalidArgument"),
    ],
    ids=str,
)
def test_what_cannot_be_an_object_is_refused_and_says_so(command: c.Command, code: str) -> None:
    assert Store().code(command) == f"400 {code}"


def test_the_longest_key_is_a_key() -> None:
    store = Store()
    store.put(b"x", key="k" * 1024)
    assert store.body("k" * 1024) == b"x"


@pytest.mark.parametrize(
    ("n", "data", "crc", "code"),
    [
        (2, b"x", crc32(b"x"), "InvalidArgument"),
        (-1, b"x", crc32(b"x"), "InvalidArgument"),
        (0, b"x", crc32(b"x"), "IncompleteBody"),
        (1, b"0123", crc32(b"0123"), "IncompleteBody"),
        (0, b"0123", 1, "BadDigest"),
    ],
)
def test_a_chunk_that_does_not_fit_is_refused(n: int, data: bytes, crc: int, code: str) -> None:
    store = Store()
    store.do(c.OpenPut(B, K, 6, 4, OTHER))
    assert store.code(c.WriteChunk(1, n, crc, data)) == f"400 {code}"


@pytest.mark.parametrize("upload", [0, -1, 5, 2**63, 2**70 % 2**64])
def test_an_upload_that_never_was_is_refused(upload: int) -> None:
    for command in (c.WriteChunk(upload, 0, 0, b""), c.CommitPut(upload), c.AbortUpload(upload), c.CommitPart(upload)):
        assert Store().code(command) == "404 NoSuchUpload"


def test_a_list_of_no_keys_or_too_many_is_refused() -> None:
    for keys in (0, 1001):
        reply = Store().ask(q.ListObjects(B, max_keys=keys))
        assert isinstance(reply, r.Denied)
        assert "between 1 and 1000" in reply.detail


def test_buckets_are_apart_though_one_name_begins_with_the_other() -> None:
    store = Store()
    store.put(b"x", key="k")
    assert store.ask(q.ListObjects(B + "0")) == r.Listed((), (), False, "")
    assert store.ask(q.ListObjects(B[:-2])) == r.Listed((), (), False, "")


def test_a_key_behind_a_common_prefix_is_not_shown_twice_over_pages() -> None:
    store = Store()
    for key in ("a/1", "a/2", "a0", "b/1"):
        store.put(b"x", key=key)
    seen: list[str] = []
    after, more = "", True
    while more:
        page = store.ask(q.ListObjects(B, "", "/", after, 1))
        assert isinstance(page, r.Listed)
        seen += [*page.prefixes, *(entry.key for entry in page.entries)]
        after, more = page.last, page.truncated
    assert seen == ["a/", "a0", "b/"]


def test_a_read_outlives_the_replacement_of_its_object_for_the_time_of_grace() -> None:
    store = Store()
    store.put(b"old version")
    store.do(c.Tick(100 * SECOND))
    found = store.ask(q.Head(B, K))
    assert isinstance(found, r.Found)
    store.put(b"new")
    store.do(c.Tick(found.until - 1))
    store.sweep()
    assert store.read(found) == b"old version"
    store.do(c.Tick(found.until))
    store.sweep()
    reply = store.ask(q.ReadChunk(found.meta.segments[0].upload, 0))
    assert isinstance(reply, r.Denied)
    assert reply.code == "NoSuchChunk"
    assert store.body() == b"new"
