"""Which layer broke first: what every layer's promises came to, in the order of the layers from the bottom up."""

from typing import TYPE_CHECKING

from sim import RunRecord, Verdict, show_ns

if TYPE_CHECKING:
    from sim.checks.history import History

ORDER = (
    "veristore",
    "metadata",
    "org-1",
    "org-2",
    "org-3",
    "org-4",
    "veriflow",
    "serving",
    "experts",
    "preload",
    "smartsearch",
    "agentflow",
    "agreement",
)
"""From the bottom up: a layer may blame those before it."""

LONG = ("ask", "train")
"""Verbs of clients that take as long as what they ask for: runs of several steps, tried again one by one, and jobs."""


class Board:
    """The verdicts of one run, by layer, as they are concluded."""

    def __init__(self) -> None:
        self._verdicts: dict[str, list[Verdict]] = {}
        self._history: History | None = None

    def history(self, record: RunRecord) -> "History":
        """What clients did that is over as soon as all layers have answered once: not runs and jobs."""
        if self._history is None:
            kept = [op for op in record.history if op.f not in LONG]
            self._history = record.history if len(kept) == len(record.history) else type(record.history)(kept)
        return self._history

    def note(self, layer: str, verdict: Verdict) -> None:
        """A promise of a layer was judged."""
        self._verdicts.setdefault(layer, []).append(verdict)

    def broken(self) -> list[Verdict]:
        """The first violation of every layer that has one, the lowest layer first."""
        return [first for layer in ORDER if (first := self._first(layer)) is not None]

    def kept_below(self, layer: str) -> list[str]:
        """The layers below one that kept their promises, from the bottom up."""
        below = ORDER[: ORDER.index(layer)]
        return [name for name in below if name in self._verdicts and self._first(name) is None]

    def told(self) -> tuple[str, ...]:
        """A line for each layer: whether it kept its promises, or which it broke first and when."""
        lines = []
        for layer in ORDER:
            first = self._first(layer)
            if layer not in self._verdicts:
                continue
            if first is None:
                lines.append(f"{layer} kept its {len(self._verdicts[layer])} promises")
            else:
                at = "" if first.at_ns is None else f" at {show_ns(first.at_ns)}"
                lines.append(f"{layer} broke {first.check.rpartition('/')[2]}{at}: {first.detail}")
        return tuple(lines)

    def _first(self, layer: str) -> Verdict | None:
        failed = [verdict for verdict in self._verdicts.get(layer, ()) if verdict.status == "fail"]
        return min(failed, key=lambda one: (one.at_ns is None, one.at_ns or 0), default=None)
