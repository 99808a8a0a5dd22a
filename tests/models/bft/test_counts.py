"""Golden counts: messages by type and rounds of the good case, exact at constant latency."""

import pytest

from benchmarks.agreement.counts import GOLDEN, expected
from benchmarks.agreement.measure import measure

SIZES = (4, 7, 10, 13)
CASES = [(name, n) for name in GOLDEN for n in SIZES] + [(name, 31) for name in ("ckps", "vaba", "smvba", "pmvba")]


@pytest.mark.parametrize(("name", "n"), CASES)
def test_the_good_case_costs_what_the_table_says(name: str, n: int) -> None:
    form = "multisig" if n == 7 else "threshold"
    measured = measure(n, {**GOLDEN[name].parameters, "certificates": form})
    messages, rounds = expected(name, n, measured.turns)
    assert measured.rounds_exact
    assert (measured.messages, measured.rounds) == (messages, rounds)


@pytest.mark.parametrize(("n", "messages"), [(4, 152), (7, 455), (10, 920), (13, 1547)])
def test_prioritized_mvba_sends_8n2_and_3kn(n: int, messages: int) -> None:
    measured = measure(n, {"protocol": "pmvba"})
    k = (n - 1) // 3 + 1
    assert measured.messages == messages
    assert measured.sent == {
        "Toss com": n * n, "PbSend": k * n, "PbShare": k * n, "Propose": k * n, "Recommend": n * n, "Toss perm": n * n,
        "Vote": n * n, "PreProcess": n * n, "PreVote": n * n, "MainVote": n * n, "AbbaDecide": n * n,
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(1, 9))
def test_one_candidate_costs_5n2_for_each_further_iteration(seed: int) -> None:
    n, hold = 7, "{at: 0s, schedule: {sees: all, own: {name: bft/one-candidate}}}"
    parameters = {"protocol": "pmvba", "own_proof": "on-receipt"}
    measured = measure(n, parameters, seed, hold, duration="3s", settle="1s")
    assert 1 <= measured.iterations <= 3
    assert measured.messages == 8 * n * n + 9 * n + 5 * n * n * (measured.iterations - 1)


def test_different_inputs_cost_at_most_twice_the_first_echoes() -> None:
    measured = measure(7, {"protocol": "bca", "inputs": "split"}, 3, "{at: 0s, schedule: {random: {}}}", duration="20s")
    assert measured.sent["Echo1"] <= 2 * 49 * (measured.turns + 1)
