"""Multipart uploads of the machine, and what reaps and collects them."""

from hashlib import md5

import pytest

from models.veristore.machine import commands as c
from models.veristore.machine import questions as q
from models.veristore.machine import replies as r

from .oracle import hexdigest
from .store import SMALL, B, K, Store


def test_parts_in_any_order_make_one_object_in_order() -> None:
    store = Store()
    upload = store.create()
    third, first = store.part(upload, 3, b"89"), store.part(upload, 1, b"01234567")
    reply = store.do(c.CompleteMultipart(upload, (first, third)))
    joined = md5(b"01234567", usedforsecurity=False).digest() + md5(b"89", usedforsecurity=False).digest()
    assert reply == r.Committed(store.seq, f"{hexdigest(joined)}-2")
    assert store.body() == b"0123456789"


def test_the_same_number_again_replaces_the_part() -> None:
    store = Store()
    upload = store.create()
    wrong, right = store.part(upload, 1, b"wrong"), store.part(upload, 1, b"right")
    assert store.code(c.CompleteMultipart(upload, (wrong,))) == "400 InvalidPart"
    store.do(c.CompleteMultipart(upload, (right,)))
    assert store.body() == b"right"


def test_what_complete_names_must_be_there_in_order_and_large_enough() -> None:
    store = Store()
    upload = store.create()
    small, large = store.part(upload, 1, b"012"), store.part(upload, 2, b"0123")
    assert store.code(c.CompleteMultipart(upload, ())) == "400 MalformedXML"
    assert store.code(c.CompleteMultipart(upload, (large, small))) == "400 InvalidPartOrder"
    assert store.code(c.CompleteMultipart(upload, (large, large))) == "400 InvalidPartOrder"
    assert store.code(c.CompleteMultipart(upload, (c.PartTag(3, large.etag),))) == "400 InvalidPart"
    assert store.code(c.CompleteMultipart(upload, (small, large))) == "400 EntityTooSmall"
    assert isinstance(store.do(c.CompleteMultipart(upload, (large,))), r.Committed)


def test_a_small_part_may_be_the_last() -> None:
    store = Store()
    upload = store.create()
    tags = (store.part(upload, 1, b"0123"), store.part(upload, 2, b"4"))
    assert isinstance(store.do(c.CompleteMultipart(upload, tags)), r.Committed)


@pytest.mark.parametrize("part", [0, 10_001, -1])
def test_parts_are_numbered_from_1_to_10000(part: int) -> None:
    store = Store()
    upload = store.create()
    assert store.code(c.OpenPart(upload, part, 0, 4, hexdigest(b""))) == "400 InvalidArgument"


def test_complete_repeated_gives_the_stored_result_until_it_is_forgotten() -> None:
    store = Store()
    upload = store.create()
    command = c.CompleteMultipart(upload, (store.part(upload, 1, b"body"),))
    first = store.do(command)
    store.put(b"other")
    store.do(c.Tick(SMALL.result_kept - 1))
    store.sweep()
    assert store.do(command) == first
    assert store.body() == b"other"
    store.do(c.Tick(SMALL.result_kept))
    store.sweep()
    assert store.code(command) == "404 NoSuchUpload"


def test_an_upload_that_is_over_takes_no_parts_and_cannot_be_ended_again() -> None:
    for end in (c.CompleteMultipart, c.AbortUpload):
        store = Store()
        upload = store.create()
        tag = store.part(upload, 1, b"body")
        late = store.do(c.OpenPart(upload, 1, 4, 4, hexdigest(b"late")))
        assert isinstance(late, r.UploadOpen)
        store.fill(late.upload, b"late")
        store.do(c.CompleteMultipart(upload, (tag,)) if end is c.CompleteMultipart else c.AbortUpload(upload))
        assert store.code(c.CommitPart(late.upload)) == "404 NoSuchUpload"
        assert store.code(c.OpenPart(upload, 2, 4, 4, hexdigest(b"late"))) == "404 NoSuchUpload"
        assert store.code(c.AbortUpload(upload)) == "404 NoSuchUpload"
        assert isinstance(store.ask(q.ListParts(upload)), r.Denied)
        assert store.body() == (b"body" if end is c.CompleteMultipart else None)


def test_an_aborted_upload_cannot_be_completed() -> None:
    store = Store()
    upload = store.create()
    tag = store.part(upload, 1, b"body")
    store.do(c.AbortUpload(upload))
    assert store.code(c.CompleteMultipart(upload, (tag,))) == "404 NoSuchUpload"


