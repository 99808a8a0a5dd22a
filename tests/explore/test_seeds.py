"""Seeds and points as commands name them."""

import pytest

from sim.explore.seeds import cross, parse_axis, parse_seeds


@pytest.mark.parametrize(
    ("text", "seeds"), [("3", range(1, 4)), ("5..7", range(5, 8)), (" 9..9 ", range(9, 10)), ("0..1", range(2))]
)
def test_seeds_are_a_number_or_a_range(text: str, seeds: range) -> None:
    assert parse_seeds(text) == seeds


@pytest.mark.parametrize("text", ["0", "9..5", "x", "1..", "..", "-3", "1...5", "", f"1..{2**63}"])
def test_empty_and_reversed_ranges_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected|ends before it begins"):
        parse_seeds(text)


def test_axes_are_crossed_in_order_and_lists_are_one_value() -> None:
    axes = [parse_axis("a.b=1%,2%"), parse_axis("c=[1s, 2s],[3s, 4s]")]
    assert cross([("x=1",)], axes) == [
        ("x=1", "a.b=1%", "c=[1s, 2s]"),
        ("x=1", "a.b=1%", "c=[3s, 4s]"),
        ("x=1", "a.b=2%", "c=[1s, 2s]"),
        ("x=1", "a.b=2%", "c=[3s, 4s]"),
    ]
