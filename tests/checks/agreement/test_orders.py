"""The folds over deliveries say what the definitions say, tried pair by pair; and ideal runs raise no alarm."""

import time

import pytest

from sim.checks.agreement.arrival import UniformDelivery
from sim.checks.agreement.causality import SenderOrder
from sim.checks.agreement.deliveries import DeliveryIntegrity, TotalOrder
from sim.checks.agreement.events import Broadcast, Delivered
from sim.checks.agreement.promise import Promise, judge
from sim.checks.values import typed
from sim.world.message import Emitted
from tests.checks.agreement.orders import (
    BUGS,
    agree_in_pairs,
    each_once_and_sent,
    random_broadcasts,
    senders_order_holds,
)
from tests.checks.agreement.runs import NODES, record

SEEDS = 300


def status_of(check: Promise, emitted: list[Emitted]) -> str:
    """The verdict's status, where something was delivered: nothing broken may be said where nothing was."""
    status = judge(check, emitted, record()).status
    if any(isinstance(one.event, Delivered) for one in emitted):
        return status
    assert status == "unknown"
    return "pass"


def test_an_ideal_broadcast_is_never_refused() -> None:
    for seed in range(SEEDS):
        emitted = random_broadcasts(seed, 120)
        for check in (TotalOrder(), DeliveryIntegrity(), SenderOrder(), SenderOrder(causal=True)):
            assert status_of(check, emitted) == "pass", (seed, check.name)


@pytest.mark.parametrize("bug", BUGS)
def test_every_verdict_on_a_broken_run_is_that_of_the_definition(bug: str) -> None:
    found: dict[str, int] = {}
    for seed in range(SEEDS):
        emitted = random_broadcasts(seed, 60, bug)
        truths = {
            TotalOrder(): agree_in_pairs(emitted),
            DeliveryIntegrity(): each_once_and_sent(emitted),
            SenderOrder(): senders_order_holds(emitted, causal=False),
            SenderOrder(causal=True): senders_order_holds(emitted, causal=True),
        }
        for check, truth in truths.items():
            status = status_of(check, emitted)
            found[check.name] = found.get(check.name, 0) + (status == "fail")
            if status == "unknown":  # a message was delivered before it was broadcast: nothing orders it
                assert check.name in ("fifo-order", "causal-order")
                assert not each_once_and_sent(emitted)
            else:
                assert (status == "pass") == truth, (seed, check.name)
    awaited = {"swap": "total-order", "skip": "total-order", "other": "total-order"}
    assert found[awaited.get(bug, "delivery-integrity")] > SEEDS // 4, "the bug is one that shows"


def test_the_first_difference_named_is_the_first_of_the_two_nodes() -> None:
    for seed in range(SEEDS):
        emitted = random_broadcasts(seed, 60, "swap")
        verdict = judge(TotalOrder(), emitted, record())
        if verdict.status == "fail":
            place = int(verdict.detail.split()[1])
            delivered = [one for one in emitted if isinstance(one.event, Delivered)]
            shown = {name: [typed(one.event) for one in delivered if one.node == name] for name in NODES}
            pair = [name for name in NODES if f"{name} at" in verdict.detail]
            left, right = (shown[name] for name in pair)
            assert left[: place - 1] == right[: place - 1]
            assert left[place - 1] != right[place - 1]


def test_a_hundred_thousand_deliveries_take_well_under_a_second() -> None:
    count = 20_000
    emitted = [Emitted(place, "n1", 1, place, Broadcast(place)) for place in range(count)]
    emitted += [Emitted(count + place, node, 1, place, Delivered(place)) for place in range(count) for node in "abcde"]
    for check in (TotalOrder(), DeliveryIntegrity(), SenderOrder(causal=True), UniformDelivery()):
        began = time.process_time()
        judge(check, emitted, record(servers=tuple("abcde")))
        assert time.process_time() - began < 3, f"{check.name}: a generous bound, for a busy machine"
