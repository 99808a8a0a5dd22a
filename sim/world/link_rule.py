"""What can happen to a message on a link beside taking time: one rule, and what it draws for each message."""

from dataclasses import dataclass

import msgspec

from sim.world.distributions import Distribution, Exponential
from sim.world.message import Message
from sim.world.streams import Stream
from sim.world.units import CERTAIN, MILLION, MS, SECOND

ENCODER = msgspec.msgpack.Encoder(order="deterministic")
_U32 = 0xFFFFFFFF


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
    """A rule with its stream for one link. Each effect takes one word a message, whatever became of the message."""

    __slots__ = ("_latency", "_stream", "rule")

    def __init__(self, rule: LinkRule, stream: Stream) -> None:
        self.rule = rule
        self._stream = stream
        self._latency = rule.latency

    def apply(self, frame: Frame) -> None:
        """Let the rule act on a frame."""
        rule = self.rule
        if rule.factor_ppm != MILLION:
            frame.delay = frame.delay * rule.factor_ppm // MILLION
        if self._latency is not None:
            frame.delay += self._latency.draw(self._stream)
        if rule.loss and self._happens(rule.loss) is not None:
            frame.lost = True
        if rule.duplicate:
            self._duplicate(frame)
        if rule.reorder:
            self._reorder(frame)
        if rule.corrupt:
            self._corrupt(frame)
        if rule.replay:
            self._replay(frame)
        if rule.bandwidth:
            frame.bandwidth = min(frame.bandwidth or rule.bandwidth, rule.bandwidth)

    def _happens(self, ppb: int) -> int | None:
        """32 random bits if something of probability `ppb` happens, else None; one word either way."""
        word = self._stream.word()
        return word & _U32 if (word >> 32) * CERTAIN >> 32 < ppb else None

    def _duplicate(self, frame: Frame) -> None:
        bits = self._happens(self.rule.duplicate)
        if bits is not None:
            frame.copies.append(frame.delay + (self.rule.window * bits >> 32))

    def _reorder(self, frame: Frame) -> None:
        bits = self._happens(self.rule.reorder)
        if bits is not None:
            frame.delay += self.rule.window * bits >> 32

    def _corrupt(self, frame: Frame) -> None:
        bits = self._happens(self.rule.corrupt)
        if bits is not None:
            frame.corrupt = bits
            frame.checksum = self.rule.checksum

    def _replay(self, frame: Frame) -> None:
        bits = self._happens(self.rule.replay)
        if bits is not None:
            frame.copies.append(frame.delay + self.rule.age.at(bits))


def garble(message: Message, bits: int) -> Message | None:
    """`message` with one bit of its encoding flipped, or None if that is no message of its type any more."""
    raw = bytearray(ENCODER.encode(message))
    place = bits % (len(raw) * 8)
    raw[place // 8] ^= 1 << place % 8
    try:
        return msgspec.msgpack.decode(bytes(raw), type=type(message))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
