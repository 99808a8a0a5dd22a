"""The greedy knapsack against the exact one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.tyche.function import ARTIFACT
from models.tyche.knapsack import Item, optimum, pack
from sim import Stream

ITEMS = st.lists(st.tuples(st.integers(1, 2000), st.integers(0, 3000)), max_size=8).map(
    lambda pairs: [Item(f"i{n}", mb, value) for n, (mb, value) in enumerate(pairs)]
)


@given(ITEMS, st.lists(st.integers(0, 3000), min_size=1, max_size=3))
def test_nothing_is_packed_twice_or_beyond_the_room(items: list[Item], room: list[int]) -> None:
    packing = pack(items, room)
    sizes, values = {one.name: one.mb for one in items}, {one.name: one.value for one in items}
    assert len({name for name, _ in packing.bins}) == len(packing.bins)
    for place, mb in enumerate(room):
        assert sum(sizes[name] for name, where in packing.bins if where == place) <= mb
    assert packing.value == sum(values[name] for name, _ in packing.bins) <= optimum(items, room)


@given(ITEMS, st.integers(0, 3000))
def test_one_bin_gets_at_least_half_of_the_optimum(items: list[Item], room: int) -> None:
    assert 2 * pack(items, [room]).value >= optimum(items, [room])


def test_a_model_stays_where_it_lies_if_it_fits() -> None:
    packing = pack([Item("a", 10, 100, home=1), Item("b", 10, 50)], [30, 10])
    assert (packing.of("a"), packing.of("b")) == (1, 0)


def test_a_single_item_that_is_worth_more_than_the_dense_ones_is_taken() -> None:
    packing = pack([Item("dense", 1, 2), Item("large", 10, 10)], [10])
    assert packing.of("large") == 0
    assert packing.value == 10


def test_equal_items_go_by_name() -> None:
    assert pack([Item("b", 6, 5), Item("a", 6, 5)], [10]).bins == (("a", 0),)


def test_the_exact_value_is_for_few() -> None:
    with pytest.raises(AssertionError, match="4 bins"):
        optimum([], [1, 1, 1, 1])


def test_on_the_models_of_the_artifact_greedy_is_near_the_optimum() -> None:
    """What the documentation reports: random rates, three containers, ten models."""
    stream, models, total, best = Stream(1, "knapsack"), sorted(ARTIFACT), 0, 0
    for _ in range(60):
        names = [stream.choice(models) for _ in range(10)]
        items = [
            Item(f"{n}-{name}", ARTIFACT[name][1], ARTIFACT[name][0] * stream.between(1, 1000))
            for n, name in enumerate(names)
        ]
        total += pack(items, [1948] * 3).value
        best += optimum(items, [1948] * 3)
    assert 0.85 < total / best <= 1
