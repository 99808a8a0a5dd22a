"""The proof of a violation that fits into a few operations, which anybody can check without trusting a search."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

Proof = Literal[
    "thin-air",
    "two-swaps",
    "loop",
    "order",
    "overlap",
    "fork",
    "misplaced",
    "repeat",
    "empty",
    "bounds",
    "token",
]
"""What kind of proof it is; `sim.checks.verify` says what each one must show."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """Operations, by their places in the part, that cannot all have happened as recorded (-1: the object's creation).

    pairs: (one that returned, one that was called after that). blocks: for each of the blocks that the proof speaks of,
    its operations from the first on, as far as the proof needs them. value: what was seen that cannot have been.
    """

    proof: Proof
    pairs: tuple[tuple[int, int], ...] = ()
    blocks: tuple[tuple[int, ...], ...] = ()
    value: object = None

    @property
    def involved(self) -> tuple[int, ...]:
        """Every operation that the proof names, in order of call."""
        named = [place for group in (*self.pairs, *self.blocks) for place in group if place >= 0]
        return tuple(sorted(dict.fromkeys(named)))

    def moved(self, places: Sequence[int]) -> "Certificate":
        """The same about a part in which operation i stands at `places[i]`."""

        def move(group: tuple[int, ...]) -> tuple[int, ...]:
            return tuple(place if place < 0 else places[place] for place in group)

        pairs = tuple((move(pair)[0], move(pair)[1]) for pair in self.pairs)
        return replace(self, pairs=pairs, blocks=tuple(map(move, self.blocks)))
