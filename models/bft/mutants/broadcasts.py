# ruff: noqa: D102 - the class says what is wrong with its one method
"""Known bugs of broadcasts, counting and certificates: each class overrides one rule of a part."""

from collections.abc import Iterable, Sequence

from models.bft.crypto import Crypto
from models.bft.foreseen import public_coin
from models.bft.journal import Journal
from models.bft.messages import Envelope, Input, Key
from models.bft.promotion import Promotion
from models.bft.rbc import ReliableBroadcast
from models.bft.requests import Submit
from models.bft.tally import Tally
from models.bft.vcbc import ConsistentBroadcast
from sim.agreement import Share, Tag


class LowEcho(ReliableBroadcast):
    """Is ready after f + 1 echoes."""

    def echo_threshold(self) -> int:
        return self.quorums.honest_one


class FixedEcho(ReliableBroadcast):
    """Is ready after 2f + 1 echoes, however many parties there are."""

    def echo_threshold(self) -> int:
        return self.quorums.honest_majority


class NoAmplify(ReliableBroadcast):
    """Gets ready by echoes only."""

    def amplifies(self, value: bytes) -> bool:  # noqa: ARG002
        return False


class DeliverOnEcho(ReliableBroadcast):
    """Delivers as soon as enough echoed."""

    def echoed_enough(self, value: bytes) -> None:
        super().echoed_enough(value)
        self.deliver(value)


class EchoPerValue(ReliableBroadcast):
    """Echoes every value that the leader says."""

    def may_echo_again(self, value: bytes) -> bool:  # noqa: ARG002
        return True


class CountsMessages(Tally[object]):
    """Counts messages where it should count names."""

    def add(self, source: str, said: object) -> bool:
        return super().add(f"{source} {len(self)}", said)


class PairsNotNames(Crypto):
    """Counts different (name, share) pairs."""

    def enough(self, shares: Iterable[Share], k: int) -> bool:
        return len(set(shares)) >= k


class EmptyOk(Crypto):
    """Verifies all shares that are listed, and asks for no number of them."""

    def enough(self, shares: Iterable[Share], k: int) -> bool:  # noqa: ARG002
        return True


class NoInstance(Crypto):
    """Signs without saying in which instance."""

    def tag(self, protocol: str, instance: str, phase: str, turn: int, proposer: str) -> Tag:
        return super().tag(protocol, instance.partition("/")[2], phase, turn, proposer)


class CertByValue(Crypto):
    """Signs without saying whose proposal it is."""

    def tag(self, protocol: str, instance: str, phase: str, turn: int, proposer: str) -> Tag:  # noqa: ARG002
        return super().tag(protocol, instance.partition("/")[0], phase, turn, "")


class SignsTwice(Crypto):
    """Signs once for each value, and not once for each tag."""

    def may_sign(self, tag: Tag, digest: bytes) -> bool:
        return self.signed.get(tag) != digest


class CoinByXor(Crypto):
    """Makes a coin from the first shares that came."""

    def coin(self, tag: Tag, shares: Sequence[Share], k: int) -> int | None:  # noqa: ARG002
        found = 0
        for share in shares[:k]:
            found ^= share.seal
        return None if len(shares) < k else found


class PublicCoin(Crypto):
    """Takes a hash of public data for a coin."""

    def coin(self, tag: Tag, shares: Sequence[Share], k: int) -> int | None:
        return None if super().coin(tag, shares, k) is None else public_coin(tag)


class NoQCheck(ConsistentBroadcast):
    """Signs a value without looking at it."""

    def accepts(self, promotion: Promotion, value: bytes, key: Key | None) -> bool:  # noqa: ARG002
        return True


class Unsaved(Journal):
    """Remembers nothing over a crash."""

    def remember(self, source: str, told: Envelope | Input | Submit) -> None:
        pass
