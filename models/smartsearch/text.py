"""Texts of the workload: words by Zipf's law over a known vocabulary, in paragraphs."""

from bisect import bisect_right
from functools import cache
from itertools import accumulate

from models.smartsearch.ingestion.embedder import POISONED
from sim import Stream

WORDS = 300
_ONSETS = ("b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z", "st", "tr", "br", "pl")
_VOWELS = ("a", "e", "i", "o", "u", "ai", "ou")


@cache
def vocabulary() -> tuple[str, ...]:
    """The words, most frequent first: the same in every run."""
    draws, words = Stream(0, "smartsearch", "vocabulary"), dict[str, None]()
    while len(words) < WORDS:
        syllables = range(draws.between(1, 3))
        words["".join(draws.choice(_ONSETS) + draws.choice(_VOWELS) for _ in syllables)] = None
    return tuple(words)


@cache
def _sums() -> tuple[int, ...]:
    """Zipf's weights of the words, summed up."""
    return tuple(accumulate(100_000 // (rank + 1) for rank in range(WORDS)))


def words(draws: Stream, count: int) -> str:
    """So many words."""
    known, sums = vocabulary(), _sums()
    return " ".join(known[bisect_right(sums, draws.below(sums[-1]))] for _ in range(count))


def document(draws: Stream, paragraphs_max: int, *, poisoned: bool) -> str:
    """One to `paragraphs_max` paragraphs."""
    paragraphs = [words(draws, draws.between(20, 90)) for _ in range(draws.between(1, paragraphs_max))]
    if poisoned:
        paragraphs.append(POISONED)
    return "\n\n".join(paragraphs)


def query(draws: Stream) -> str:
    """One to three words."""
    return words(draws, draws.between(1, 3))
