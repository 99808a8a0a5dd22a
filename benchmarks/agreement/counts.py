"""What the good case costs on paper: messages of n parties and rounds at unit delay, by protocol."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Golden:
    """The cost if it is decided in round r: (squares + turns r) n² + lines n + members (f + 1) n messages.

    It takes `rounds` at unit delay, times r where it goes in rounds.
    """

    protocol: str
    squares: int
    rounds: int
    turns: int = 0
    lines: int = 0
    members: int = 0
    options: Mapping[str, object] = field(default_factory=dict)

    @property
    def parameters(self) -> dict[str, object]:
        """What the model is told."""
        return {"protocol": self.protocol, **self.options}

    def messages(self, n: int, turn: int) -> int:
        """How many, of n parties, decided in round `turn`."""
        f = (n - 1) // 3
        return (self.squares + self.turns * turn) * n * n + self.lines * n + self.members * (f + 1) * n

    def said(self) -> str:
        """The formula."""
        parts = [f"{self.turns}rn²" * bool(self.turns), f"{self.squares}n²" * bool(self.squares)]
        parts += [f"{self.lines}n" * bool(self.lines), f"{self.members}(f+1)n" * bool(self.members)]
        return " + ".join(part for part in parts if part)


GOLDEN: dict[str, Golden] = {
    "rbc": Golden("rbc", 2, 3, lines=1),
    "provable": Golden("provable", 2, 2),
    "spb": Golden("provable", 4, 4, options={"stages": 2}),
    "promotion": Golden("provable", 8, 8, options={"stages": 4}),
    "consistent": Golden("consistent", 3, 3),
    "coin": Golden("coin", 1, 1),
    "mmr14": Golden("mmr14", 1, 3, turns=3, options={"inputs": "ones"}),
    "mmr14conf": Golden("mmr14conf", 1, 4, turns=4, options={"inputs": "zeros"}),
    "bca": Golden("bca", 1, 4, turns=4, options={"inputs": "zeros"}),
    "abba": Golden("abba", 4, 3, options={"inputs": "zeros"}),
    "ckps": Golden("ckps", 12, 11),
    "vaba": Golden("vaba", 14, 13),
    "smvba": Golden("smvba", 7, 6),
    "smvba-long": Golden("smvba", 9, 8, options={"shortcut": False}),
    "pmvba": Golden("pmvba", 8, 10, members=3),
    "pmvba-no-vote": Golden("pmvba", 7, 9, members=3, options={"vote_phase": False}),
}

CLAIMED = {
    "ckps": "O(n²) messages, O(ln² + λn² + n³) bits",
    "vaba": "O(n²) messages, O(ln² + λn²) bits, about 20 rounds expected",
    "smvba": "O(n²) messages, 6 rounds at best, 12 expected at worst",
    "pmvba": "O(n²) messages, O((l + λ)n²) bits, O(1) time",
}
"""What the papers' abstracts say."""


def expected(name: str, n: int, turn: int) -> tuple[int, int]:
    """(messages, rounds) of the good case that was decided in round `turn`."""
    golden = GOLDEN[name]
    turn = max(turn, 1)
    return golden.messages(n, turn), golden.rounds * (turn if golden.turns else 1)
