"""Selectors mean what they say, at the moment a fault fires."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.faults.selectors import Roster, count_at_most, parse_selector, resolve, unknown_names
from sim.world.streams import Stream

SERVERS = ("n1", "n2", "n3", "n4", "n5")
ROSTER = Roster(
    SERVERS,
    ("c1", "c2"),
    {"n1": "eu", "c1": "eu", "n2": "us"},
    lambda role: {"leader": ("n3",), "observer": ("n5",)}.get(role, ()),
)


def means(selector: object, seed: int = 1, taken: tuple[str, ...] = ()) -> tuple[str, ...]:
    return resolve(parse_selector(selector), ROSTER, Stream(seed, "fault"), taken=taken)


@pytest.mark.parametrize(
    ("selector", "names"),
    [
        ("n2", ("n2",)),
        ("n*", SERVERS),
        ("leader", ("n3",)),
        ("followers", ("n1", "n2", "n4", "n5")),
        ("role:observer", ("n5",)),
        ("zone:eu", ("n1", "c1")),
        ("clients", ("c1", "c2")),
        ("all", (*SERVERS, "c1", "c2")),
        (["leader", "n1", "leader"], ("n3", "n1")),
        (["leader", ["n1", "n2"]], ("n3", "n1", "n2")),
    ],
)
def test_each_word_means_its_nodes(selector: object, names: tuple[str, ...]) -> None:
    assert means(selector) == names


@given(st.integers(0, 999), st.integers(1, 7))
def test_random_takes_so_many_servers_and_no_client(seed: int, count: int) -> None:
    found = means(f"random:{count}", seed)
    assert len(found) == len(set(found)) == min(count, 5)
    assert set(found) <= set(SERVERS)


@given(st.integers(0, 999))
def test_minority_and_majority_are_the_largest_and_the_smallest_there_are(seed: int) -> None:
    assert len(means("minority", seed)) == 2
    assert len(means("majority", seed)) == 3
    assert len(means("random:40%", seed)) == 2


@given(st.integers(0, 999))
def test_others_are_those_not_named_yet(seed: int) -> None:
    first = means(["leader", "random:1"], seed)
    assert set(means("others", seed, taken=first)) == set(SERVERS) - set(first)
    assert not set(means("random:2", seed, taken=first)) & set(first)


@pytest.mark.parametrize(
    ("selector", "message"),
    [
        ("randm:2", "no selector 'randm:', did you mean 'random:'?"),
        ("random:0", "'random:0': expected 'random:2' or 'random:40%'"),
        ("random:140%", "'random:140%': expected 'random:2' or 'random:40%'"),
        ([], "expected at least one node, found an empty list"),
        (3, "expected a node, a word such as 'leader', or a list of these, found 3"),
        ("n 1", "'n 1' is no name of a node and no selector"),
    ],
)
def test_what_is_no_selector_is_refused_with_the_nearest_word(selector: object, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        parse_selector(selector)


def test_names_that_no_node_has_are_found_before_a_run() -> None:
    assert unknown_names(("n1", "n*", "leader", "zone:eu"), SERVERS, ()) == []
    assert unknown_names(("n9", "role:laeder"), SERVERS, ("leader",)) == [
        ("n9", "no node named 'n9', did you mean 'n5'?"),
        ("role:laeder", "no role 'laeder', did you mean 'leader'?"),
    ]


def test_names_with_a_slash_are_matched_as_a_whole() -> None:
    roster = Roster(("kv/n1", "kv/n2", "log/n1"), ("kv/c1",))
    assert resolve(("kv/*",), roster, Stream(1)) == ("kv/n1", "kv/n2", "kv/c1")


@given(st.integers(0, 999))
def test_a_draw_is_from_those_among_whom_it_may_but_who_is_named_is_meant(seed: int) -> None:
    stream = Stream(seed, "fault")
    assert set(resolve(("random:5",), ROSTER, stream, among=("n1", "n4"))) == {"n1", "n4"}
    assert resolve(("n5", "leader"), ROSTER, stream, among=("n1", "n4")) == ("n5", "n3")


@pytest.mark.parametrize(
    ("selector", "count"),
    [
        (["n1", "leader"], 2), (["random:2"], 2), (["random:40%"], 2), (["minority"], 2), (["majority"], 3),
        (["followers"], 4), (["others"], 5), (["clients"], 0), (["n*"], 5), (["role:observer"], 5), (["n1", "all"], 5),
    ],
)  # fmt: skip
def test_a_selector_means_no_more_servers_than_it_says_before_the_run(selector: list[str], count: int) -> None:
    assert count_at_most(selector, 5) == count
    for seed in range(20):
        assert len(set(means(selector, seed)) & set(SERVERS)) <= count


TWO = Roster(
    ("kv/n1", "kv/n2", "kv/n3", "log/n1", "log/n2"),
    ("kv/c1", "log/c1"),
    {"kv/n1": "eu", "log/n1": "eu"},
    lambda role: ("kv/n2", "log/n1") if role == "leader" else (),
)


@pytest.mark.parametrize(
    ("selector", "names"),
    [
        ("kv/leader", ("kv/n2",)),
        ("leader", ("kv/n2", "log/n1")),
        ("kv/followers", ("kv/n1", "kv/n3")),
        ("log/servers", ("log/n1", "log/n2")),
        ("log/all", ("log/n1", "log/n2", "log/c1")),
        ("log/clients", ("log/c1",)),
        ("kv/zone:eu", ("kv/n1",)),
        ("kv/role:leader", ("kv/n2",)),
        (["kv/leader", "kv/others"], ("kv/n2", "kv/n1", "kv/n3")),
        (["log/minority"], ()),
    ],
)
def test_a_word_behind_a_system_means_that_system_alone(selector: object, names: tuple[str, ...]) -> None:
    assert resolve(parse_selector(selector), TWO, Stream(1)) == names


@given(st.integers(0, 999))
def test_a_draw_behind_a_system_counts_that_system_alone(seed: int) -> None:
    def drawn(selector: str) -> tuple[str, ...]:
        return resolve(parse_selector(selector), TWO, Stream(seed, "fault"))

    assert len(drawn("kv/majority")) == 2
    assert len(drawn("kv/minority")) == 1
    assert len(drawn("kv/random:50%")) == 2
    assert all(name.startswith("kv/") for name in drawn("kv/random:2"))


def test_the_only_system_may_be_named_too() -> None:
    roster = Roster(("n1", "n2"), role=lambda _: ("n2",), system="kv")
    assert resolve(("kv/leader",), roster, Stream(1)) == ("n2",)


def test_a_word_behind_no_system_is_found_before_a_run() -> None:
    assert unknown_names(("kv/leader", "kv/role:leader"), TWO.servers, ("leader",), ("kv", "log")) == []
    assert unknown_names(("kw/leader",), TWO.servers, (), ("kv", "log")) == [
        ("kw/leader", "no system 'kw', did you mean 'kv'?")
    ]
    assert unknown_names(("kv/laeder",), TWO.servers, (), ("kv", "log")) == [
        ("kv/laeder", "no node named 'kv/laeder', did you mean 'leader'?")
    ]
    with pytest.raises(ValueError, match="did you mean 'random:'"):
        parse_selector("kv/randm:2")
