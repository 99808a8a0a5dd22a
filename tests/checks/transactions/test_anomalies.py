"""Each anomaly by hand: it is found under its name, told in words, and gone when it is put right."""

import pytest

from sim.checks.check import RunRecord
from sim.checks.history import History, HistoryError, Op
from sim.checks.transactions import Transaction, Transactions, check_transactions, cycle_of, transactions_of
from tests.checks.transactions.stores import a, r, serial, txn

WRONG: dict[str, list[Transaction]] = {
    "G0": [txn(1, a("x", 1), a("y", 1)), txn(2, a("x", 2), a("y", 2)), txn(3, r("x", 1, 2)), txn(4, r("y", 2, 1))],
    "G1a": [txn(1, a("x", 1), outcome="fail"), txn(2, r("x", 1))],
    "G1b": [txn(1, a("x", 1), a("x", 2)), txn(2, r("x", 1))],
    "G1c": [txn(1, a("x", 1), r("y", 1)), txn(2, a("y", 1), r("x", 1))],
    "internal": [txn(1, a("x", 1), r("x"))],
    "G-single": [txn(1, a("x", 3), a("y", 2)), txn(2, r("x", 3), r("y")), txn(3, r("y", 2))],
    "G2": [txn(1, a("x", 3), r("y")), txn(2, a("y", 2), r("x")), txn(3, r("x", 3)), txn(4, r("y", 2))],
    "G-nonadjacent": [
        txn(1, r("x"), r("w", 1)),
        txn(2, a("x", 1), a("y", 1)),
        txn(3, r("y", 1), r("z")),
        txn(4, a("z", 1), a("w", 1)),
        txn(5, r("x", 1), r("z", 1)),
    ],
    "lost-update": [txn(1, r("x"), a("x", 1)), txn(2, r("x"), a("x", 2)), txn(3, r("x", 1, 2))],
    "thin-air": [txn(1, r("x", 7))],
    "duplicate-elements": [txn(1, a("x", 1)), txn(2, r("x", 1, 1))],
    "duplicate-append": [txn(1, a("x", 1)), txn(2, a("x", 1))],
    "incompatible-order": [txn(1, a("x", 1)), txn(2, a("x", 2)), txn(3, r("x", 1)), txn(4, r("x", 2, 1))],
    "G-single-session": [
        txn(1, a("x", 1), call=0, ret=1, process=1),
        txn(2, r("x"), call=2, ret=9, process=1),
        txn(3, r("x", 1), call=3, ret=8),
    ],
    "G-single-realtime": [
        txn(1, a("x", 1), call=0, ret=1),
        txn(2, r("x"), call=2, ret=9),
        txn(3, r("x", 1), call=3, ret=8),
    ],
}

REPAIRED: dict[str, list[Transaction]] = {
    "G0": [txn(1, a("x", 1), a("y", 1)), txn(2, a("x", 2), a("y", 2)), txn(3, r("x", 1, 2)), txn(4, r("y", 1, 2))],
    "G1a": [txn(1, a("x", 1), outcome="fail"), txn(2, r("x"))],
    "G1b": [txn(1, a("x", 1), a("x", 2)), txn(2, r("x", 1, 2))],
    "G1c": [txn(1, a("x", 1), r("y")), txn(2, a("y", 1), r("x", 1))],
    "internal": [txn(1, a("x", 1), r("x", 1))],
    "G-single": [txn(1, a("x", 3), a("y", 2)), txn(2, r("x", 3), r("y", 2)), txn(3, r("y", 2))],
    "G2": [txn(1, a("x", 3), r("y")), txn(2, a("y", 2), r("x", 3)), txn(3, r("x", 3)), txn(4, r("y", 2))],
    "G-nonadjacent": [
        txn(1, r("x"), r("w", 1)),
        txn(2, a("x", 1), a("y", 1)),
        txn(3, r("y", 1), r("z", 1)),
        txn(4, a("z", 1), a("w", 1)),
        txn(5, r("x", 1), r("z", 1)),
    ],
    "lost-update": [txn(1, r("x"), a("x", 1)), txn(2, r("x", 1), a("x", 2)), txn(3, r("x", 1, 2))],
    "thin-air": [txn(1, r("x", 7)), txn(2, a("x", 7))],
    "duplicate-elements": [txn(1, a("x", 1)), txn(2, r("x", 1))],
    "duplicate-append": [txn(1, a("x", 1)), txn(2, a("y", 1)), txn(3, r("x", 1))],
    "incompatible-order": [txn(1, a("x", 1)), txn(2, a("x", 2)), txn(3, r("x", 2)), txn(4, r("x", 2, 1))],
    "G-single-session": [
        txn(1, a("x", 1), call=0, ret=1, process=1),
        txn(2, r("x", 1), call=2, ret=9, process=1),
        txn(3, r("x", 1), call=3, ret=8),
    ],
    "G-single-realtime": [
        txn(1, a("x", 1), call=0, ret=5),
        txn(2, r("x"), call=2, ret=9),
        txn(3, r("x", 1), call=3, ret=8),
    ],
}


@pytest.mark.parametrize("name", WRONG)
def test_each_anomaly_is_found_under_its_name(name: str) -> None:
    found = check_transactions(WRONG[name])
    assert found.status == "fail"
    assert name in [one.name for one in found.anomalies]


@pytest.mark.parametrize("name", REPAIRED)
def test_the_same_put_right_shows_no_anomaly(name: str) -> None:
    found = check_transactions(REPAIRED[name])
    assert (found.status, found.anomalies) == ("pass", ())


