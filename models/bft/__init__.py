"""Asynchronous Byzantine agreement: broadcasts, coins, binary and multivalued agreement, and a log on top of them."""

from models.bft.model import MODEL

__all__ = ["MODEL"]
