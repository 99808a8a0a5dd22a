"""What can happen to a message on a link beside taking time: one rule, and what it draws for each message."""

from dataclasses import dataclass

import msgspec

from sim.world.distributions import Distribution, Exponential
from sim.world.message import Message
from sim.world.streams import Stream
from sim.world.units import CERTAIN, MILLION, MS, SECOND

ENCODER = msgspec.msgpack.Encoder(order="deterministic")
_U32 = 0xFFFFFFFF
_TWO32 = 1 << 32


@dataclass(frozen=True, slots=True, eq=False)
class LinkRule:
    """One stackable change of links. Probabilities in ppb, times in ns; `id` names the streams it draws from.

    `factor_ppm` multiplies the latency drawn so far, `latency` is added to it. `reorder` delays by up to `window`, so
    that later messages overtake. A corrupted frame is dropped by its `checksum`; without one it is delivered with a bit
    flipped, if it still is a message of its type. `replay` lets a copy come again `age` later. `bandwidth`: bytes/s.
    """

    id: str
    latency: Distribution | None = None
    factor_ppm: int = MILLION
    loss: int = 0
    duplicate: int = 0
    reorder: int = 0
    window: int = 10 * MS
    corrupt: int = 0
    checksum: bool = True
    bandwidth: int | None = None
    replay: int = 0
    age: Distribution = Exponential(10 * SECOND)


class Frame:
    """A message passing the rules of its link: its delay so far and what befell it."""

    __slots__ = ("bandwidth", "checksum", "copies", "corrupt", "delay", "lost")

    def __init__(self, delay: int) -> None:
        self.delay = delay
        self.lost = False
        self.copies: list[int] = []
        self.corrupt: int | None = None
        self.checksum = True
        self.bandwidth = 0


class RuleOnLink:
    """A rule with its stream for one link.

    Each message takes one word of the stream, which says whether any of the rule's rare effects befalls it: mostly
    none does, and that is all. If one does, further words say which, so a rule's draws depend on nothing but itself.
    """

    __slots__ = ("_any", "_effects", "_firsts", "_steady", "_stream", "_words", "rule")

    def __init__(self, rule: LinkRule, stream: Stream) -> None:
        self.rule = rule
        self._stream = stream
        self._words = stream.words
        self._steady = int(bool(rule.latency or rule.bandwidth or rule.factor_ppm != MILLION))
        chances = (
            (rule.loss, _lose),
            (rule.duplicate, _duplicate),
            (rule.reorder, _reorder),
            (rule.corrupt, _corrupt),
            (rule.replay, _replay),
        )
        self._effects = [(ppb, effect) for ppb, effect in chances if ppb]
        self._firsts, none = _first_effects([ppb for ppb, _ in self._effects])
        self._any = (_TWO32 * (sum(self._firsts)) // (sum(self._firsts) + none)) if self._effects else 0

    def strikes(self) -> int:
        """Draw for one message: 0 if the rule leaves it alone, 1 if it does what it does to all, 2 if more."""
        words = self._words
        word = words.pop() if words else self._stream.refill()
        return 2 if word >> 32 < self._any else self._steady

    def apply(self, frame: Frame, struck: bool) -> None:
        """Let the rule act on a frame; `struck` says that one of its rare effects is among what it does."""
        rule = self.rule
        if rule.factor_ppm != MILLION:
            frame.delay = frame.delay * rule.factor_ppm // MILLION
        if rule.latency is not None:
            frame.delay += rule.latency.draw(self._stream)
        if rule.bandwidth:
            frame.bandwidth = min(frame.bandwidth or rule.bandwidth, rule.bandwidth)
        if struck:
            self._strike(frame)

    def _strike(self, frame: Frame) -> None:
        """One effect at least happens: draw the first of them, and for those behind it whether they happen too."""
        stream, at = self._stream, self._stream.below(sum(self._firsts))
        first = 0
        while at >= self._firsts[first]:
            at -= self._firsts[first]
            first += 1
        for place, (ppb, effect) in enumerate(self._effects[first:], first):
            if place == first or stream.chance(ppb):
                effect(self.rule, frame, stream.word() & _U32)


def _first_effects(chances: list[int]) -> tuple[list[int], int]:
    """For each effect a whole number in proportion to the chance that it is the first to happen; and that for none."""
    firsts, none = [], 1
    for place, ppb in enumerate(chances):
        behind = CERTAIN ** (len(chances) - place - 1)
        firsts.append(none * ppb * behind)
        none *= CERTAIN - ppb
    return firsts, none


def _lose(rule: LinkRule, frame: Frame, bits: int) -> None:  # noqa: ARG001
    frame.lost = True


def _duplicate(rule: LinkRule, frame: Frame, bits: int) -> None:
    frame.copies.append(frame.delay + (rule.window * bits >> 32))


def _reorder(rule: LinkRule, frame: Frame, bits: int) -> None:
    frame.delay += rule.window * bits >> 32


def _corrupt(rule: LinkRule, frame: Frame, bits: int) -> None:
    frame.corrupt = bits
    frame.checksum = rule.checksum


def _replay(rule: LinkRule, frame: Frame, bits: int) -> None:
    frame.copies.append(frame.delay + rule.age.at(bits))


def garble(message: Message, bits: int) -> Message | None:
    """`message` with one bit of its encoding flipped, or None if that is no message of its type any more."""
    raw = bytearray(ENCODER.encode(message))
    place = bits % (len(raw) * 8)
    raw[place // 8] ^= 1 << place % 8
    try:
        return msgspec.msgpack.decode(bytes(raw), type=type(message))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
