"""One order, and a crash after each record that is written for it, at the storefront or at the provider."""

from collections import Counter
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.gandom.events import Announced, Charged, IntentState, RefundPaid, Wrote
from sim import Run
from tests.models.gandom.stage import emitted, problems, states, told, written

STORY = (
    "{at: 5s, client: c1, order: [k0, 2, slow]}",
    "{at: 9s, client: c2, serve: k0}",
    "{at: 10s, client: c2, reject: k0}",
)
BEFORE, AFTER = -40_000, 1_000
"""Ns from the moment at which a record is durable: while it is on its way to the disk, and just after."""


@cache
def calm() -> Run:
    return written(STORY)


@cache
def moments(node: str, kind: type) -> tuple[int, ...]:
    """When the node told of each record of the story, in a run without faults."""
    found = [one.t_ns for one in emitted(calm()) if one.node == node and isinstance(one.event, kind)]
    return tuple(sorted({t_ns for t_ns in found if t_ns > 4_900_000_000}))


def judge(found: Run) -> None:
    """The order ends as it should, and the world outside saw each thing once."""
    assert problems(found) == []
    assert set(states(found).values()) <= {"REFUNDED", "READY", "PAID", "ACCEPTED", "EXPIRED", "CANCELED"}
    charges, refunds = told(found, Charged), told(found, RefundPaid)
    assert len(charges) <= 1
    kept = sum(one.cents for one in charges) - sum(one.cents for one in refunds)
    assert kept == sum(230 for state in states(found).values() if state in ("PAID", "ACCEPTED", "READY"))
    rings = Counter((one.admin, one.order) for one in told(found, Announced))
    assert set(rings.values()) <= {1}
    assert {order for _, order in rings} == set(states(found))


def test_without_a_crash_the_story_ends_in_a_refund() -> None:
    judge(calm())
    assert list(states(calm()).values()) == ["REFUNDED"]
    assert len(moments("n2", Wrote)) > 8


@pytest.mark.parametrize("disk", ["torn", "keep"])
@pytest.mark.parametrize(("node", "kind"), [("n2", Wrote), ("n3", IntentState), ("n4", Announced)])
def test_a_crash_at_any_record_loses_nothing_and_does_nothing_twice(node: str, kind: type, disk: str) -> None:
    for t_ns in moments(node, kind):
        for off in (BEFORE, AFTER):
            crash = f"{{at: {t_ns + off}ns, for: 300ms, crash: {{nodes: {node}, disk: {disk}}}}}"
            judge(written(STORY, [crash]))


def test_a_crash_after_every_record_ends_well() -> None:
    crash = "{after: Wrote, times: 40, for: 200ms, crash: {nodes: n2, disk: torn}}"
    found = written(STORY, [crash], duration="70s", settle="40s")
    judge(found)
    assert len(found.fired) > 5


CRASH = st.tuples(
    st.sampled_from(["n1", "n2", "n3", "n4"]), st.integers(4_500, 14_000), st.sampled_from(["torn", "keep"])
)
CUT = st.tuples(
    st.sampled_from(["n1", "n2", "n3", "n4"]), st.sampled_from(["n1", "n2", "n3"]), st.integers(4_500, 14_000)
)


@settings(max_examples=25, deadline=None)
@given(st.lists(CRASH, max_size=3), st.lists(CUT, max_size=2))
def test_any_crashes_and_cuts_at_any_time_do_nothing_twice(
    crashes: list[tuple[str, int, str]], cuts: list[tuple[str, str, int]]
) -> None:
    faults = [f"{{at: {at}ms, for: 400ms, crash: {{nodes: {node}, disk: {disk}}}}}" for node, at, disk in crashes]
    faults += [
        f"{{at: {at}ms, for: 2s, partition: {{one-way: {{from: {source}, to: {target}}}}}}}"
        for source, target, at in cuts
        if source != target
    ]
    judge(written(STORY, faults))
