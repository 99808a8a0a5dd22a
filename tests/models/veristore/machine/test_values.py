"""Keys, values and sessions of the machine."""

import pytest

from models.veristore.machine import commands as c
from models.veristore.machine import questions as q
from models.veristore.machine import replies as r
from models.veristore.machine.limits import Limits
from models.veristore.machine.machine import Machine
from models.veristore.machine.memory import MemoryMap

from .store import SMALL, Store


def test_a_version_is_the_number_of_the_last_write_and_rises_over_deletes() -> None:
    store = Store()
    assert store.do(c.Put(b"k", b"1")) == r.Written(1)
    assert store.do(c.Delete(b"k")) == r.Written(2)
    assert store.ask(q.Get(b"k")) == r.Absent()
    assert store.do(c.Put(b"k", b"1")) == r.Written(3)
    assert store.ask(q.Get(b"k")) == r.Value(b"1", 3)


def test_a_swap_goes_by_versions_and_not_by_values() -> None:
    store = Store()
    store.do(c.Put(b"k", b"same"))
    store.do(c.Put(b"k", b"same"))
    assert store.do(c.Cas(b"k", 1, b"new")) == r.Mismatch(b"k", 2)
    assert store.do(c.Cas(b"k", None, b"new")) == r.Mismatch(b"k", 2)
    assert store.do(c.Cas(b"k", 2, b"new")) == r.Written(5)


def test_a_batch_is_done_whole_or_not_at_all() -> None:
    store = Store()
    store.do(c.Put(b"a", b"1"))
    ops = (c.Put(b"b", b"2"), c.Delete(b"a"))
    assert store.do(c.Batch(ops, (c.Expectation(b"a", 1), c.Expectation(b"b", 7)))) == r.Mismatch(b"b", None)
    assert store.changes == ()
    assert store.do(c.Batch(ops, (c.Expectation(b"a", 1),))) == r.Written(3)
    assert store.ask(q.Scan(b"", b"", 9)) == r.Items((r.Item(b"b", b"2", 3),), False)


def test_a_batch_with_one_bad_operation_changes_nothing() -> None:
    store = Store()
    assert store.code(c.Batch((c.Put(b"a", b"1"), c.Put(b"", b"2")))) == "400 InvalidKey"
    assert store.keys(b"k/") == []


def test_a_scan_is_in_order_of_bytes_and_goes_on_behind_its_last_key() -> None:
    store = Store()
    for key in (b"\xff", b"a\tb", b"a", b"a\n", b"b"):
        store.do(c.Put(key, b""))
    page = store.ask(q.Scan(b"", b"", 3))
    assert isinstance(page, r.Items)
    assert [item.key for item in page.items] == [b"a", b"a\tb", b"a\n"]
    assert page.more
    rest = store.ask(q.Scan(b"", page.items[-1].key, 3))
    assert isinstance(rest, r.Items)
    assert ([item.key for item in rest.items], rest.more) == ([b"b", b"\xff"], False)
    assert isinstance(some := store.ask(q.Scan(b"a", b"a", 9)), r.Items)
    assert [item.key for item in some.items] == [b"a\tb", b"a\n"]


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (c.Put(b"", b""), "InvalidKey"),
        (c.Put(b"k" * 1025, b""), "InvalidKey"),
        (c.Delete(b""), "InvalidKey"),
        (c.Cas(b"", None, b""), "InvalidKey"),
        (c.Put(b"k", b"v" * (64 * 1024 + 1)), "ValueTooLarge"),
        (c.Batch((c.Delete(b"k"),) * 101), "BatchTooLarge"),
        (c.Tick(-1), "InvalidArgument"),
        (c.Tick(2**63), "InvalidArgument"),
        (c.Reap(1, 0), "InvalidArgument"),
        (c.Collect(1, 1001), "InvalidArgument"),
    ],
    ids=str,
)
def test_what_is_too_small_or_too_large_is_refused_and_says_so(command: c.Command, code: str) -> None:
    assert Store().code(command) == f"400 {code}"


def test_a_scan_of_no_keys_or_too_many_is_refused() -> None:
    for limit in (0, 1001):
        reply = Store().ask(q.Scan(b"", b"", limit))
        assert isinstance(reply, r.Denied)
        assert "between 1 and 1000" in reply.detail


def test_bytes_that_are_no_command_change_nothing() -> None:
    for body in (b"", b"\xc1", c.encode_command(c.Delete(b"k"))[:-1]):
        outcome = Machine().execute(MemoryMap(), 1, body)
        assert outcome.changes == ()
        assert isinstance(reply := r.decode_reply(outcome.reply), r.Denied)
        assert reply.code == "MalformedCommand"
        assert isinstance(told := r.decode_reply(Machine().answer(MemoryMap(), body)), r.Denied)
        assert told.code == "MalformedQuestion"


# Sessions


def open_session(store: Store) -> int:
    reply = store.do(c.OpenSession())
    assert isinstance(reply, r.SessionOpened)
    return reply.session


def test_a_repeated_serial_is_answered_as_before_and_does_nothing() -> None:
    store = Store()
    session = open_session(store)
    first = store.do(c.Cas(b"k", None, b"1"), session, 1)
    assert store.do(c.Cas(b"k", None, b"1"), session, 1) == first == r.Written(2)
    assert store.changes == ()
    assert store.ask(q.Get(b"k")) == r.Value(b"1", 2)


def test_an_older_serial_does_nothing_and_is_not_answered() -> None:
    store = Store()
    session = open_session(store)
    store.do(c.Put(b"k", b"1"), session, 1)
    store.do(c.Put(b"k", b"2"), session, 2)
    assert store.do(c.Put(b"k", b"1"), session, 1) == r.Superseded()
    assert store.changes == ()


def test_what_was_denied_is_denied_again_though_it_would_be_done_by_now() -> None:
    store = Store()
    session = open_session(store)
    assert isinstance(store.do(c.CreateMultipart("no", "k"), session, 1), r.Denied)
    assert isinstance(store.do(c.CreateMultipart("bucket", "k"), session, 1), r.Denied)


def test_the_session_that_acted_longest_ago_expires_first() -> None:
    store = Store(Limits(session_max=2))
    first, second = open_session(store), open_session(store)
    store.do(c.Put(b"k", b"1"), first, 1)
    third = open_session(store)
    assert store.do(c.Put(b"k", b"2"), second, 1) == r.SessionExpired()
    assert store.do(c.Put(b"k", b"2"), first, 2) == r.Written(store.seq)
    assert store.do(c.Put(b"k", b"3"), third, 1) == r.Written(store.seq)
    assert len(store.keys(b"s/")) == 2


def test_time_never_goes_back() -> None:
    store = Store()
    store.do(c.Tick(9))
    store.do(c.Tick(5))
    assert store.changes == ()
    assert int.from_bytes(store.map.get(b"t")[0], "big") == 9  # type: ignore[index]


def test_no_two_things_have_the_same_key() -> None:
    store = Store(SMALL)
    store.do(c.Put(b"k/s/", b"1"))
    open_session(store)
    store.do(c.Put(b"", b""))
    store.put(b"body", key="k/x")
    assert store.ask(q.Get(b"k/s/")) == r.Value(b"1", 1)
    assert store.ask(q.Scan(b"o", b"", 5)) == r.Items((), False)