def text_of(name: str) -> str:
    return next(one.text for one in check_transactions(WRONG[name]).anomalies if one.name == name)


def test_a_single_anti_dependency_is_told_edge_by_edge() -> None:
    assert text_of("G-single") == (
        "G-single on y and x. T2 = read x [3], read y []; T1 = append x 3, append y 2. "
        "T2 is before T1, because T2 read y as [] and so missed what T1 appended. "
        "T1 is before T2, because T2 read T1's 3 in x. Both cannot hold."
    )


def test_write_skew_looks_alike_but_is_named_by_its_edges() -> None:
    found = check_transactions(WRONG["G2"])
    assert [one.name for one in found.anomalies] == ["G2"]
    assert found.anomalies[0].text == (
        "G2 on y and x. T1 = append x 3, read y []; T2 = append y 2, read x []. "
        "T1 is before T2, because T1 read y as [] and so missed what T2 appended. "
        "T2 is before T1, because T2 read x as [] and so missed what T1 appended. Both cannot hold."
    )


def test_a_cycle_of_writes_shows_in_what_others_read() -> None:
    assert text_of("G0") == (
        "G0 on x and y. T1 = append x 1, append y 1; T2 = append x 2, append y 2. "
        "T1 is before T2, because x shows T2's 2 right behind T1's 1. "
        "T2 is before T1, because y shows T1's 1 right behind T2's 2. Both cannot hold."
    )


def test_real_time_and_sessions_are_reasons_too() -> None:
    assert "T1 is before T2, because T1 returned at 1s and T2 was called at 2s." in text_of("G-single-realtime")
    assert "T1 is before T2, because process 1 did it first." in text_of("G-single-session")


@pytest.mark.parametrize(
    ("name", "first", "still"),
    [
        ("G0", "read-uncommitted", ()),
        ("G1a", "read-committed", ("read-uncommitted",)),
        ("G1c", "read-committed", ("read-uncommitted",)),
        ("internal", "read-atomic", ("repeatable-read", "strong-read-committed")),
        ("G2", "repeatable-read", ("strong-snapshot-isolation",)),
        ("G-single-realtime", "strong-snapshot-isolation", ("strong-session-serializable", "strong-read-committed")),
        ("G-single-session", "strong-session-snapshot-isolation", ("serializable", "strong-read-committed")),
    ],
)
def test_an_anomaly_rules_out_a_level_and_all_above(name: str, first: str, still: tuple[str, ...]) -> None:
    found = check_transactions(WRONG[name])
    assert found.excluded[0] == first
    assert found.open == still
    assert "strict-serializable" in found.excluded


def test_a_cycle_can_be_drawn_as_a_graph() -> None:
    found = check_transactions(WRONG["G-single"])
    graph = cycle_of(found.anomalies[0], WRONG["G-single"])
    assert {name: graph.nodes[name]["label"] for name in sorted(graph)} == {
        "T1": "append x 3, append y 2",
        "T2": "read x [3], read y []",
    }
    assert sorted((one, other, data["kind"]) for one, other, data in graph.edges(data=True)) == [
        ("T1", "T2", "wr"),
        ("T2", "T1", "rw"),
    ]


def test_write_skew_passes_where_only_snapshot_isolation_is_wanted() -> None:
    assert check_transactions(WRONG["G2"], "snapshot-isolation").status == "pass"
    assert check_transactions(WRONG["G-single"], "snapshot-isolation").status == "fail"
    with pytest.raises(ValueError, match="no isolation level 'serialisable'"):
        check_transactions([], "serialisable")


def test_an_unknown_transaction_counts_once_something_of_it_was_read() -> None:
    lost = [txn(1, a("x", 1), a("y", 1), outcome="unknown"), txn(2, r("x", 1), r("y")), txn(3, r("y", 1))]
    assert "G-single" in [one.name for one in check_transactions(lost).anomalies]
    assert check_transactions([lost[0], txn(2, r("x"), r("y"))]).anomalies == ()


def test_nothing_read_is_unknown_and_no_transaction_too() -> None:
    assert check_transactions([txn(1, a("x", 1))]).status == "unknown"
    record = RunRecord(History(), 0, 0, 0, (), ())
    assert Transactions().conclude(record).status == "unknown"


def test_the_check_of_a_run_reads_operations_called_txn() -> None:
    ops = [
        Op(0, 0, "c0", "txn", None, (("append", "x", 1),), (("append", "x", 1),), "ok", 0, 1, 0, 1),
        Op(1, 1, "c1", "txn", None, (("r", "x", None),), (("r", "x", ()),), "ok", 2, 3, 2, 3),
        Op(2, 2, "c2", "txn", None, (("r", "x", None),), (("r", "x", (1,)),), "ok", 4, 5, 4, 5),
    ]
    verdict = Transactions().conclude(RunRecord(History(ops), 0, 0, 0, (), ()))
    assert (verdict.status, verdict.involved) == ("fail", (1, 0))
    assert verdict.detail.startswith("G-single-realtime: not strong-snapshot-isolation; may still be ")
    with pytest.raises(HistoryError, match="expected \\('r', key, list\\)"):
        transactions_of(History([Op(0, 0, "c0", "txn", None, (("w", "x", 1),), None, "fail", 0, 1, 0, 1)]))


def test_values_of_other_types_are_other_elements() -> None:
    mixed = serial([a("x", 1)], [("r", "x", (True,))])
    assert "thin-air" in [one.name for one in check_transactions(mixed).anomalies]
