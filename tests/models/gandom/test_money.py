"""Money: charges are counted where cards are charged, and every cent is somewhere."""

from models.gandom.events import Charged, KeyReplayed, OrderPlaced, OrderState, PaidLate, Receipted, RefundPaid
from models.gandom.order import KEPT, LEGAL, OrderBook
from models.patterns import CONFLICT, IdempotencyStore
from tests.models.gandom.stage import SMALL, problems, shipped, states, told, written

BUY = "{at: 5s, client: c1, order: [k0, 2, good]}"


def test_an_order_is_charged_once_and_served() -> None:
    found = written([BUY, "{at: 9s, client: c2, serve: k0}", "{at: 10s, client: c2, serve: k0}"])
    assert problems(found) == []
    (charge,), (order,) = told(found, Charged), told(found, OrderPlaced)
    assert charge.cents == order.total == 2 * 115
    assert list(states(found).values()) == ["READY"]


def test_the_books_of_a_calm_day_are_these() -> None:
    found = shipped("calm")
    (books,) = (one.detail for one in found.checks if one.check == "cents-conserved")
    charged = sum(one.cents for one in told(found, Charged))
    refunded = sum(one.cents for one in told(found, RefundPaid))
    assert books.startswith(f"{charged:,} cents charged - {refunded:,} refunded = ")
    assert charged > 10_000


def test_a_lost_answer_is_asked_for_with_the_same_key() -> None:
    cut = "{at: 4s, for: 6s, partition: {one-way: {from: n3, to: n2}}}"
    found = written([BUY], [cut])
    assert problems(found) == []
    assert len(told(found, Charged)) == 1
    assert told(found, KeyReplayed)
    assert list(states(found).values()) == ["PAID"]


def test_an_order_that_was_paid_while_it_should_expire_is_kept() -> None:
    cut = "{at: 4s, for: 20s, partition: {one-way: {from: n3, to: n2}}}"
    found = written([BUY], [cut], duration="60s", settle="30s")
    assert problems(found) == []
    assert told(found, PaidLate)
    assert list(states(found).values()) == ["PAID"]


def test_a_declined_card_leaves_nothing_behind() -> None:
    found = written(["{at: 5s, client: c1, order: [k0, 2, declined]}"])
    assert problems(found) == []
    assert told(found, Charged) == []
    assert list(states(found).values()) == ["EXPIRED"]


def test_money_behind_a_500_is_found_and_not_charged_again() -> None:
    for seed in range(1, 7):
        found = written([BUY], parameters="admins: 1, scanners: 0, expiry: 10s, poll: 3s, errors_500: 100%", seed=seed)
        assert problems(found) == []
        assert len(told(found, Charged)) == 1


def test_after_25_hours_of_silence_the_shop_looks_before_it_charges() -> None:
    found = shipped("provider-down-25h")
    assert found.met, problems(found)
    assert len(told(found, Charged)) == len(told(found, OrderPlaced)) == 3
    assert set(states(found).values()) == {"PAID"}


def test_a_rejected_order_is_paid_back_in_full_and_its_bread_is_sold_again() -> None:
    others = "{at: 4s, client: c4, sell: [k0, 1]}"
    reject = "{at: 9s, client: c2, reject: k0}"
    again = "{at: 13s, client: c3, order: [k0, 1, good]}"
    found = written([others, BUY.replace("2,", "1,"), reject, again], parameters=f"{SMALL}, opening: 2")
    assert problems(found) == []
    (refund,) = told(found, RefundPaid)
    assert refund.cents == 115
    assert list(states(found).values()) == ["REFUNDED", "PAID"]


def test_receipts_and_charges_are_one_for_one() -> None:
    found = shipped("webhook-storm")
    assert {one.intent for one in told(found, Receipted)} == {one.intent for one in told(found, Charged)}


def test_states_that_nothing_follows_are_for_ever() -> None:
    book = OrderBook()
    for final in (state for state, after in LEGAL.items() if not after):
        assert not any(book.allows(final, state) for state in LEGAL)
    assert {state for state in LEGAL if LEGAL[state] == ()} == {"COLLECTED", "CANCELED", "EXPIRED", "REFUNDED"}


def test_every_order_that_keeps_its_money_was_paid() -> None:
    found = shipped("calm")
    paid = {one.order for one in told(found, OrderState) if one.after == "PAID"}
    assert {order for order, state in states(found).items() if state in KEPT} <= paid


def test_a_key_that_is_forgotten_is_a_new_one() -> None:
    keys = IdempotencyStore(lambda _: None)
    keys.begin("a", b"1")
    keys.finish("a", b"done")
    assert keys.begin("a", b"2") == CONFLICT
    keys.forget("a")
    assert keys.begin("a", b"2") is None
