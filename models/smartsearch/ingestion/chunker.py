"""The chunker: a pure function from a text to its chunks. Chunk n of a text is the same for ever."""

from collections.abc import Sequence

CHUNK_MAX = 2000
"""Characters."""


class Chunker:
    """Splits at blank lines, packs paragraphs greedily, and cuts longer ones at the last space before the limit."""

    def chunks(self, text: str) -> tuple[str, ...]:
        """The chunks in order; at least one."""
        packed: list[str] = []
        for paragraph in self.paragraphs(text):
            for piece in _pieces(paragraph):
                if packed and len(packed[-1]) + 2 + len(piece) <= CHUNK_MAX:
                    packed[-1] += "\n\n" + piece
                else:
                    packed.append(piece)
        return tuple(packed) or ("",)

    def paragraphs(self, text: str) -> Sequence[str]:
        """What stands between blank lines, in order."""
        return [paragraph.strip() for paragraph in text.split("\n\n") if paragraph.strip()]


def _pieces(paragraph: str) -> Sequence[str]:
    pieces = []
    while len(paragraph) > CHUNK_MAX:
        at = paragraph.rfind(" ", 0, CHUNK_MAX)
        at = CHUNK_MAX if at <= 0 else at
        pieces.append(paragraph[:at].rstrip())
        paragraph = paragraph[at:].lstrip()
    return [*pieces, paragraph]
