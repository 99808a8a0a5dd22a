"""Chance is named, keyed and equal everywhere."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from sim.world.distributions import Constant, Exponential, LogNormal, Uniform, interpolate, quantiles
from sim.world.streams import Stream
from sim.world.units import MS, PERCENT

names = st.lists(st.one_of(st.text(max_size=4), st.integers(-5, 5)), max_size=3)


def test_first_words_are_the_same_on_every_machine() -> None:
    stream = Stream(42, "link", "n1", "n2")
    assert [stream.word() for _ in range(3)] == [13581360799098707600, 17040770932903900157, 4509034663807039402]


@given(st.integers(-(2**63), 2**63), names, names)
def test_streams_of_different_names_differ(seed: int, one: list[str | int], other: list[str | int]) -> None:
    same = Stream(seed, *one).word() == Stream(seed, *other).word()
    assert same == (one == other and [type(x) for x in one] == [type(x) for x in other])


@given(st.integers(0, 2**40), st.integers(0, 40))
def test_drawing_from_one_stream_moves_no_other(seed: int, draws: int) -> None:
    parent = Stream(seed, "a")
    fresh = parent.child("b").word()
    for _ in range(draws):
        parent.word()
    assert parent.child("b").word() == fresh


@given(st.integers(0, 2**40), st.integers(-50, 50), st.integers(0, 100))
def test_between_stays_in_its_range(seed: int, low: int, width: int) -> None:
    stream = Stream(seed, "between")
    assert all(low <= stream.between(low, low + width) <= low + width for _ in range(20))


@given(st.integers(0, 2**40), st.lists(st.integers(), max_size=12), st.integers(0, 15))
def test_sample_takes_places_and_not_values(seed: int, items: list[int], k: int) -> None:
    taken = Stream(seed, "sample").sample(items, k)
    assert len(taken) == min(k, len(items))
    assert not Counter(taken) - Counter(items)


def test_chance_is_as_likely_as_it_says() -> None:
    stream = Stream(1, "chance")
    hits = sum(stream.chance(5 * PERCENT) for _ in range(20_000))
    assert 880 < hits < 1_120  # 1,000 expected, four standard deviations either way


def test_weighted_follows_its_weights() -> None:
    stream = Stream(1, "weighted")
    seen = Counter(stream.weighted({"get": 5, "put": 3, "never": 0, "cas": 2}) for _ in range(10_000))
    assert seen["never"] == 0
    assert 4_800 < seen["get"] < 5_200


def test_log_normal_has_its_median_and_99th_percentile() -> None:
    latency = LogNormal(1 * MS, 8 * MS)
    assert latency.at(1 << 31) == 1 * MS
    assert abs(latency.at(int(0.99 * 2**32)) - 8 * MS) < MS // 50


def test_tables_do_not_depend_on_the_machine() -> None:
    assert [LogNormal(1 * MS, 8 * MS).at(u) for u in (0, 2**31, 2**32 - 1)] == [37_666, 1_000_000, 26_548_986]
    assert [Exponential(10 * MS).at(u) for u in (0, 2**31, 2**32 - 1)] == [1_220, 6_931_471, 90_109_128]


@given(
    st.sampled_from([Constant(5), Uniform(3, 900), LogNormal(10_000, 90_000), Exponential(70_000)]),
    st.lists(st.integers(0, 2**32 - 1), min_size=2, max_size=6),
)
def test_quantiles_rise_with_the_probability(distribution: Constant | Uniform | LogNormal, at: list[int]) -> None:
    at.sort()
    table = quantiles(distribution)
    drawn = [interpolate(table, u) for u in at]
    assert drawn == sorted(drawn)
