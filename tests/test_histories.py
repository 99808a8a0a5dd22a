"""Drawn histories are legal unless they are to be wrong, and hold what was asked for."""

from collections.abc import Callable

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from sim.checks.budget import Budget
from sim.checks.history import History
from sim.checks.linearizable import judge
from sim.checks.specs import SPECS
from sim.strategies import histories

NAMES = ("register", "cas-register", "kv", "kv-append", "counter", "set", "queue")


def quickly(holds: Callable[[History], bool]) -> Callable[[st.SearchStrategy[History]], History]:
    """Look for a history of which it holds, and do not make it small."""
    chosen = settings(max_examples=1000, deadline=None, database=None, phases=[Phase.generate])
    return lambda drawn: find(drawn, holds, settings=chosen)


@pytest.mark.parametrize("name", NAMES)
def test_a_drawn_history_can_be_explained(name: str) -> None:
    @settings(max_examples=25, deadline=None)
    @given(histories(name))
    def legal(history: History) -> None:
        assert judge(history, SPECS[name], Budget(50_000)).status == "pass" or not list(history)

    legal()


@pytest.mark.parametrize("name", ["register", "counter", "queue"])
def test_a_wrong_answer_is_found(name: str) -> None:
    @quickly
    def fails(history: History) -> bool:
        return judge(history, SPECS[name], Budget(50_000)).status == "fail"

    assert list(fails(histories(name, wrong=0.5, clients=2, keys=1)))


@pytest.mark.parametrize(
    "holds",
    [
        lambda history: any(op.outcome == "unknown" for op in history),
        lambda history: any(
            two.call < one.ret and one.call < two.ret for one in history for two in history if one != two
        ),
        lambda history: {op.key for op in history} == {"k0", "k1"},
        lambda history: any(op.result is not None for op in history),
    ],
)
def test_histories_hold_what_they_are_for(holds: Callable[[History], bool]) -> None:
    assert list(quickly(holds)(histories("kv")))


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_without_a_share_of_unknown_only_what_is_under_way_at_the_end_is(data: st.DataObject) -> None:
    history = data.draw(histories("kv", unknown=0.0, clients=2))
    open_ = [op for op in history if op.outcome == "unknown"]
    assert len({op.client for op in open_}) == len(open_) <= 2


def test_a_specification_that_is_not_drawn_is_refused_with_those_that_are() -> None:
    with pytest.raises(AssertionError, match="histories are drawn of register, cas-register, kv"):
        histories("bank")
