"""The layers in one line each: who kept its promises, and who, from the bottom up, broke one first."""

from models.stack.board import Board
from sim import Check, RunRecord, Verdict


class FirstBroken(Check):
    """Every layer kept its own promises. If not, the lowest that broke one is named first: it may be why others did."""

    name = "layers"

    def __init__(self, board: Board) -> None:
        self._board = board

    def conclude(self, record: RunRecord) -> Verdict:  # noqa: ARG002 - the layers have looked at it
        """What the layers' promises came to."""
        broken = self._board.broken()
        if not broken:
            return Verdict(self.name, "pass", "every layer kept its own promises", because=self._board.told())
        first = broken[0]
        layer = first.check.partition("/")[0]
        below = self._board.kept_below(layer)
        said = f"{' and '.join(below)} kept all promises; " if below else ""
        said += f"{layer} is the lowest layer that broke one: {first.check}: {first.detail}"
        return Verdict(self.name, "fail", said, at_ns=first.at_ns, because=self._board.told())
