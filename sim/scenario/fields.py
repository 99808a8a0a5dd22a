"""Fields of a scenario that take more than one shape: each with its parser, its way back and its JSON Schema."""

from typing import Annotated

from pydantic import PlainValidator, WithJsonSchema

from sim.world.distributions import Distribution
from sim.world.quantities import LatencyField, parse_distribution

Scalar = None | bool | int | float | str


def parse_every(value: object) -> Distribution:
    """The gap between repetitions: a duration or a distribution."""
    every = parse_distribution(value)
    if every.at(1 << 31) <= 0:
        raise ValueError("a repetition needs a gap above 0")
    return every


Every = Annotated[
    Distribution,
    PlainValidator(parse_every),
    LatencyField.__metadata__[1],
    LatencyField.__metadata__[2],
]


def parse_expect(value: object) -> str:
    """`pass`, `fail` or {violates: CHECK}, as `pass`, `fail` or `violates CHECK`."""
    if value in ("pass", "fail"):
        return str(value)
    if isinstance(value, dict) and set(value) == {"violates"} and isinstance(value["violates"], str):
        return f"violates {value['violates']}"
    raise ValueError(f"expected pass, fail or {{violates: NAME OF A CHECK}}, found {value!r}")


Expect = Annotated[
    str,
    PlainValidator(parse_expect),
    WithJsonSchema(
        {
            "anyOf": [
                {"enum": ["pass", "fail"]},
                {
                    "type": "object",
                    "properties": {"violates": {"type": "string"}},
                    "required": ["violates"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]


def parse_max_down(value: object) -> int | None:
    """How many nodes may be down at once; None is the largest minority."""
    if value == "minority":
        return None
    if type(value) is int and value >= 0:
        return value
    raise ValueError(f"expected 'minority' or a number of nodes, found {value!r}")


MaxDown = Annotated[
    int | None,
    PlainValidator(parse_max_down),
    WithJsonSchema({"anyOf": [{"const": "minority"}, {"type": "integer", "minimum": 0}]}),
]


def parse_values(value: object) -> tuple[Scalar, ...]:
    """The values that a varied path takes."""
    if not isinstance(value, list) or not value or any(isinstance(one, (list, dict)) for one in value):
        raise ValueError("expected a list of values such as [0%, 1%, 5%]")
    return tuple(value)


Values = Annotated[tuple[Scalar, ...], PlainValidator(parse_values), WithJsonSchema({"type": "array", "minItems": 1})]
