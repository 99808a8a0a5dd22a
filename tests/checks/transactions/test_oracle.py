"""What is reported has no serial order, what has none is reported, and stores show the anomalies that they allow."""

import random
import subprocess
import sys
from pathlib import Path

import networkx
import pytest

from sim.checks.components import components
from sim.checks.transactions import Transaction, check_transactions
from tests.checks.transactions.stores import Immediate, Snapshot, has_order, run

SMALL = 2_000


def in_real_time(one: Transaction, other: Transaction) -> bool:
    return one.ret < other.call


@pytest.mark.parametrize("chunk", range(4))
def test_a_verdict_agrees_with_trying_every_serial_order(chunk: int) -> None:
    """Everything that was appended is read in the end, so nothing about the order of versions is unknown."""
    legal = 0
    for seed in range(chunk, SMALL, 4):
        transactions = run(Immediate(), seed, 4)
        found = check_transactions(transactions)
        right = has_order(transactions, in_real_time)
        assert (found.status == "pass") == right, f"seed {seed}: {found.sentence} {list(map(str, transactions))}"
        free = check_transactions(transactions, "serializable", sessions=False, realtime=False)
        assert (free.status == "pass") == has_order(transactions, lambda *_: False), f"seed {seed}"
        legal += right
    assert 0.15 < legal / (SMALL / 4) < 0.85


def names_of(store: type[Snapshot] | type[Immediate], seeds: int, count: int) -> dict[str, int]:
    names: dict[str, int] = {}
    for seed in range(seeds):
        for one in check_transactions(run(store(), seed, count, clients=4, keys=3)).anomalies:
            names[one.name] = names.get(one.name, 0) + 1
    return names


def test_snapshot_isolation_shows_write_skew_and_nothing_that_it_forbids() -> None:
    names = names_of(Snapshot, 150, 30)
    assert names.get("G2", 0) > 20
    assert set(names) <= {"G2", "G2-session", "G2-realtime"}


def test_no_isolation_shows_nearly_everything() -> None:
    names = names_of(Immediate, 150, 30)
    assert {"G0", "G1b", "G1c", "G-single", "G2", "internal"} <= set(names)


def test_snapshot_isolation_passes_where_it_is_all_that_is_wanted() -> None:
    for seed in range(60):
        transactions = run(Snapshot(), seed, 40, clients=5, keys=3)
        assert check_transactions(transactions, "strong-snapshot-isolation").status == "pass"


def test_components_are_those_of_a_library() -> None:
    for seed in range(300):
        chance = random.Random(seed)
        count = chance.randrange(1, 30)
        edges = [[chance.randrange(count) for _ in range(chance.randrange(3))] for _ in range(count)]
        graph = networkx.DiGraph((node, after) for node, afters in enumerate(edges) for after in afters)
        expected = sorted(sorted(one) for one in networkx.strongly_connected_components(graph) if len(one) > 1)
        assert sorted(components(edges, count)) == expected


def test_every_cycle_that_is_told_closes() -> None:
    for seed in range(200):
        for one in check_transactions(run(Immediate(), seed, 20, clients=4, keys=3)).anomalies:
            edges = one.cycle
            assert all(edge.after == edges[(i + 1) % len(edges)].before for i, edge in enumerate(edges))
            kinds = [edge.kind for edge in edges]
            if one.name.startswith("G-single"):
                assert kinds.count("rw") == 1
            if one.name.startswith("G-nonadjacent"):
                assert kinds.count("rw") > 1
                assert not any(kind == kinds[i - 1] == "rw" for i, kind in enumerate(kinds))
            if one.name == "G2":
                assert any(kind == kinds[i - 1] == "rw" for i, kind in enumerate(kinds))
            if one.name.startswith("G0"):
                assert "wr" not in kinds
                assert "rw" not in kinds


def test_nothing_depends_on_the_hash_seed() -> None:
    code = (
        "from tests.checks.transactions.stores import *\n"
        "from sim.checks.transactions import check_transactions\n"
        "for seed in range(40):\n"
        "    print([one.text for one in check_transactions(run(Immediate(), seed, 12)).anomalies])"
    )
    root = Path(__file__).parents[3]
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            check=True,
            capture_output=True,
            text=True,
            cwd=root,
            env={"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("0", "1")
    }
    assert len(outputs) == 1
