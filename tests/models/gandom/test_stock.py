"""Stock: the sum of movements, whatever order they come in; rights that are never spent twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.gandom.events import Asked, Moved, Shortened, Synced, Transferred
from models.gandom.invariants.told import Told
from models.gandom.ledger import ADJUST, HOLD, RECEIVE, RELEASE, RESTOCK, SELL, TRANSFER, WASTE, Ledger, Movement
from sim import Emitted
from tests.models.gandom.stage import problems, shipped, states, told, written

SITES = ("n1", "n2", "n3")
KINDS = (RECEIVE, HOLD, SELL, RELEASE, RESTOCK, ADJUST, WASTE, TRANSFER)


@st.composite
def logs(draw: st.DrawFn) -> dict[str, list[Movement]]:
    found: dict[str, list[Movement]] = {}
    for site in SITES:
        moves = draw(st.lists(st.tuples(st.sampled_from(KINDS), st.integers(1, 5), st.sampled_from(("k0", "k1")))))
        others = [other for other in SITES if other != site]
        found[site] = [
            Movement(site, serial, sku, kind, quantity, f"{site}/{serial}", to=others[serial % 2])
            for serial, (kind, quantity, sku) in enumerate(moves, start=1)
        ]
    return found


def folded(log: dict[str, list[Movement]], order: list[str]) -> Ledger:
    """A ledger that took the entries of the sites in this interleaving, then the rest."""
    ledger, taken = Ledger(SITES), dict.fromkeys(SITES, 0)
    for site in [*order, *(one for one in SITES for _ in log[one])]:
        if taken[site] < len(log[site]):
            ledger.take(log[site][taken[site]])
            taken[site] += 1
    return ledger


@given(logs(), st.lists(st.sampled_from(SITES), max_size=30), st.lists(st.sampled_from(SITES), max_size=30))
def test_the_sums_do_not_depend_on_the_order_of_arrival(
    log: dict[str, list[Movement]], one: list[str], other: list[str]
) -> None:
    first, second = folded(log, one), folded(log, other)
    assert (first.free, first.promised, first.rights) == (second.free, second.promised, second.rights)
    assert first.vector == second.vector


@given(logs(), st.lists(st.sampled_from(SITES), max_size=30))
def test_rights_of_all_sites_are_the_stock_that_is_free_to_sell(
    log: dict[str, list[Movement]], order: list[str]
) -> None:
    ledger = folded(log, order)
    for sku in ("k0", "k1"):
        assert sum(of_site.get(sku, 0) for of_site in ledger.rights.values()) == ledger.free.get(sku, 0)


@given(logs(), st.lists(st.sampled_from(SITES), max_size=30), st.integers(0, 20))
def test_what_a_peer_lacks_makes_it_equal(log: dict[str, list[Movement]], order: list[str], share: int) -> None:
    whole, behind = folded(log, order), Ledger(SITES)
    for entry in whole.arrivals[:share]:
        behind.take(entry)
    for entry in whole.beyond(behind.vector):
        behind.take(entry)
    assert (behind.free, behind.rights, behind.vector) == (whole.free, whole.rights, whole.vector)


@given(logs(), st.lists(st.sampled_from(SITES), max_size=30))
def test_the_fold_of_the_checks_agrees_with_the_ledger(log: dict[str, list[Movement]], order: list[str]) -> None:
    ledger, fold = folded(log, order), Told()
    for number, entry in enumerate(ledger.arrivals):
        assert isinstance(entry, Movement)
        fold.see(Emitted(0, entry.site, 1, number, Moved(entry)))
    for sku in ("k0", "k1"):
        assert fold.sum_at("free", sku, ledger.vector) == ledger.free.get(sku, 0)
        assert fold.sum_at("shelf", sku, ledger.vector) == ledger.on_hand(sku) == ledger.on_hand_at(sku, ledger.vector)
        for site in SITES:
            assert fold.rights_at(site, sku, ledger.vector) == ledger.rights[site].get(sku, 0)


def test_a_movement_with_another_content_is_a_contradiction() -> None:
    fold = Told()
    for number, quantity in enumerate((3, 4)):
        fold.see(Emitted(0, "n1", 1, number, Moved(Movement("n1", 1, "k0", RECEIVE, quantity, "a"))))
    assert "n1 1" in fold.contradiction


@pytest.mark.parametrize("seed", range(1, 6))
def test_escrow_keeps_the_promise_that_a_merged_counter_breaks_on_the_same_seeds(seed: int) -> None:
    assert problems(shipped("last-loaf", seed)) == []
    broken = {one.check for one in shipped("pn-counter", seed).failed}
    assert broken & {"no-oversell", "rights-sum"}


def test_a_merged_counter_sells_what_is_not_there() -> None:
    broken = {one.check for seed in (1, 2, 3) for one in shipped("pn-counter", seed).failed}
    assert "no-oversell" in broken


def test_a_site_without_rights_asks_and_only_the_donor_writes() -> None:
    found = shipped("calm")
    assert told(found, Asked)
    moves = [one.movement for one in told(found, Moved) if one.movement.kind == TRANSFER]
    assert moves
    assert {(one.site, one.serial) for one in moves} == {(one.source, one.serial) for one in told(found, Transferred)}


def test_all_sites_end_with_the_same_stock() -> None:
    found = shipped("mutants/lossy-sync", 1, "systems.bakery.mutant=", "expect=pass")
    last = {one.site: one for one in told(found, Synced)}
    assert problems(found) == []
    assert len({one.states for one in last.values() if one.vector == last["n1"].vector}) == 1


def test_a_count_of_nothing_takes_back_what_was_promised() -> None:
    orders = [f"{{at: {5 + n}s, client: c{n}, order: [k0, 1, none]}}" for n in (1, 2)]
    found = written([*orders, "{at: 9s, client: c3, count: [k0, 0]}"], parameters="admins: 1, scanners: 0, opening: 4")
    assert problems(found) == []
    assert told(found, Shortened)[-1].left == 0
    assert sorted(states(found).values()) == ["CANCELED", "CANCELED"]


def test_the_newest_order_is_taken_back_first() -> None:
    orders = [f"{{at: {5 + 2 * n}s, client: c{n}, order: [k0, 1, none]}}" for n in (1, 2)]
    found = written([*orders, "{at: 12s, client: c3, count: [k0, 1]}"], parameters="admins: 1, scanners: 0, opening: 4")
    assert problems(found) == []
    assert list(states(found).values()) == ["PLACED", "CANCELED"]


def test_an_edit_of_what_moved_meanwhile_is_refused_as_changed() -> None:
    found = shipped("edit-during-sale")
    outcomes = {op.outcome for op in found.history.ops if op.f == "edit"}
    assert problems(found) == []
    assert outcomes == {"ok", "fail"}
