"""Quantities as people write them, with a unit, and as the world holds them: whole numbers.

`150ms` is 150,000,000 ns, `0.5%` is 5,000,000 ppb, `50/s` is 50,000 events per 1,000 s, `4KiB` is 4,096 bytes.
A number without a unit is refused, and the message says what it could have meant. The pydantic types below parse
such text, turn back into it when a plan is written out, and show in the JSON Schema as text with a pattern.
"""

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Annotated, NamedTuple

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from sim.world.distributions import Constant, Distribution, Exponential, LogNormal, Uniform
from sim.world.units import HOUR, MINUTE, MS, NS, SECOND, US, show_ppb

_NUMBER = r"(-?[0-9]+(?:\.[0-9]+)?)"


class Kind(NamedTuple):
    """One kind of quantity: its name, its units as factors, an example, and the bounds of its whole number."""

    name: str
    units: Mapping[str, Fraction]
    example: str
    low: int | None = 0
    high: int | None = None
    bounds: str = "0 or more"

    def pattern(self) -> str:
        """A regular expression that a text of this kind matches."""
        return rf"^{_NUMBER}({'|'.join(re.escape(unit) for unit in self.units)})$"

    def parse(self, value: object) -> int:
        """The whole number that `value` says; ValueError tells what is wrong with it and what would be right."""
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            raise ValueError(f"expected a {self.name} such as {self.example!r}, found {_word(value)}")
        if isinstance(value, (int, float)):
            unit = "s" if "s" in self.units else self.example.lstrip("-0123456789.")
            raise ValueError(f"{self.name} {value} has no unit; write '{value}{unit}' if that is meant")
        match = re.match(self.pattern(), value.strip())
        if match is None:
            units = ", ".join(self.units)
            raise ValueError(f"expected a {self.name} such as {self.example!r} (units: {units}), found {value!r}")
        return self._whole(value, Fraction(match[1]) * self.units[match[2]])

    def _whole(self, text: str, number: Fraction) -> int:
        if number.denominator != 1:
            raise ValueError(f"{self.name} {text!r} is finer than the world can hold")
        whole = int(number)
        if (self.low is not None and whole < self.low) or (self.high is not None and whole > self.high):
            raise ValueError(f"{self.name} {text!r} is out of bounds, expected {self.bounds}")
        return whole


def _word(value: object) -> str:
    names = {dict: "a mapping", list: "a list", bool: "a truth value", type(None): "nothing"}
    return names.get(type(value), repr(value))


_TIMES = {"ns": NS, "us": US, "ms": MS, "s": SECOND, "m": MINUTE, "h": HOUR}
_DURATION_UNITS = {unit: Fraction(ns) for unit, ns in _TIMES.items()}
DURATION = Kind("duration", _DURATION_UNITS, "150ms")
SPAN = Kind("span of time", _DURATION_UNITS, "-150ms", low=None)
PROBABILITY = Kind("probability", {"%": Fraction(10_000_000)}, "1%", high=1_000_000_000, bounds="0% to 100%")
RATE = Kind(
    "rate",
    {"/s": Fraction(1000), "/m": Fraction(1000, 60), "/h": Fraction(1000, 3600)},
    "50/s",
    low=1,
    bounds="more than 0",
)
SIZE = Kind("size", {"B": Fraction(1), "KiB": Fraction(2**10), "MiB": Fraction(2**20), "GiB": Fraction(2**30)}, "4KiB")
BANDWIDTH = Kind(
    "bandwidth",
    {"B/s": Fraction(1), "KiB/s": Fraction(2**10), "MiB/s": Fraction(2**20), "GiB/s": Fraction(2**30)},
    "10MiB/s",
    low=1,
)
DRIFT = Kind("drift", {"ppm": Fraction(1), "%": Fraction(10_000)}, "50ppm", low=-999_999, bounds="more than -100%")


def show_size(count: int) -> str:
    """Bytes in the largest unit that keeps them whole."""
    for unit, factor in reversed(list(SIZE.units.items())):
        if count % factor == 0 and count:
            return f"{count // factor}{unit}"
    return f"{count}B"


def show_rate(per_1000_s: int) -> str:
    """A rate per second."""
    whole, rest = divmod(per_1000_s, 1000)
    return f"{whole}.{rest:03d}".rstrip("0").rstrip(".") + "/s"


def show_exact_ns(ns: int) -> str:
    """A duration without any loss: the largest unit that divides it."""
    for unit, factor in (("s", SECOND), ("ms", MS), ("us", US)):
        if ns % factor == 0:
            return f"{ns // factor}{unit}"
    return f"{ns}ns"


def _field(kind: Kind, show: Callable[[int], str]) -> tuple[PlainValidator, PlainSerializer, WithJsonSchema]:
    schema = {"type": "string", "pattern": kind.pattern(), "examples": [kind.example]}
    return PlainValidator(kind.parse), PlainSerializer(show, return_type=str), WithJsonSchema(schema)


