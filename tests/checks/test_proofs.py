"""Witnesses, certificates and minimal counterexamples: what is true is accepted, what was tampered with is not."""

import random
from dataclasses import replace

import pytest

from sim.checks.certificate import Certificate
from sim.checks.frontier import Frontier
from sim.checks.history import OPEN
from sim.checks.minimise import fails, minimise
from sim.checks.part import Part
from sim.checks.portfolio import decide
from sim.checks.search import Search
from sim.checks.specs import Register, Spec
from sim.checks.split import split
from sim.checks.witness import replay
from tests.checks.histories import brute_force, op
from tests.checks.worlds import WORLDS, random_history, simulated_history

WHOLE = 10**9
DELETIONS = 1_000


def parts_of(name: str, seed: int, size: int, wrong: float) -> list[tuple[Part, Spec]]:
    spec = WORLDS[name][1]
    fitted, whole = spec.fitted(random_history(name, seed, size, wrong=wrong))
    return [(part, whole.prepared(part)) for part in split(fitted, whole)]


@pytest.mark.parametrize("name", WORLDS)
def test_a_tampered_witness_does_not_replay(name: str) -> None:
    for seed in range(80):
        for part, spec in parts_of(name, seed, 9, 0.0):
            found = Search(part, spec).run(WHOLE)
            assert found is not None
            assert spec.replay(part, found.order) == ""
            done = [i for i in found.order if not part.maybe[i]]
            if done:
                assert "missing" in spec.replay(part, [i for i in found.order if i != done[0]])
                assert "twice" in spec.replay(part, [*found.order, done[0]])


@pytest.mark.parametrize("name", WORLDS)
def test_special_replays_agree_with_the_plain_one_on_any_order(name: str) -> None:
    for seed in range(150):
        for part, spec in parts_of(name, seed, 6, 0.2):
            order = list(range(len(part)))
            random.Random(seed).shuffle(order)
            for tried in (order, sorted(order)):
                assert bool(spec.replay(part, tried)) == bool(replay(part, tried, spec))


def test_an_order_against_time_is_no_witness() -> None:
    part = Part.of([op(0, "put", "a", None, 0, 1), op(1, "put", "b", None, 2, 3)])
    assert replay(part, [1, 0], Register()) == (
        "put('a')#0 by c0 stands behind an operation that was called after it returned"
    )


@pytest.mark.parametrize("name", WORLDS)
def test_no_certificate_is_accepted_for_a_legal_history(name: str) -> None:
    """Whatever proves a violation somewhere must prove nothing of a history that has none."""
    proofs = [
        found.certificate
        for seed in range(150)
        for part, spec in parts_of(name, seed, 8, 0.4)
        if (found := spec.sanity(part) or spec.monitor(part)) is not None and found.certificate is not None
    ]
    legal = [
        (part, spec, dict(enumerate(part.ops)))
        for seed in range(40)
        for part, spec in parts_of(name, 1000 + seed, 8, 0.0)
        if len(part) == 8
    ]
    tried = 0
    for part, spec, ops in legal:
        for proof in proofs:
            if max(proof.involved, default=0) < len(part):
                try:
                    accepted = spec.verify(ops, proof) == ""
                except (AssertionError, TypeError, ValueError, KeyError, IndexError):
                    accepted = False  # the proof speaks of operations of another kind
                assert not accepted, f"{proof} of {part.ops}"
                tried += 1
    assert tried > 100 or not proofs


def test_a_certificate_with_its_pairs_exchanged_is_refused() -> None:
    ops = [op(0, "put", "a", None, 0, 1), op(1, "put", "b", None, 2, 3), op(2, "get", None, "a", 4, 5)]
    part = Part.of(ops)
    found = Register().monitor(part)
    assert found is not None
    assert found.certificate is not None
    right = found.certificate
    assert Register().verify(dict(enumerate(ops)), right) == ""
    (a1, b1), (b2, a2) = right.pairs
    for wrong in (
        replace(right, pairs=((b1, a1), (a2, b2))),
        Certificate("thin-air", blocks=((2,),), value="a"),
        Certificate("two-swaps", blocks=((0,), (1,)), value="a"),
    ):
        assert Register().verify(dict(enumerate(ops)), wrong) != ""


@pytest.mark.parametrize("name", WORLDS)
def test_a_minimal_counterexample_is_wrong_and_every_way_to_decide_says_so(name: str) -> None:
    seen = 0
    for seed in range(250):
        for part, spec in parts_of(name, seed, 8, 0.4):
            found = Frontier(part, spec).run(WHOLE)
            if found is None or found.status == "pass":
                continue
            small = minimise(part, spec, found.bad).part
            ready = spec.prepared(small)
            assert not brute_force(small, ready)
            assert Search(small, ready, ()).run(WHOLE).status == "fail"  # type: ignore[union-attr]
            assert Frontier(small, ready).run(WHOLE).status == "fail"  # type: ignore[union-attr]
            assert len(small) <= len(part)
            seen += 1
    assert seen >= 20


@pytest.mark.parametrize("name", WORLDS)
def test_no_allowed_deletion_makes_a_legal_history_illegal(name: str) -> None:
    tried = 0
    seed = 0
    while tried < DELETIONS and seed < 4 * DELETIONS:
        seed += 1
        chance = random.Random(seed)
        for part, spec in parts_of(name, seed, 3 + seed % 6, 0.1):
            if not brute_force(part, spec):
                continue
            for smaller in deletions(part, spec, chance):
                assert brute_force(smaller, spec.prepared(smaller)), f"{name}, seed {seed}"
                tried += 1
    assert tried >= DELETIONS


def deletions(part: Part, spec: Spec, chance: random.Random) -> list[Part]:
    """One of each rule that may be applied to the part."""
    everything = range(len(part))
    reads = [i for i in everything if spec.read_only(part.op(i))]
    groups = list(spec.removable(part))
    done = [i for i in everything if part.ret[i] < OPEN]
    found = []
    if reads:
        gone = chance.sample(reads, chance.randrange(1, len(reads) + 1))
        found.append(part.keep(i for i in everything if i not in gone))
    if groups:
        group = chance.choice(groups)
        found.append(part.keep(i for i in everything if i not in group))
    if done:
        found.append(part.cut(part.ret[chance.choice(done)]))
        found.append(part.keep(everything, chance.sample(done, chance.randrange(1, len(done) + 1))))
    return found


def test_an_innocent_failed_swap_is_never_accused() -> None:
    """Deleting the write of 7 would leave a swap that seems to lie, though only the read of 8 is wrong."""
    part = Part.of(
        [
            op(0, "put", 4, None, 1, 2),
            op(1, "put", 7, None, 3, 9),
            op(2, "cas", (4, 3), False, 4, 5),
            op(3, "get", None, 8, 10, 11),
        ]
    )
    assert [one.op for one in minimise(part, Register()).part.ops] == [3]


@pytest.mark.parametrize("name", ["kv", "kv-append"])
def test_a_large_violation_shrinks_to_a_few_operations(name: str) -> None:
    sizes = []
    for seed in range(1, 40):
        spec = WORLDS[name][1]
        decision = decide(simulated_history(name, seed, 120, 4, wrong=0.01), spec)
        if decision.status == "fail":
            assert decision.part is not None
            part, ready = decision.part, decision.spec
            assert decision.found is not None
            small = minimise(part, ready, decision.found.bad, decision.found.certificate).part
            if fails(small, ready):  # else even the smallest question was too hard
                sizes.append(len(small))
    assert len(sizes) >= 8
    assert sorted(sizes)[len(sizes) // 2] <= 12
