"""The reference index: chunks and scores by pure functions of the accepted texts, sharing no state with the system."""

from models.smartsearch.ingestion.chunker import Chunker
from models.smartsearch.ingestion.embedding import Embedding, Query


class Reference:
    """Brute force, remembered: texts and versions never change."""

    def __init__(self) -> None:
        self._chunker = Chunker()
        self._embedding = Embedding()
        self._chunks: dict[int, tuple[str, ...]] = {}
        self._vectors: dict[tuple[int, int], list[tuple[int, ...]]] = {}
        self._queries: dict[tuple[str, int], Query] = {}

    def chunks(self, doc: int, text: str) -> tuple[str, ...]:
        """The chunks of a document."""
        if doc not in self._chunks:
            self._chunks[doc] = self._chunker.chunks(text)
        return self._chunks[doc]

    def vectors(self, doc: int, text: str, version: int) -> list[tuple[int, ...]]:
        """The vectors of a document's chunks."""
        key = doc, version
        if key not in self._vectors:
            self._vectors[key] = [self._embedding.vector(chunk, version) for chunk in self.chunks(doc, text)]
        return self._vectors[key]

    def score(self, query: str, doc: int, text: str, version: int) -> int:
        """The best chunk's score."""
        key = query, version
        if key not in self._queries:
            self._queries[key] = Query(self._embedding.vector(query, version))
        return max(map(self._queries[key].score, self.vectors(doc, text, version)))
