"""Searching: every row of the tenant's READY documents is scored; the best chunk speaks for its document."""

from collections.abc import Iterable, Iterator
from typing import Protocol

from models.smartsearch.ingestion.embedding import Embedding, Query, unpack


class Rows(Protocol):
    """What can be searched."""

    def found(self) -> Iterable[int]:
        """Documents that may be found."""
        ...

    def staged(self) -> Iterable[int]:
        """Documents of which there is any row."""
        ...

    def tenant(self, doc: int) -> str:
        """Whose it is."""
        ...

    def live_rows(self, doc: int) -> Iterable[tuple[int, bytes]]:
        """(version, row) of the chunks that may be found."""
        ...

    def all_rows(self, doc: int) -> Iterable[tuple[int, bytes]]:
        """(version, row) of all chunks that there are, of any attempt."""
        ...


class Retrieval:
    """Exact nearest neighbours by cosine, in integers."""

    def __init__(self, rows: Rows, embedding: Embedding) -> None:
        self._rows = rows
        self._embedding = embedding

    def search(self, tenant: str, text: str, k: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Ids and scores of the `k` best; equal scores in order of the ids. Raises ValueError for k < 1."""
        if k < 1:
            raise ValueError(f"k: expected at least 1, found {k}")
        queries: dict[int, Query] = {}
        ranked: list[tuple[int, int]] = []
        for doc, rows in self.visible():
            best = None
            for version, row in rows:
                asked = self.query_version(version)
                if asked not in queries:
                    queries[asked] = Query(self._embedding.vector(text, asked))
                here = queries[asked].score(unpack(row))
                best = here if best is None or here > best else best
            if best is not None:
                ranked.append((-best, doc))
        ranked.sort()
        picked = self.pick(ranked, tenant, k)
        return tuple(doc for _, doc in picked), tuple(-minus for minus, _ in picked)

    def visible(self) -> Iterator[tuple[int, Iterable[tuple[int, bytes]]]]:
        """Documents and the rows that they can be found by: those of the published attempt."""
        for doc in self._rows.found():
            yield doc, self._rows.live_rows(doc)

    def query_version(self, version: int) -> int:
        """The version that a query is embedded under to be compared with a row of this version."""
        return version

    def pick(self, ranked: list[tuple[int, int]], tenant: str, k: int) -> list[tuple[int, int]]:
        """The `k` best of the tenant's."""
        return [one for one in ranked if self._rows.tenant(one[1]) == tenant][:k]
