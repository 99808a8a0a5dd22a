"""The common coin of a protocol: everybody gives a share, k shares open it, and all see one number."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from models.bft.messages import Toss
from models.bft.tally import Tally
from sim.agreement import CoinReleased, CoinRevealed, Share, Tag

if TYPE_CHECKING:
    from models.bft.protocol import Protocol


class Coin:
    """The coins of one `phase` of a protocol, one for each round; `k` shares open one.

    Whoever owns it passes Toss messages on and is told of each coin once, by `revealed(round, number)`.
    """

    def __init__(self, owner: "Protocol", phase: str, k: int, revealed: Callable[[int, int], None]) -> None:
        self._owner = owner
        self._crypto = owner.crypto
        self.phase = phase
        self.k = k
        self._revealed = revealed
        self._shares: dict[int, Tally[Share]] = {}
        self._given: dict[int, None] = {}
        self.known: dict[int, int] = {}

    def tag(self, turn: int) -> Tag:
        """The tag of the coin of a round."""
        return self._owner.tag(self.phase, turn)

    def release(self, turn: int) -> None:
        """Give the share of a round away, once."""
        if turn in self._given:
            return
        self._given[turn] = None
        self._owner.party.emit(CoinReleased(self._about(turn)))
        self._owner.multicast(Toss(self.phase, turn, self._crypto.coin_share(self.tag(turn))))

    def take(self, source: str, toss: Toss) -> None:
        """A share from somebody."""
        if not self._crypto.valid_coin(toss.share, source, self.tag(toss.round)):
            self._owner.drop("bad coin share", source)
            return
        shares = self._shares.setdefault(toss.round, self._owner.party.parts.tally())
        if shares.add(source, toss.share):
            self._open(toss.round)

    def shares(self, turn: int) -> tuple[Share, ...]:
        """Shares that show what the coin of a round is, by name, as many as are needed."""
        found = sorted(self._shares[turn].items(), key=lambda item: item[0])
        return tuple(share for _, share in found)[: self.k]

    def _open(self, turn: int) -> None:
        if turn in self.known or len(self._shares[turn]) < self.k:
            return
        number = self._crypto.coin(self.tag(turn), list(self._shares[turn]), self.k)
        if number is not None:
            self.known[turn] = number
            self._owner.party.emit(CoinRevealed(self._about(turn), number & 0xFFFFFFFF))
            self._revealed(turn, number)

    def _about(self, turn: int) -> tuple[str, str, int, int]:
        """How events name it: the last part is its threshold."""
        return (self._owner.instance, self.phase, turn, self.k)


def shuffled(names: tuple[str, ...], number: int) -> tuple[str, ...]:
    """The names in the order that a coin gives: Fisher and Yates from its 256 bits, the same at all parties."""
    deck, rest = list(names), number
    for last in range(len(deck) - 1, 0, -1):
        rest, pick = divmod(rest, last + 1)
        if rest < 1 << 64:
            rest = (rest * 0x9E3779B97F4A7C15 + number) & (1 << 256) - 1  # stretch what is left for long lists
        deck[last], deck[pick] = deck[pick], deck[last]
    return tuple(deck)