def test_a_conflict_ends_the_upload_and_412_does_not() -> None:
    store = Store()
    store.put(b"there")
    upload = store.create()
    tag = store.part(upload, 1, b"body")
    first = store.do(c.CompleteMultipart(upload, (tag,), c.IfAbsent()))
    assert isinstance(first, r.Denied)
    assert (first.status, store.changes) == (412, ())
    conflict = store.do(c.CompleteMultipart(upload, (tag,), c.IfAbsent(), True))
    assert isinstance(conflict, r.Denied)
    assert conflict.status == 409
    assert store.do(c.CompleteMultipart(upload, (tag,))) == conflict
    assert store.body() == b"there"


def test_parts_are_listed_in_pages() -> None:
    store = Store()
    upload = store.create()
    for part in (5, 1, 9):
        store.part(upload, part, b"x" * part)
    page = store.ask(q.ListParts(upload, 0, 2))
    assert isinstance(page, r.PartsListed)
    assert [(entry.part, entry.size) for entry in page.parts] == [(1, 1), (5, 5)]
    assert page.truncated
    rest = store.ask(q.ListParts(upload, 5, 2))
    assert rest == r.PartsListed((r.PartEntry(9, hexdigest(b"x" * 9), 9),), False)


def test_a_put_is_no_multipart_upload_nor_the_other_way_round() -> None:
    store = Store()
    put, whole = store.open(b"body"), store.create()
    assert store.code(c.OpenPart(put, 1, 0, 4, hexdigest(b""))) == "404 NoSuchUpload"
    assert store.code(c.CompleteMultipart(put, (c.PartTag(1, ""),))) == "404 NoSuchUpload"
    assert store.code(c.CommitPart(put)) == "404 NoSuchUpload"
    assert store.code(c.CommitPut(whole)) == "404 NoSuchUpload"
    assert store.code(c.WriteChunk(whole, 0, 0, b"")) == "400 InvalidRequest"


# Reaping and collecting


def test_an_upload_that_nobody_ends_is_aborted_when_it_is_old_and_then_collected() -> None:
    store = Store()
    upload = store.open(b"body")
    store.do(c.Tick(SMALL.upload_ttl - 1))
    store.sweep()
    store.fill(upload, b"body")
    store.do(c.Tick(SMALL.upload_ttl))
    store.sweep()
    assert store.code(c.CommitPut(upload)) == "404 NoSuchUpload"
    assert store.keys(b"c/") != []
    store.do(c.Tick(SMALL.upload_ttl + SMALL.grace))
    store.sweep()
    assert store.keys(b"c/") + store.keys(b"u/") + store.keys(b"d/") == []


def test_an_old_multipart_upload_goes_with_all_its_parts() -> None:
    store = Store()
    upload = store.create()
    store.part(upload, 1, b"one")
    store.part(upload, 2, b"two")
    for time in (SMALL.upload_ttl, SMALL.upload_ttl + SMALL.grace, SMALL.upload_ttl + SMALL.result_kept):
        store.do(c.Tick(time))
        store.sweep()
    assert len(store.map) == 1, "only the time is left"


def test_the_collector_goes_by_what_was_handed_over_and_not_by_what_has_no_metadata() -> None:
    store = Store()
    store.open(b"body")
    store.do(c.Tick(SMALL.upload_ttl - 1))
    store.do(c.Collect(1, 100))
    assert len(store.keys(b"c/")) == 1


def test_parts_that_complete_does_not_name_are_collected() -> None:
    store = Store()
    upload = store.create()
    named = store.part(upload, 1, b"named")
    store.part(upload, 2, b"unnamed")
    store.do(c.CompleteMultipart(upload, (named,)))
    store.do(c.Tick(SMALL.grace))
    store.sweep()
    assert len(store.keys(b"c/")) == 2
    assert store.body() == b"named"


def test_a_collection_in_small_steps_comes_to_its_end() -> None:
    store = Store()
    for n in range(5):
        store.put(bytes(10), key=f"k{n}")
        store.do(c.DeleteObject(B, f"k{n}"))
    store.do(c.Tick(SMALL.grace))
    start, steps = 1, 0
    while start:
        reply = store.do(c.Collect(start, 2))
        assert isinstance(reply, r.Swept)
        start, steps = reply.next, steps + 1
        assert len(store.changes) <= 4
    assert store.keys(b"c/") == []
    assert steps >= 7


def test_the_object_that_a_key_has_now_is_not_touched_by_the_end_of_an_older_upload() -> None:
    store = Store()
    first = store.open(b"first")
    store.put(b"second", key=K)
    store.do(c.AbortUpload(first))
    store.do(c.Tick(SMALL.grace))
    store.sweep()
    assert store.body() == b"second"
