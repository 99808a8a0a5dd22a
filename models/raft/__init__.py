"""Raft: a replicated key-value machine with elections, replication, linearizable reads and client sessions."""

from models.raft.model import MODEL

__all__ = ["MODEL"]
