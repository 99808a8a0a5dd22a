"""How far reads are behind agrees with comparing every read with every write."""

from sim.checks.check import RunRecord
from sim.checks.consistency.accesses import INITIAL, read_accesses
from sim.checks.consistency.staleness import Freshness, Lag, Staleness, measure_staleness
from sim.checks.history import History
from tests.checks.consistency.random_histories import Mix, random_history
from tests.checks.consistency.stores import SECOND, history, row


def defined(found: History) -> list[Lag]:
    """Every pair of a read and a write."""
    accesses = read_accesses(found)
    lags = []
    for read in accesses.all:
        source = read.read_from
        if source is None or source < INITIAL or read.op.outcome != "ok":
            continue
        seen = [one.op.ret for one in accesses.all if source >= 0 and (one.place == source or one.read_from == source)]
        there = min(seen, default=-1)
        newer = [
            one.op
            for one in accesses.all
            if one.writes and one.key == read.key and one.op.call > there and one.op.ret < read.op.call
        ]
        first = min(newer, key=lambda op: op.ret, default=None)
        behind = 0 if first is None or first.ret_ns is None else read.op.call_ns - first.ret_ns
        lags.append(Lag(read.op.op, len(newer), behind))
    return sorted(lags, key=lambda lag: lag.op)


def test_lags_agree_with_their_definition() -> None:
    stale = 0
    for seed in range(500):
        found = random_history(Mix(seed), 25)
        measured = measure_staleness(found)
        assert list(measured.lags) == defined(found), f"seed {seed}"
        stale += measured.stale
    assert stale > 300


def test_percentiles_are_integers_by_nearest_rank() -> None:
    hundred = Staleness(tuple(Lag(n, n // 50, n) for n in range(1, 101)), 0)
    assert [hundred.behind_ns(percent) for percent in (1, 50, 99, 100)] == [1, 50, 99, 100]
    assert [hundred.versions(percent) for percent in (49, 50, 100)] == [0, 1, 2]
    assert hundred.stale_ppb == 510_000_000
    assert (Staleness((), 3).behind_ns(50), Staleness((), 3).stale_ppb) == (0, 0)


def test_the_value_of_an_unknown_write_is_there_once_it_was_read() -> None:
    found = History(
        [
            row(0, "a", "put", "x", 1, outcome="unknown"),
            row(1, "b", "get", "x", 1),
            row(2, "b", "put", "x", 2),
            row(3, "c", "get", "x", 1),
        ]
    )
    assert measure_staleness(found).lags == (Lag(1, 0, 0), Lag(3, 1, 1 * SECOND))


def test_staleness_is_a_metric_and_never_fails() -> None:
    stale = history(("a", "put", "x", 1), ("a", "put", "x", 2), ("b", "get", "x", 1))
    verdict = Freshness().conclude(RunRecord(stale, 0, 0, 0, (), ()))
    assert (verdict.check, verdict.status, verdict.detail) == (
        "staleness",
        "pass",
        "1 of 1 reads were stale, half by 1s at most, 99% by 1s, the worst by 1s, at most 1 versions",
    )
    thin = history(("a", "put", "x", 1), ("b", "get", "x", 9))
    verdict = Freshness().conclude(RunRecord(thin, 0, 0, 0, (), ()))
    assert (verdict.status, verdict.detail) == (
        "unknown",
        "no read has a known writer; 1 reads have no known writer",
    )
