"""Random commands give what a plain dictionary model of S3 gives, and leave nothing behind."""

import random
from collections.abc import Iterator
from typing import cast
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.veristore.machine import commands as c
from models.veristore.machine import questions as q
from models.veristore.machine import replies as r
from models.veristore.machine.parts import MachineParts
from models.veristore.machine.replica import StoreMachine
from models.veristore.mutants.objects import OBJECT_MUTANTS
from models.veristore.parts import Parts
from sim import SECOND

from .oracle import Oracle, hexdigest
from .store import SMALL, B, Store

KEYS = ("a", "a/b", "a/c", "a/b/c", "b", "a0", "\u00e9/x", "\uffff", "\U0001f600")
PREFIXES = ("", "a", "a/", "a/b", "c")
DELIMITERS = ("", "/", "b/")
Step = tuple[int, int, int, int]

steps = st.lists(st.tuples(*[st.integers(0, 30)] * 4), min_size=8, max_size=40)


class Pair:
    """The machine and the oracle side by side."""

    def __init__(self, parts: MachineParts | None = None) -> None:
        self.store, self.oracle = Store(SMALL, parts), Oracle(SMALL)

    def do(self, command: c.Command) -> r.Reply:
        told = self.store.do(command)
        expected = self.oracle.do(self.store.seq, command)
        if isinstance(told, r.Denied) and isinstance(expected, r.Denied):
            assert (told.status, told.code) == (expected.status, expected.code), command
        elif expected is not None:
            assert told == expected, command
        return told

    def upload(self, pick: int) -> int:
        """One of the uploads, or one that never was."""
        known = [999, *self.oracle.uploads]
        return known[-1 - pick % len(known)]

    def multipart(self, pick: int) -> int:
        """One of the last multipart uploads, or now and then any."""
        known = [number for number, one in self.oracle.uploads.items() if one.kind == "multipart"][-3:]
        return known[-1 - pick % len(known)] if known and pick % 7 else self.upload(pick)

    def condition(self, pick: int, key: str) -> c.Condition | None:
        there = self.oracle.objects.get((B, key))
        etag = there.etag if there is not None else hexdigest(b"none")
        return (None, None, c.IfAbsent(), c.IfMatch(etag), c.IfMatch(hexdigest(b"other")))[pick % 5]


def commands(pair: Pair, step: Step) -> Iterator[c.Command]:
    """What a step asks for: one command, or an upload from its opening to its last chunk."""
    verb = step[0] % 15
    if verb < 4:
        yield of_values(pair, step)
    elif verb < 7:
        yield from of_puts(pair, step)
    else:
        yield from of_uploads(pair, step)


def of_values(pair: Pair, step: Step) -> c.Command:
    verb, x, y, z = step
    name, value = KEYS[y % len(KEYS)].encode(), bytes([x]) * (z % 5)
    versions = [None, *(version for _, version in pair.oracle.values.values())]
    expected = versions[x % len(versions)]
    match verb % 15:
        case 0:
            return c.Put(name, value)
        case 1:
            return c.Delete(name)
        case 2:
            return c.Cas(name, expected, value)
    ops = (c.Put(b"a", value), c.Delete(name), c.Put(name, b"!"))
    return c.Batch(ops[: z % 4], (c.Expectation(name, expected),) * (y % 2))


def of_puts(pair: Pair, step: Step) -> Iterator[c.Command]:
    verb, x, y, z = step
    key, body = KEYS[y % len(KEYS)], bytes([x]) * z
    if verb % 15 == 6:
        number = pair.upload(x)
        one = pair.oracle.uploads.get(number)
        yield c.CommitPut(number, pair.condition(z, one.key if one else key), bool(y % 2))
        return
    yield c.OpenPut(B, key, len(body), 1 + y % 7, hexdigest(body if x % 9 else b"wrong"))
    yield from chunks(pair.store.seq, body, 1 + y % 7, skip=x % 7 == 0)
    if x % 3:
        yield c.CommitPut(pair.upload(0), pair.condition(x, key), bool(z % 2))


def of_uploads(pair: Pair, step: Step) -> Iterator[c.Command]:
    verb, x, y, z = step
    number, body = pair.upload(x), bytes([x]) * z
    match verb % 15:
        case 7:
            yield c.DeleteObject(B, KEYS[y % len(KEYS)])
        case 8:
            yield c.CreateMultipart(B, KEYS[y % len(KEYS)])
        case 9 | 10:
            yield c.OpenPart(pair.multipart(x), y % 5, len(body), 1 + x % 7, hexdigest(body))
            if pair.upload(0) == pair.store.seq:
                yield from chunks(pair.store.seq, body, 1 + x % 7, skip=x % 7 == 0)
                yield c.CommitPart(pair.upload(0))
        case 11:
            yield completion(pair, step, pair.multipart(y))
        case 12:
            yield c.AbortUpload(number)
        case 13:
            yield c.WriteChunk(number, y % 4, crc32(body[:5]), body[:5])
        case 14:
            now = max(0, pair.oracle.now + (x - 3) * SECOND)
            yield (c.Tick(now), c.Collect(0, 1 + y), c.CommitPart(number))[z % 3]


