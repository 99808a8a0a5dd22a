"""SmartSearch: fault-tolerant ingestion and semantic retrieval on a partitioned, replicated log."""

from models.smartsearch.model import MODEL

__all__ = ["MODEL"]