Duration = Annotated[int, *_field(DURATION, show_exact_ns)]
"""Nanoseconds, 0 or more."""
Span = Annotated[int, *_field(SPAN, show_exact_ns)]
"""Nanoseconds, either sign."""
Probability = Annotated[int, *_field(PROBABILITY, show_ppb)]
"""Parts per billion, 0 to 1,000,000,000."""
Rate = Annotated[int, *_field(RATE, show_rate)]
"""Events per 1,000 s, 1 or more."""
Size = Annotated[int, *_field(SIZE, show_size)]
"""Bytes."""
Bandwidth = Annotated[int, *_field(BANDWIDTH, lambda n: show_size(n) + "/s")]
"""Bytes per second, 1 or more."""
Drift = Annotated[int, *_field(DRIFT, lambda n: f"{n}ppm")]
"""Parts per million that a clock gains on world time, above -1,000,000."""


class Range(NamedTuple):
    """Two durations in ns, low and high, both included."""

    low: int
    high: int


def parse_range(value: object) -> Range:
    """`1s..5s`, a list of two, or one duration for both ends."""
    if isinstance(value, str) and ".." in value:
        low, _, high = value.partition("..")
        ends = [DURATION.parse(low), DURATION.parse(high)]
    elif isinstance(value, (list, tuple)):
        if len(value) != 2:
            raise ValueError(f"expected two durations such as [1s, 5s], found {len(value)}")
        ends = [DURATION.parse(end) for end in value]
    else:
        ends = [DURATION.parse(value)] * 2
    if ends[0] > ends[1]:
        raise ValueError(f"the range {value!r} ends before it begins")
    return Range(*ends)


def show_range(ends: Range) -> str:
    """`1s..5s`, or one duration where both ends are the same."""
    low, high = (show_exact_ns(end) for end in ends)
    return low if low == high else f"{low}..{high}"


_TEXT = {"type": "string", "pattern": DURATION.pattern(), "examples": ["150ms"]}
_PAIR = {"type": "array", "items": _TEXT, "minItems": 2, "maxItems": 2, "examples": [["1s", "5s"]]}
_ENDS = {
    "type": "string",
    "pattern": DURATION.pattern()[:-1] + r"\.\." + DURATION.pattern()[1:],
    "examples": ["1s..5s"],
}

DurationRange = Annotated[
    Range,
    PlainValidator(parse_range),
    PlainSerializer(show_range, return_type=str),
    WithJsonSchema({"anyOf": [_TEXT, _ENDS, _PAIR]}),
]
"""Range of nanoseconds: `2s`, `1s..5s` or `[1s, 5s]`."""

_SHAPES = "a duration such as '1ms', or {lognormal: {median: 1ms, p99: 8ms}}, {uniform: [1ms, 5ms]}, {exponential: 4s}"


def parse_distribution(value: object) -> Distribution:
    """A duration for a constant, or a mapping of one distribution's name to its parameters."""
    if not isinstance(value, Mapping):
        return Constant(DURATION.parse(value))
    if len(value) != 1:
        raise ValueError(f"expected one distribution, found {len(value)}; write {_SHAPES}")
    ((name, of),) = value.items()
    if name == "uniform":
        return Uniform(*parse_range(of))
    if name == "exponential":
        return Exponential(max(DURATION.parse(of), 1))
    if name == "constant":
        return Constant(DURATION.parse(of))
    if name == "lognormal":
        return _log_normal(of)
    raise ValueError(f"no distribution named {name!r}; write {_SHAPES}")


def _log_normal(of: object) -> LogNormal:
    if not isinstance(of, Mapping) or set(of) != {"median", "p99"}:
        raise ValueError("expected {lognormal: {median: 1ms, p99: 8ms}}")
    median, p99 = DURATION.parse(of["median"]), DURATION.parse(of["p99"])
    if not 0 < median <= p99:
        raise ValueError(f"lognormal: expected 0 < median <= p99, found {of['median']} and {of['p99']}")
    return LogNormal(median, p99)


def show_distribution(of: Distribution) -> object:
    """What `parse_distribution` reads back."""
    if isinstance(of, LogNormal):
        return {"lognormal": {"median": show_exact_ns(of.median), "p99": show_exact_ns(of.p99)}}
    if isinstance(of, Uniform):
        return {"uniform": [show_exact_ns(of.low), show_exact_ns(of.high)]}
    if isinstance(of, Exponential):
        return {"exponential": show_exact_ns(of.mean)}
    assert isinstance(of, Constant), f"{of!r} is none of the distributions of a scenario"
    return show_exact_ns(of.ns)


def _one(name: str, of: dict[str, object]) -> dict[str, object]:
    return {"type": "object", "properties": {name: of}, "required": [name], "additionalProperties": False}


_QUANTILES = {
    "type": "object",
    "properties": {"median": _TEXT, "p99": _TEXT},
    "required": ["median", "p99"],
    "additionalProperties": False,
}

LatencyField = Annotated[
    Distribution,
    PlainValidator(parse_distribution),
    PlainSerializer(show_distribution),
    WithJsonSchema(
        {
            "anyOf": [
                _TEXT,
                _one("lognormal", _QUANTILES),
                _one("uniform", {"anyOf": [_ENDS, _PAIR]}),
                _one("exponential", _TEXT),
                _one("constant", _TEXT),
            ]
        }
    ),
]
"""A distribution of durations: a constant such as `1ms`, or a mapping with its name."""
