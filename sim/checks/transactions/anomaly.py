"""What is wrong with a history of transactions: an anomaly with its name, and the dependencies of a cycle."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["ww", "wr", "rw", "session", "realtime"]
"""Why one transaction comes before another: it wrote the version before, wrote what the other read, did not see what
the other wrote, came before it in its process, or returned before the other was called."""


@dataclass(frozen=True, slots=True)
class Dependency:
    """Transaction `before` (place) comes before `after`, because of `key` and the element at `index` of its list.

    For ww and rw that is the element that `after` appended, for wr the one that `before` did.
    """

    before: int
    after: int
    kind: Kind
    key: Hashable = None
    index: int = -1


@dataclass(frozen=True, slots=True)
class Anomaly:
    """`name` as in the literature, `transactions` by place, `text` in sentences. `cycle` is empty if it needs none."""

    name: str
    transactions: tuple[int, ...]
    keys: tuple[Hashable, ...]
    text: str
    cycle: tuple[Dependency, ...] = ()
