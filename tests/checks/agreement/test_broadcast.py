"""Total order broadcast: what each check refuses by hand, and its repaired twin."""

from sim.checks.agreement.arrival import SenderDelivery, UniformDelivery
from sim.checks.agreement.causality import SenderOrder
from sim.checks.agreement.deliveries import DeliveryIntegrity, TotalOrder
from sim.checks.agreement.events import Broadcast, Delivered
from sim.world.units import SECOND
from tests.checks.agreement.runs import NODES, Row, failure, status, verdict

N4 = frozenset({"n4"})
FIVE = 5 * SECOND

SENT: list[Row] = [(0.5, "n1", Broadcast("a")), (0.6, "n2", Broadcast("b"))]


def test_swapped_deliveries_are_found_at_the_first_place_that_differs_with_both_terms() -> None:
    first: list[Row] = [(1, "n1", Delivered("a", 3)), (1.2, "n1", Delivered("b", 3))]
    swapped: list[Row] = [(2, "n2", Delivered("b", 4)), (2.2, "n2", Delivered("a", 4))]
    assert failure(TotalOrder(), *first, *swapped) == (
        "message 1 of the order differs: n1 at 1s delivered 'a' in term 3, n2 at 2s delivered 'b' in term 4"
    )
    assert status(TotalOrder(), *first, swapped[1], swapped[0]) == "pass"


def test_a_gap_is_another_order() -> None:
    order: list[Row] = [(1, "n1", Delivered(one)) for one in "abc"]
    gap: list[Row] = [(2, "n2", Delivered(one)) for one in "ac"]
    assert failure(TotalOrder(), *order, *gap) == (
        "message 2 of the order differs: n1 at 1s delivered 'b', n2 at 2s delivered 'c'"
    )


def test_an_incarnation_goes_on_or_begins_again_as_the_model_says() -> None:
    rows: list[Row] = [(1, "n1", Delivered("a"), 1), (2, "n1", Delivered("a"), 2), (3, "n2", Delivered("a"))]
    assert status(TotalOrder(volatile=True), *rows) == "pass"
    assert status(TotalOrder(), *rows, (4, "n2", Delivered("b"))) == "fail"
    assert status(DeliveryIntegrity(volatile=True), (0, "n1", Broadcast("a")), *rows) == "pass"
    assert status(DeliveryIntegrity(), (0, "n1", Broadcast("a")), *rows) == "fail"


def test_a_message_is_delivered_once_and_only_if_it_was_broadcast() -> None:
    assert failure(DeliveryIntegrity(), *SENT, (1, "n3", Delivered("a")), (2, "n3", Delivered("a"))) == (
        "n3 at 1s delivered 'a', and again n3 at 2s"
    )
    assert failure(DeliveryIntegrity(), *SENT, (1, "n3", Delivered("c"))) == (
        "n3 at 1s delivered 'c', which nobody had broadcast"
    )
    assert failure(DeliveryIntegrity(), *SENT, (1, "n3", Delivered("a", None, "n2"))) == (
        "n3 at 1s delivered 'a' as n2's, which n2 had not broadcast"
    )
    assert (
        status(DeliveryIntegrity(), *SENT, (1, "n3", Delivered("a", None, "n1")), (2, "n3", Delivered("b"))) == "pass"
    )


def test_nobody_can_speak_for_an_honest_origin_and_a_byzantine_one_may_say_anything() -> None:
    as_n1, as_n4 = Delivered("x", None, "n1"), Delivered("x", None, "n4")
    assert status(DeliveryIntegrity(), *SENT, (1, "n3", as_n1), byzantine=N4) == "fail"
    assert status(DeliveryIntegrity(), *SENT, (1, "n3", as_n4), byzantine=N4) == "pass"
    assert status(DeliveryIntegrity(), *SENT, (1, "n3", Delivered("x")), byzantine=N4) == "unknown"


def test_what_one_delivered_all_deliver_in_time_even_if_that_one_crashed() -> None:
    rows: list[Row] = [(1, node, Delivered("a")) for node in ("n1", "n2")]
    assert failure(UniformDelivery(within_ns=FIVE), *rows) == (
        "n1 at 1s delivered 'a'; n3 had not by 35s, nor had 1 more"
    )
    late: list[Row] = [(34, "n3", Delivered("a")), (36, "n4", Delivered("a"))]
    assert failure(UniformDelivery(within_ns=FIVE), *rows, *late) == "n1 at 1s delivered 'a'; n4 had not by 35s"
    assert status(UniformDelivery(within_ns=FIVE), *rows, *late, byzantine=N4) == "pass"
    assert status(UniformDelivery(within_ns=FIVE), (56, "n1", Delivered("a"))) == "unknown", "too late to be judged"


