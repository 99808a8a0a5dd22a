"""Bugs of dispatching and adding up."""

from collections.abc import Sequence

from models.rfid_moe.combining import Combiner, Result
from models.rfid_moe.dispatch import Dispatch, Part
from models.rfid_moe.ladder import Ladder
from models.rfid_moe.messages import Computed
from models.rfid_moe.quality import UNIT


class ForgetsRenormalise(Combiner):
    """Who answered keeps the weight that it would have among all."""

    def weights(self, scores: Sequence[int], full: Sequence[int]) -> tuple[int, ...]:
        """Of all."""
        if tuple(scores) == tuple(full):
            return super().weights(scores, full)
        total = sum(full)
        return tuple(UNIT * score // total for score in scores)


class Untagged(Combiner):
    """The flag is that of the last step."""

    def tags(self, request: Sequence[int], lossy: Sequence[int]) -> tuple[int, ...]:  # noqa: ARG002
        """What came before is lost."""
        return tuple(lossy)


class NormByOrder(Combiner):
    """Experts are added in the order in which they answered."""

    def order(self, layer: int, token: int, phase: int, results: Sequence[Result]) -> list[Result]:  # noqa: ARG002
        """As they came."""
        return list(results)


class WaitsForDead(Dispatch):
    """A collective without a timeout."""

    def arm(self, part: Part) -> None:
        """Nobody watches the clock."""


class CountsLate(Dispatch):
    """A late result goes to whatever step is at hand."""

    def late(self, part: Part | None, computed: Computed) -> None:
        """It has the right slot, after all."""
        if part is None:
            return
        for pair, target, output in zip(part.pairs, part.targets, computed.outputs, strict=True):
            if pair.slot < len(self.tokens):
                self.tokens[pair.slot].results.append(Result(pair.wanted, target, part.number, output))


class DoubleCombine(Dispatch):
    """Both the first try and the second one count."""

    def counts(self, part: Part) -> bool:
        """Whoever answers in this step."""
        return part.open or (part.step, part.layer) == (self.step, self.layer)


class TopAgain(Ladder):
    """The next best expert is the best one that can be had."""

    def may_stand_in(self, expert: int, taken: tuple[int, ...]) -> bool:  # noqa: ARG002
        """Whoever it is."""
        return True
