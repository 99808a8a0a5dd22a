"""Jepsen's histories: which event ends which, what a value means at call and end, keys, transactions, the nemesis."""

import pytest

from sim.checks.formats import Annotation, FormatError, Imported, read_history, write_history
from sim.checks.history import OPEN, History, Op


def read(*events: str, independent: bool = False) -> Imported:
    return read_history("\n".join(f"{{{event}}}" for event in events), "jepsen", independent=independent)


def only(*events: str) -> Op:
    (op,) = read(*events).history.ops
    return op


def test_an_operation_ends_with_the_next_event_of_its_process() -> None:
    found = read(
        ":index 0, :time 10, :process 0, :type :invoke, :f :write, :value 3",
        ":index 1, :time 20, :process 1, :type :invoke, :f :read, :value nil",
        ":index 2, :time 30, :process 1, :type :ok, :f :read, :value 3",
        ":index 3, :time 40, :process 0, :type :ok, :f :write, :value 3",
    )
    assert found.history.ops == (
        Op(0, 0, "c0", "write", None, 3, None, "ok", 0, 3, 10, 40, 1),
        Op(1, 1, "c1", "read", None, None, 3, "ok", 1, 2, 20, 30, 2),
    )


def test_info_and_no_end_at_all_are_both_unknown() -> None:
    found = read(
        ":process 0, :type :invoke, :f :write, :value 1",
        ":process 1, :type :invoke, :f :write, :value 2",
        ":process 0, :type :info, :f :write, :value 1, :error :timeout",
    )
    assert [(op.outcome, op.ret) for op in found.history.ops] == [("unknown", OPEN)] * 2
    assert found.notes == ("1 operation without an end: unknown, as if by info",)


def test_a_process_that_comes_back_after_info_is_a_new_one_each_time() -> None:
    write = ":process 0, :type :invoke, :f :write, :value 1", ":process 0, :type :info, :f :write"
    other = ":process 7, :type :invoke, :f :write, :value 1"
    found = read(*write, *write, other, *write)
    assert [op.process for op in found.history.ops] == [0, 8, 7, 9]
    assert [op.client for op in found.history.ops] == ["c0", "c0", "c7", "c0"]
    assert "2 operations after an info of the same process: taken for a new process" in found.notes


def test_a_process_goes_on_as_the_new_one_it_became() -> None:
    read_ok = ":process 0, :type :invoke, :f :read", ":process 0, :type :ok, :f :read, :value 1"
    found = read(":process 0, :type :invoke, :f :read", ":process 0, :type :info, :f :read", *read_ok, *read_ok)
    assert [op.process for op in found.history.ops] == [0, 1, 1]


def test_a_failed_operation_is_kept_as_failed() -> None:
    op = only(":process 0, :type :invoke, :f :write, :value 1", ":process 0, :type :fail, :f :write, :value 1")
    assert (op.outcome, op.arg, op.result, op.ret) == ("fail", 1, None, 1)


CAS = ":process 0, :type :invoke, :f :cas, :value [1 2]"


@pytest.mark.parametrize(
    ("end", "result"),
    [
        (":type :ok, :value [1 2]", True),
        (":type :ok", True),
        (":type :ok, :value false", False),
        (":type :fail, :value [1 2], :sim/result false", False),
        (":type :fail, :value [1 2], :sim/result nil", None),
        (":type :fail, :value [1 2], :sim/result 7", 7),
        (":type :ok, :value [1 2], :sim/result 1", 1),
    ],
)
def test_a_swap_says_whether_it_swapped_or_what_it_saw(end: str, result: object) -> None:
    op = only(CAS, f":process 0, :f :cas, {end}")
    assert (op.outcome, op.arg, op.result) == ("ok", (1, 2), result)


@pytest.mark.parametrize(("taken", "outcome", "result"), [("drop", "fail", None), ("mismatch", "ok", False)])
def test_a_failed_swap_is_what_the_caller_says(taken: str, outcome: str, result: object) -> None:
    text = f"{{{CAS}}}\n{{:process 0, :type :fail, :f :cas, :value [1 2]}}"
    found = read_history(text, failed_cas=taken)  # type: ignore[arg-type]
    (op,) = found.history.ops
    assert (op.outcome, op.result, op.ret) == (outcome, result, 1)
    meant = "had no effect, no more" if taken == "drop" else "found another value"
    assert found.notes == (f"1 operation of failed cas: taken to have {meant}",)


def test_a_swap_that_found_another_value_is_written_as_fail_for_others() -> None:
    op = Op(0, 0, "c0", "cas", None, (1, 2), False, "ok", 0, 1, 0, 1)
    text = write_history(History([op]), "jepsen")
    assert (
        text.splitlines()[1] == "{:index 1, :time 1, :process 0, :type :fail, :f :cas, :value [1 2], :sim/result false}"
    )