def test_a_sender_delivers_its_own_message() -> None:
    sent: Row = (31, "n1", Broadcast("a"))
    assert failure(SenderDelivery(within_ns=FIVE), sent) == (
        "n1 at 31s broadcast 'a'; by 36s it had not delivered that itself"
    )
    assert status(SenderDelivery(within_ns=FIVE), sent, (35, "n1", Delivered("a"))) == "pass"
    assert status(SenderDelivery(within_ns=FIVE), sent, (35, "n2", Delivered("a"))) == "fail"


def test_a_client_s_message_is_delivered_by_some_server() -> None:
    sent: Row = (31, "c1", Broadcast("a"))
    assert failure(SenderDelivery(within_ns=FIVE), sent) == (
        "c1 at 31s broadcast 'a'; by 36s none of n1, n2, n3 and n4 had delivered it"
    )
    assert status(SenderDelivery(within_ns=FIVE), sent, (35, "n2", Delivered("a"))) == "pass"


def test_a_broadcast_that_a_crash_may_have_taken_is_owed_only_if_it_is_durable() -> None:
    sent: Row = (1, "n1", Broadcast("a"))
    assert status(SenderDelivery(within_ns=FIVE), sent) == "unknown"
    assert status(SenderDelivery(within_ns=FIVE, durable=True), sent) == "fail"
    assert status(SenderDelivery(within_ns=FIVE, durable=True), sent, (2, "n1", Delivered("a"))) == "pass"


def test_fifo_refuses_a_sender_s_second_message_before_its_first() -> None:
    sent: list[Row] = [(1, "n1", Broadcast("a")), (2, "n1", Broadcast("b"))]
    assert failure(SenderOrder(), *sent, (3, "n2", Delivered("b"))) == (
        "n2 at 3s delivered 'b' but not 'a' before it; n1 at 2s broadcast 'b' when it had broadcast 'a' at 1s"
    )
    assert status(SenderOrder(), *sent, (3, "n2", Delivered("a")), (4, "n2", Delivered("b"))) == "pass"


def test_fifo_does_not_reach_over_a_restart_of_the_sender() -> None:
    sent: list[Row] = [(1, "n1", Broadcast("a"), 1), (2, "n1", Broadcast("b"), 2)]
    assert status(SenderOrder(), *sent, (3, "n2", Delivered("b"))) == "pass"


def test_causal_order_refuses_an_answer_before_its_question() -> None:
    asked: list[Row] = [(1, "n1", Broadcast("why")), (2, "n2", Delivered("why")), (3, "n2", Broadcast("so"))]
    assert failure(SenderOrder(causal=True), *asked, (4, "n3", Delivered("so"))) == (
        "n3 at 4s delivered 'so' but not 'why' before it; n2 at 3s broadcast 'so' when it had delivered 'why', "
        "broadcast by n1 at 1s"
    )
    assert status(SenderOrder(), *asked, (4, "n3", Delivered("so"))) == "pass", "no FIFO order binds them"
    assert status(SenderOrder(causal=True), *asked, (4, "n3", Delivered("why")), (5, "n3", Delivered("so"))) == "pass"


def test_causal_order_reaches_through_a_chain_of_senders() -> None:
    rows: list[Row] = [
        (1, "n1", Broadcast("a")), (2, "n2", Delivered("a")), (3, "n2", Broadcast("b")),
        (4, "n2", Broadcast("c")), (5, "n3", Delivered("a")), (6, "n3", Delivered("b")), (7, "n3", Delivered("c")),
        (8, "n3", Broadcast("d")),
    ]  # fmt: skip
    assert status(SenderOrder(causal=True), *rows, *((9, "n4", Delivered(one)) for one in "abcd")) == "pass"
    for order in ("bacd", "acbd", "abdc", "d"):
        assert status(SenderOrder(causal=True), *rows, *((9, "n4", Delivered(one)) for one in order)) == "fail", order


def test_nothing_delivered_is_no_pass() -> None:
    checks = [TotalOrder(), DeliveryIntegrity(), UniformDelivery(), SenderDelivery(), SenderOrder()]
    assert [verdict(check).status for check in checks] == ["unknown"] * 5
    everywhere: list[Row] = [(1, node, Delivered("a")) for node in NODES]
    assert verdict(TotalOrder(), *everywhere, byzantine=N4).detail == (
        "all delivered in one order [honest: n1, n2 and n3; not: n4]"
    )
