"""What is wrong with a file of a history: one line that says where, what was found, what was expected."""

from collections.abc import Iterable
from functools import lru_cache


class FormatError(ValueError):
    """A file that is no history, or a history that a format cannot hold.

    The message is ``line N[:column]: found, expected what[, did you mean X?]``. `line` and `column` count from 1 and
    are None where there is no place to name. `near` is a wrong word and the words that were possible.
    """

    def __init__(
        self,
        found: str,
        expected: str = "",
        line: int | None = None,
        column: int | None = None,
        near: tuple[str, Iterable[str]] | None = None,
    ) -> None:
        place = "" if line is None else f"line {line}: " if column is None else f"line {line}:{column}: "
        wanted = f", expected {expected}" if expected else ""
        super().__init__(f"{place}{found}{wanted}{_meant(*near) if near else ''}")
        self.found = found
        self.expected = expected
        self.line = line
        self.column = column


def _meant(word: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word[:40], list(known), 1, 0.5)
    return f", did you mean {near[0]}?" if near else ""


@lru_cache(1000)
def is_near(word: str, known: str) -> bool:
    """Whether a word is probably this known one, misspelt."""
    from difflib import SequenceMatcher

    return len(word) <= 2 * len(known) and SequenceMatcher(None, word, known).ratio() >= 0.6


def shown(value: object, most: int = 40) -> str:
    """A value as it may stand in a message: short, on one line."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # an integer of thousands of digits has no repr
        text = f"a huge {type(value).__name__}"
    return text if len(text) <= most else f"{text[: most - 1]}…"


DEPTH_MAX = 200
"""How deep values may nest: what follows them down is recursive."""

DIGITS_MAX = 4000
"""How many digits an integer may have: Python refuses to print longer ones."""