@pytest.mark.parametrize(
    ("f", "at_call", "at_end", "arg", "result"),
    [
        ("read", "nil", "3", None, 3),
        ("read", "nil", "nil", None, None),
        ("read", "3", "3", 3, 3),
        ("get", "nil", '"a"', None, "a"),
        ("write", "3", "3", 3, None),
        ("write", "3", "nil", 3, None),
        ("add", "1", "1.0", 1, 1.0),
        ("dequeue", "nil", ":empty", None, "empty"),
        ("append", "5", "0", 5, 0),
        ("enqueue", "[1 #{2}]", "[1 #{2}]", (1, frozenset({2})), None),
        ("contains", "true", "true", True, True),
        ("add", "5", "5, :sim/result 5", 5, 5),
        ("transfer", "{:from :a, :to :b, :amount 5}", "{:from :a, :to :b, :amount 5}", ("a", "b", 5), None),
        ("transfer", "{:from :a, :to :b, :amount 5}", "false", ("a", "b", 5), False),
    ],
)
def test_one_value_is_argument_or_result(f: str, at_call: str, at_end: str, arg: object, result: object) -> None:
    op = only(
        f":process 0, :type :invoke, :f :{f}, :value {at_call}", f":process 0, :type :ok, :f :{f}, :value {at_end}"
    )
    assert (op.arg, op.result) == (arg, result)
    assert (type(op.arg), type(op.result)) == (type(arg), type(result))


def test_independent_keys_come_as_tagged_tuples() -> None:
    op = only(
        ':process 0, :type :invoke, :f :cas, :value #jepsen.independent/tuple ["x" [1 2]]',
        ':process 0, :type :ok, :f :cas, :value #jepsen.independent/tuple ["x" [1 2]]',
    )
    assert (op.key, op.arg, op.result) == ("x", (1, 2), True)


def test_independent_keys_come_as_plain_pairs_if_the_caller_says_so() -> None:
    found = read(
        ":process 0, :type :invoke, :f :read, :value [5 nil]",
        ":process 1, :type :invoke, :f :read, :value [6 nil]",
        ":process 0, :type :ok, :f :read, :value [5 [1 2]]",
        ":process 1, :type :info, :f :read",
        independent=True,
    )
    assert [(op.key, op.arg, op.result) for op in found.history.ops] == [(5, None, (1, 2)), (6, None, None)]


def test_a_transaction_has_its_steps_filled_in() -> None:
    op = only(
        ":process 0, :type :invoke, :f :txn, :value [[:r 1 nil] [:append :k 2] [:w 3 4]]",
        ":process 0, :type :ok, :f :txn, :value [[:r 1 [7 8]] [:append :k 2] [:w 3 4]]",
    )
    assert op.arg == (("r", 1, None), ("append", "k", 2), ("w", 3, 4))
    assert op.result == (("r", 1, (7, 8)), ("append", "k", 2), ("w", 3, 4))


def test_a_transaction_is_written_with_keywords_for_elle() -> None:
    arg, result = (("r", 1, None), ("append", 1, 2)), (("r", 1, ()), ("append", 1, 2))
    text = write_history(History([Op(0, 0, "c0", "txn", None, arg, result, "ok", 0, 1, 0, 1)]), "jepsen")
    assert text.splitlines() == [
        "{:index 0, :time 0, :process 0, :type :invoke, :f :txn, :value [[:r 1 nil] [:append 1 2]]}",
        "{:index 1, :time 1, :process 0, :type :ok, :f :txn, :value [[:r 1 []] [:append 1 2]]}",
    ]


def test_a_client_keeps_its_name_as_another_process() -> None:
    ops = [
        Op(0, 0, "n1/a", "acquire", None, None, None, "unknown", 0, OPEN, 0, None),
        Op(1, 7, "n1/a", "release", None, None, None, "ok", 1, 2, 1, 2),
    ]
    text = write_history(History(ops), "jepsen")
    assert text.count(':sim/client "n1/a"') == 2
    assert [op.client for op in read_history(text).history.ops] == ["n1/a", "n1/a"]


def test_the_nemesis_is_no_client() -> None:
    found = read(
        ":time 5, :process :nemesis, :type :info, :f :start, :value nil",
        ':time 6, :process :nemesis, :type :info, :f :start, :value "cut n1 from n2"',
        ":time 7, :process 0, :type :invoke, :f :read, :value nil",
        ":time 8, :process :nemesis, :type :info, :f :stop, :value {:n1 #{:n2}}",
    )
    assert [op.call for op in found.history.ops] == [0]
    assert found.annotations == (
        Annotation(5, "start", ""),
        Annotation(6, "start", "cut n1 from n2"),
        Annotation(8, "stop", '[["n1" #{"n2"}]]'),
    )


def test_a_vector_tags_comments_and_other_fields_are_understood() -> None:
    text = """; from the store
    [#jepsen.history.Op{:index -1, :process 0, :type :invoke, :f :read, :value nil, :result 7, :client 8}
     {:process 0, :type :ok, :f :read, :value 18446744073709551617N #_:skipped}]"""
    found = read_history(text)
    assert (found.format, found.guessed, found.history.ops[0].result) == ("jepsen", True, 2**64 + 1)


def test_errors_name_the_line_inside_a_vector() -> None:
    text = "[{:process 0, :type :invoke, :f :read}\n {:process 0,\n  :type :ok,\n  :f :write}]"
    with pytest.raises(FormatError, match=r"^line 2: process 0 ends a write"):
        read_history(text)


def test_what_jepsen_cannot_hold_is_refused_with_the_operation() -> None:
    history = History([Op(4, 1, "c1", "write", "x", b"a", None, "ok", 0, 1, 0, 1)])
    with pytest.raises(FormatError) as caught:
        write_history(history, "jepsen")
    said = "write of process 1, event 0: b'a' of type bytes, expected numbers, texts, tuples or sets of them"
    assert str(caught.value) == said
