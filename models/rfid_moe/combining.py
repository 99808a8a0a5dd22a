"""What the parts of a step add up to: terms in the order of the ranking, weights of those who answered, a
certificate.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from models.rfid_moe.bank import Bank
from models.rfid_moe.compression import Release
from models.rfid_moe.events import Used
from models.rfid_moe.ladder import LEFT_OUT, LOSSY, Target
from models.rfid_moe.quality import Term, Vector, bound, combined, shared_out
from models.rfid_moe.shards import SHADOW


@dataclass(frozen=True)
class Result:
    """One expert's part of a sum: which pair it was computed for, by whom, in which part, and what it said."""

    wanted: int
    target: Target
    number: int
    output: Vector


@dataclass(frozen=True)
class Sum:
    """A token's output at a layer: what went into it, a bound of its error, and the rungs that lost something."""

    terms: tuple[Used, ...]
    output: Vector
    bound: int
    lossy: tuple[int, ...]


class Combiner:
    """Adds up results."""

    def __init__(self, bank: Bank, releases: dict[int, Release]) -> None:
        self._bank = bank
        self._releases = releases

    def sum_up(self, layer: int, token: int, phase: int, results: Sequence[Result], left_out: bool) -> Sum:
        """Of the results of one token, at least one. `left_out`: it wants an expert of whom there is nothing."""
        ordered = self.order(layer, token, phase, results)
        ranking = self._bank.router.ranking(layer, token, phase)
        gates = self._bank.router.gates(layer, token)
        scores = [gates[ranking.index(one.target.expert)] for one in ordered]
        weights = self.weights(scores, gates[: self._bank.shape.top])
        output = combined(weights, [one.output for one in ordered])
        terms = tuple(
            Used(
                one.wanted, one.target.expert, one.target.kind, one.target.release, weight, one.target.rung, one.number
            )
            for one, weight in zip(ordered, weights, strict=True)
        )
        lossy = {term.rung for term in terms if term.rung >= LOSSY}
        if left_out:
            lossy.add(LEFT_OUT)
        return Sum(terms, output, self._bound(layer, token, phase, terms) if lossy else 0, tuple(sorted(lossy)))

    def order(self, layer: int, token: int, phase: int, results: Sequence[Result]) -> list[Result]:
        """By the ranking of who is used: the order of the full model, whoever answered first."""
        ranking = self._bank.router.ranking(layer, token, phase)
        return sorted(results, key=lambda one: ranking.index(one.target.expert))

    def weights(self, scores: Sequence[int], full: Sequence[int]) -> tuple[int, ...]:  # noqa: ARG002 - a mutant asks
        """Gate weights of those who answered, in sum UNIT."""
        return shared_out(scores)

    def _bound(self, layer: int, token: int, phase: int, terms: Sequence[Used]) -> int:
        bank, wanted = self._bank, dict(self._bank.wanted(layer, token, phase))
        used = [
            Term(term.weight, wanted.pop(term.expert, 0), bank.norm(layer, term.expert), self._certified(layer, term))
            for term in terms
        ]
        missing = [Term(0, weight, bank.norm(layer, expert), 0) for expert, weight in wanted.items()]
        return bound([*used, *missing], bank.length(layer, token), bank.shape.rows)

    def _certified(self, layer: int, term: Used) -> int:
        if term.kind != SHADOW:
            return 0
        return self._releases[term.release].certificate(layer, term.expert).norm

    def tags(self, request: Sequence[int], lossy: Sequence[int]) -> tuple[int, ...]:
        """What a request has to say of itself, after one more token."""
        return tuple(sorted({*request, *lossy}))
