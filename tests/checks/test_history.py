"""A history is sealed columns: nothing is lost on the way in and out, and what cannot have happened is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.checks.history import OPEN, History, HistoryError, Op, cut
from sim.checks.values import Values, same, typed
from tests.checks.histories import history_of, op
from tests.checks.worlds import WORLDS, simulated_history

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.floats(-2, 2)
    | st.text("ab", max_size=2)
    | st.binary(max_size=1),
    lambda inner: st.lists(inner, max_size=3).map(tuple),
    max_leaves=6,
)


@given(st.lists(VALUES, max_size=30))
def test_values_are_numbered_by_type_and_value_in_order_of_appearance(values: list[object]) -> None:
    table = Values()
    codes = [table.code(value) for value in values]
    assert sorted(set(codes)) == list(range(len(table)))
    for one, code in zip(values, codes, strict=True):
        assert same(table[code], one)
        assert table.find(one) == code
        for other, its in zip(values, codes, strict=True):
            assert (code == its) == same(one, other) == (typed(one) == typed(other))


def test_one_true_and_one_point_nought_are_three_values() -> None:
    assert len(Values([1, True, 1.0, (1,), (True,), (1.0,), ((1,),), ((True,),)])) == 8


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(WORLDS)), st.integers(0, 10**6), st.integers(1, 40))
def test_operations_come_out_of_the_columns_as_they_went_in(name: str, seed: int, size: int) -> None:
    history = simulated_history(name, seed, size, 3)
    assert History(history.ops).ops == history.ops
    assert [history.op(row) for row in range(len(history))] == list(history)
    assert sum(history.count(outcome) for outcome in ("ok", "fail", "unknown")) == len(history)


def test_a_frame_has_a_row_for_each_operation_and_comes_back() -> None:
    history = simulated_history("kv", 3, 30, 3)
    frame = history.to_frame()
    assert list(frame["op"]) == list(range(30))
    assert frame.shape == (30, 14)
    assert History.from_frame(frame).ops == history.ops


def test_parts_of_a_history_keep_the_numbers_of_their_operations() -> None:
    history = history_of(
        [op(0, "put", 1, None, 0, 1), op(1, "put", 2, None, 2, 3, key="y"), op(2, "get", None, 1, 4, 9)]
    )
    assert [one.op for one in history.only("x")] == [0, 2]
    assert [one.op for one in history.without({1})] == [0, 2]
    assert [(one.op, one.outcome) for one in history.cut(5)] == [(0, "ok"), (1, "ok"), (2, "unknown")]
    assert cut(history.ops, 1) == [history.ops[0]]


@pytest.mark.parametrize(
    ("ops", "said"),
    [
        ([op(0, "get", None, None, 5, 4)], "before its call"),
        ([op(0, "get", None, None, 1, OPEN)], "not unknown, but has no return"),
        ([op(0, "get", None, None, 1, 2, "unknown")], "unknown, but has a return"),
        ([op(0, "get", None, None, 3, 4), op(1, "get", None, None, 1, 2)], "not after the call before it"),
        ([op(0, "get", None, None, 0, 5), Op(1, 0, "c1", "get", "x", None, None, "ok", 2, 3, 0, 0)], "was still open"),
        (
            [op(0, "put", 1, None, 0, OPEN, "unknown"), Op(1, 0, "c1", "get", "x", None, None, "ok", 2, 3, 0, 0)],
            "is unknown, after which a process never acts again",
        ),
    ],
)
def test_what_cannot_have_happened_is_refused(ops: list[Op], said: str) -> None:
    with pytest.raises(HistoryError, match=said):
        History(ops)


def test_reads_of_failed_writes_are_warned_of_but_not_without_end() -> None:
    reads = [op(i, "get", None, "a", 2 * i, 2 * i + 1) for i in range(1, 20)]
    history = history_of([op(0, "put", "a", None, 0, 1, "fail"), *reads])
    assert history.notes[0] == "get#1 by c1 returned what put('a')#0 by c0 wrote, which is recorded as failed"
    assert history.notes[-1] == "14 more returned what is recorded as failed"
