r"""Text of users on its way into a page: what cannot be seen is written out, and what is endless is cut.

Escaping for HTML and for JSON is done at the door of the page (`document`); here signs that would change how a line is
read, or that no file can hold, become something visible: ``\u202e`` for a right-to-left override.
"""

import unicodedata

TEXT_MAX = 240
"""Characters of a name or a value that are shown."""

_INVISIBLE = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
_KEPT_IN_LINES = frozenset("\n\t")


def visible(value: object, most: int = TEXT_MAX) -> str:
    """A value as one line of text that shows all it holds, at most `most` characters of it and how many there are."""
    return _cut(_written_out(str(value), frozenset()), most)


def brief(value: object, most: int) -> str:
    """The beginning of a value, where the rest matters less."""
    text = _written_out(str(value)[: most + 1], frozenset())
    return text if len(text) <= most else f"{text[: most - 1]}…"


def visible_lines(text: str, most: int = 40_000) -> str:
    """A text of several lines; its line ends and tabs stay."""
    return _cut(_written_out(text, _KEPT_IN_LINES), most)


def _written_out(text: str, kept: frozenset[str]) -> str:
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        f"\\u{ord(sign):04x}" if unicodedata.category(sign) in _INVISIBLE and sign not in kept else sign
        for sign in text
    )


def _cut(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    half = (most - 24) // 2
    return f"{text[:half]} … {text[-half:]} ({len(text):,} characters)"
