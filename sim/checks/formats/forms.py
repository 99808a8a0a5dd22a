"""What EDN can say that Python has no type of its own for."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Union


@dataclass(frozen=True, slots=True)
class Keyword:
    """``:name``, without the colon."""

    name: str


@dataclass(frozen=True, slots=True)
class Symbol:
    """``name``."""

    name: str


@dataclass(frozen=True, slots=True)
class Char:
    r"""``\a``."""

    text: str


@dataclass(frozen=True, slots=True)
class Tagged:
    """``#tag form``."""

    tag: str
    form: "Form"


@dataclass(frozen=True, slots=True)
class Map:
    """``{key value ...}``; `line` is where it begins, and no part of what it says."""

    pairs: tuple[tuple["Form", "Form"], ...]
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Set:
    """``#{member ...}``."""

    members: tuple["Form", ...]


Atom = bool | int | float | Decimal | str | Keyword | Symbol | Char | None
Form = Union[Atom, Tagged, Map, Set, tuple["Form", ...]]  # noqa: UP007 - a name in quotes takes no |