def completion(pair: Pair, step: Step, number: int) -> c.Command:
    """Of all parts, of all but the first, of a list in the wrong order, or with other ETags."""
    _, x, _, z = step
    one = pair.oracle.uploads.get(number)
    tags = [c.PartTag(n, part[0]) for n, part in sorted(one.parts.items())] if one else []
    tags = tags[x % 2 :] if z % 3 else [*tags, *tags[: x % 2]]
    tags = [c.PartTag(tag.part, "other") for tag in tags] if z % 7 == 1 else tags
    return c.CompleteMultipart(number, tuple(tags), pair.condition(z, one.key if one else "a"), bool(z % 2))


def chunks(upload: int, body: bytes, size: int, *, skip: bool) -> Iterator[c.Command]:
    for n, at in enumerate(range(0, len(body), size)):
        if not (skip and n == 1):
            yield c.WriteChunk(upload, n, crc32(body[at : at + size]), body[at : at + size])


def run(pair: Pair, script: list[Step]) -> None:
    for step in script:
        for command in commands(pair, step):
            pair.do(command)


def compare(pair: Pair, script: list[Step]) -> None:
    """Do everything that a script asks for, and read everything."""
    run(pair, script)
    store, oracle = pair.store, pair.oracle
    for key in KEYS:
        there = oracle.objects.get((B, key))
        found = store.ask(q.Head(B, key))
        assert store.body(key) == (None if there is None else there.body)
        if there is not None:
            assert isinstance(found, r.Found)
            assert (found.meta.version, found.meta.etag, found.meta.size) == (
                there.version,
                there.etag,
                len(there.body),
            )
        held = oracle.values.get(key.encode())
        assert store.ask(q.Get(key.encode())) == (r.Absent() if held is None else r.Value(*held))
    for upload, one in oracle.uploads.items():
        for n, data in one.chunks.items() if oracle.must_be_there(upload) else ():
            assert store.ask(q.ReadChunk(upload, n)) == r.Chunk(crc32(data), data)
    page = store.ask(q.ListObjects(B))
    assert isinstance(page, r.Listed)
    assert [entry.key for entry in page.entries] == sorted((key for _, key in oracle.objects), key=str.encode)


@settings(max_examples=250, deadline=None)
@given(steps)
def test_replies_and_reads_are_those_of_the_oracle(script: list[Step]) -> None:
    compare(Pair(), script)


@pytest.mark.parametrize("name", [name for name in OBJECT_MUTANTS if name != "own-412"])
def test_the_oracle_tells_a_wrong_machine_from_a_right_one(name: str) -> None:
    parts, chance = cast("Parts", OBJECT_MUTANTS[name].part).machine, random.Random(1)
    for _ in range(400):
        script = [tuple(chance.randint(0, 30) for _ in range(4)) for _ in range(40)]
        try:
            compare(Pair(parts), cast("list[Step]", script))
        except AssertionError:
            return
    pytest.fail(f"{name} behaves like the reference")


@settings(max_examples=100, deadline=None)
@given(steps)
def test_in_the_end_only_what_objects_name_is_left(script: list[Step]) -> None:
    pair = Pair()
    run(pair, script)
    store = pair.store
    for wait in (SMALL.upload_ttl, SMALL.grace, SMALL.result_kept, SMALL.grace):
        store.do(c.Tick(pair.oracle.now + wait + SECOND))
        pair.oracle.now += wait + SECOND
        store.sweep()
    named = {
        (source, n)
        for one in pair.oracle.objects.values()
        for source, _ in one.pieces
        for n in range(pair.oracle.uploads[source].count)
    }
    assert len(store.keys(b"c/")) == len(named)
    assert [store.keys(prefix) for prefix in (b"u/", b"p/", b"d/")] == [[], [], []]
    for (_, key), one in pair.oracle.objects.items():
        assert store.body(key) == one.body


@settings(max_examples=100, deadline=None)
@given(steps, st.sampled_from(PREFIXES), st.sampled_from(DELIMITERS), st.integers(1, 4), st.sampled_from(("", *KEYS)))
def test_pages_are_the_list_cut(script: list[Step], prefix: str, delimiter: str, size: int, start: str) -> None:
    pair = Pair()
    run(pair, [(4, *step[1:]) for step in script])
    elements = pair.oracle.elements(q.ListObjects(B, prefix, delimiter))
    left = [one for one in elements if one[0].encode() > start.encode()]
    after, more = start, True
    while more:
        page = pair.store.ask(q.ListObjects(B, prefix, delimiter, after, size))
        assert isinstance(page, r.Listed)
        expected, left = left[:size], left[size:]
        assert [(entry.key, entry.etag) for entry in page.entries] == [(k, one.etag) for k, one in expected if one]
        assert list(page.prefixes) == [k for k, one in expected if one is None]
        after, more = page.last, page.truncated
        assert more == bool(left)


@settings(max_examples=60, deadline=None)
@given(steps, st.integers(0, 40))
def test_a_replica_restored_on_the_way_ends_the_same(script: list[Step], at: int) -> None:
    pair, log = Pair(), list[bytes]()
    for step in script:
        for command in commands(pair, step):
            log.append(c.encode_command(command))
            pair.do(command)
    one, other, copy = StoreMachine(SMALL), StoreMachine(SMALL), StoreMachine(SMALL)
    for index, body in enumerate(log, 1):
        reply = one.apply(index, body)
        assert copy.apply(index, body) == reply
        if index == at:
            other.restore(one.snapshot())
        elif index > at > 0:
            assert other.apply(index, body) == reply
    assert copy.digest() == one.digest()
    if len(log) >= at > 0:
        assert other.snapshot() == one.snapshot()
