"""Modelled sizes of messages: a header, values of l bits, λ bits for each digest, signature or threshold certificate.

A certificate that lists its signatures is as many λ long as it lists, and so are the shares that prove a coin; where
signatures are threshold signatures, one proves either. Vectors of bits are as long as they are; numbers, names and
flags are part of the header. So the bits of a run are a linear function of l and λ, and are kept as one.
"""

import msgspec

from models.bft.messages import Body, PbShare, SkipShare, Toss
from sim.agreement import Certificate, Share

HEADER = 64
LAMBDA = 256


class Size(msgspec.Struct, frozen=True):
    """What messages hold together: `messages` headers, `tokens` times λ, `values` times l, and `vector` bits."""

    messages: int = 0
    tokens: int = 0
    values: int = 0
    vector: int = 0

    def __add__(self, other: "Size") -> "Size":
        return Size(
            self.messages + other.messages,
            self.tokens + other.tokens,
            self.values + other.values,
            self.vector + other.vector,
        )

    def __mul__(self, copies: int) -> "Size":
        return Size(self.messages * copies, self.tokens * copies, self.values * copies, self.vector * copies)

    def bits(self, value_bits: int, token_bits: int = LAMBDA) -> int:
        """All of it, for values of l = `value_bits` and λ = `token_bits`."""
        return HEADER * self.messages + token_bits * self.tokens + value_bits * self.values + self.vector


ONE_SHARE = Size(1, 1)


def size_of(instance: str, body: Body, *, listed: bool = False) -> Size:
    """The size of one message; `listed` if certificates list their signatures.

    CKPS01's vectors travel like values, in instances of their own: `1/c-n3`.
    """
    if isinstance(body, (PbShare, Toss, SkipShare)):
        return ONE_SHARE  # the most frequent by far
    tokens, values = _count(body, listed)
    if not values or not instance.rpartition("/")[2].startswith("c-"):
        return Size(1, tokens, values, 0)
    return Size(1, tokens, 0, len(getattr(body, "value", b"")) * values)


def _count(said: object, listed: bool) -> tuple[int, int]:
    """(how often λ, how often l)."""
    if isinstance(said, Certificate):
        return len(said.shares) or 1, 0
    if isinstance(said, Share):
        return 1, 0
    if isinstance(said, tuple):
        return _sum([_count(part, listed) for part in said])
    if isinstance(said, msgspec.Struct):
        return _sum([_field(name, getattr(said, name), listed) for name in said.__struct_fields__])
    return (0, 1) if isinstance(said, bytes) and said else (0, 0)


def _field(name: str, said: object, listed: bool) -> tuple[int, int]:
    """A digest is as long as a signature, and one threshold signature shows a coin."""
    if name == "digest" or (name == "coins" and said and not listed):
        return 1, 0
    return _count(said, listed)


def _sum(counted: list[tuple[int, int]]) -> tuple[int, int]:
    return sum(tokens for tokens, _ in counted), sum(values for _, values in counted)
