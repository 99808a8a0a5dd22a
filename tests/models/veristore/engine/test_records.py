"""Records and blocks: whatever one bit or a wrong place makes of them is found; no bytes are too strange to be read."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.veristore.engine import batch
from models.veristore.engine.block import DATA, BlockFormat, pack, unpack
from models.veristore.engine.damage import Damage
from models.veristore.engine.filter import Filter
from models.veristore.engine.marks import MARKS_SIZE, mark, newest_marked, slot_of
from models.veristore.engine.memtable import Entry
from models.veristore.engine.record import BATCH, OVERHEAD, Flaw, Framing, Record
from models.veristore.machine.view import Change

QUICK = settings(max_examples=100, deadline=None, database=None)
FRAMING = Framing(1000)
CHANGES = st.lists(st.builds(Change, st.binary(max_size=20), st.none() | st.binary(max_size=50)), max_size=5)
ENTRIES = st.lists(
    st.builds(Entry, st.binary(max_size=9), st.integers(1, 2**40), st.none() | st.binary(max_size=9)), max_size=5
)


@QUICK
@given(CHANGES)
def test_a_batch_comes_back_as_it_was(changes: list[Change]) -> None:
    payload = batch.pack(changes)
    assert batch.unpack(payload) == tuple(changes)
    assert len(payload) == batch.size(changes)


@QUICK
@given(st.integers(0, 2**32 - 1), st.integers(0, 2**60), st.binary(max_size=100))
def test_a_record_comes_back_as_it_was(epoch: int, seq: int, payload: bytes) -> None:
    record = FRAMING.seal(BATCH, epoch, seq, 7, payload)
    assert FRAMING.read(b"before" + record.raw + b"behind", 6) == record
    assert len(record.raw) == OVERHEAD + len(payload)


def test_any_bit_that_flips_in_a_record_is_found() -> None:
    raw = FRAMING.seal(BATCH, 3, 17, 5, b"payload").raw
    for bit in range(8 * len(raw)):
        bad = bytearray(raw)
        bad[bit // 8] ^= 1 << bit % 8
        assert isinstance(FRAMING.read(bytes(bad), 0), Flaw), f"bit {bit}"


def test_any_cut_of_a_record_is_found() -> None:
    raw = FRAMING.seal(BATCH, 3, 17, 5, b"payload").raw
    assert all(isinstance(FRAMING.read(raw[:length], 0), Flaw) for length in range(len(raw)))


@QUICK
@given(st.binary(max_size=80), st.integers(0, 90))
def test_no_bytes_are_too_strange_to_be_read(data: bytes, at: int) -> None:
    assert isinstance(FRAMING.read(data, at), Flaw | Record)


def test_a_length_above_the_bound_is_bad_whatever_the_crc_says() -> None:
    raw = Framing(2000).seal(BATCH, 1, 1, 0, bytes(1001)).raw
    found = FRAMING.read(raw, 0)
    assert found == Flaw("1,001 bytes are more than a record may have")


def test_the_longest_batch_that_is_taken_can_be_read() -> None:
    changes = [Change(b"k", bytes(1000 - batch.size([Change(b"k", b"")])))]
    payload = batch.pack(changes)
    assert len(payload) == 1000
    assert isinstance(FRAMING.read(FRAMING.seal(BATCH, 1, 1, 0, payload).raw, 0), Record)


@QUICK
@given(st.integers(1, 10**9), st.sets(st.integers(0, 255), max_size=9))
def test_the_newest_mark_is_the_last_slot_that_is_not_empty(first: int, slots: set[int]) -> None:
    data = bytearray(MARKS_SIZE)
    for slot in sorted(slots):
        said = mark(FRAMING.seal(BATCH, 1, first + slot, 0, b""), MARKS_SIZE)
        at = slot_of(first + slot, first)
        assert at // 512 == (at + len(said) - 1) // 512, "a mark lies in one sector"
        data[at : at + len(said)] = said
    assert newest_marked(bytes(data), first) == first + max(slots, default=-1)


@QUICK
@given(ENTRIES, st.integers(1, 99), st.integers(0, 10**6))
def test_a_block_comes_back_as_it_was_in_its_own_place_only(entries: list[Entry], run: int, offset: int) -> None:
    form = BlockFormat(64)
    data = form.seal(run, offset, DATA, len(entries), pack(entries))
    block = form.open(run, offset, data, 0, "block")
    assert unpack(block) == entries
    assert block.room == len(data)
    assert len(data) % 64 == 0
    for other in ((run + 1, offset), (run, offset + 64)):
        with pytest.raises(Damage, match="belongs to another place"):
            form.open(*other, data, 0, "block")


def test_zeros_are_no_block() -> None:
    with pytest.raises(Damage, match="no block"):
        BlockFormat(64).open(1, 0, bytes(64), 0, "block")


@QUICK
@given(st.lists(st.binary(max_size=9), max_size=50), st.lists(st.binary(max_size=9), max_size=50))
def test_a_filter_turns_away_no_key_that_it_was_made_from(keys: list[bytes], others: list[bytes]) -> None:
    made = Filter(keys)
    assert all(made.may_hold(key) for key in keys)
    assert [made.may_hold(key) for key in others] == [Filter(keys).may_hold(key) for key in others]


def test_a_filter_turns_away_most_other_keys() -> None:
    made = Filter(b"%d" % number for number in range(500))
    wrong = sum(made.may_hold(b"other %d" % number) for number in range(1000))
    assert wrong < 40
