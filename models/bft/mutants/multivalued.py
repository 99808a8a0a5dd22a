# ruff: noqa: D102 - the class says what is wrong with its one method
"""Known bugs of multivalued agreement: each class overrides one rule of a part."""

from models.bft.ckps import Ckps
from models.bft.messages import Key
from models.bft.pmvba import Pmvba
from models.bft.vaba import Vaba


class AnyValue(Ckps):
    """Signs values without looking at them."""

    def may_sign_value(self, sender: str, value: bytes) -> bool:  # noqa: ARG002
        return True


class LateStop(Vaba):
    """Tosses first, and gives up the promotions only when the leader is known."""

    def stop_and_toss(self) -> None:
        self.coin.release(self.view)


class NoLock(Vaba):
    """Signs any valid value, whatever is locked."""

    def unlocks(self, value: bytes, key: Key | None) -> bool:  # noqa: ARG002
        return True


class WaitsForTwo(Pmvba):
    """Recommends once it has heard two proofs."""

    def may_recommend(self) -> bool:
        return len(self.proofs) >= 2


class SilentAfter(Pmvba):
    """Answers nobody once it has decided."""

    def may_answer(self) -> bool:
        return not self._decided
