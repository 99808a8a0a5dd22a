"""Seeds and points as a command names them: `1000`, `1..5000`, `network.loss=0%,1%,5%`."""

from collections.abc import Iterable, Sequence
from itertools import product

SEED_END = 2**63


def parse_seeds(text: str) -> range:
    """`1000` is 1 to 1000, `5..9` is 5 to 9. ValueError says what is wrong with the rest."""
    first, dots, last = text.strip().partition("..")
    if not dots:
        first, last = "1", first
    if not (first.isdigit() and last.isdigit()):
        raise ValueError(f"expected a number of seeds such as 1000, or a range such as 1..5000, found {text!r}")
    seeds = range(int(first), int(last) + 1)
    if not dots and not seeds:
        raise ValueError(f"{text} seeds are none: expected 1 or more")
    if not seeds:
        raise ValueError(f"the range {text} ends before it begins: did you mean {last}..{first}?")
    if seeds[-1] >= SEED_END:
        raise ValueError(f"expected seeds below 2**63, found {text!r}")
    return seeds


def parse_axis(text: str) -> tuple[str, ...]:
    """`network.loss=0%,1%` as the overrides of its points. ValueError if it is no path with values."""
    path, equals, values = text.partition("=")
    found = [value.strip() for value in _split(values)]
    if not path or not equals or not all(found):
        raise ValueError(f"expected PATH=a,b such as network.loss=0%,1%,5%, found {text!r}")
    return tuple(f"{path}={value}" for value in found)


def _split(values: str) -> list[str]:
    """At commas outside of brackets: `[1s, 2s],[2s, 3s]` are two values."""
    parts, depth = [""], 0
    for sign in values:
        depth += (sign in "[{") - (sign in "]}")
        if sign == "," and not depth:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def cross(points: Iterable[tuple[str, ...]], axes: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Every point with every combination of the axes' overrides."""
    return [(*point, *more) for point in points for more in product(*axes)]
