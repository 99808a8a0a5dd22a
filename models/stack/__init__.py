"""Layers composed: the only package of models that imports others, by their public names, and adds no protocol.

`models.stack:REPLICATED_STORE` is VeriStore's machine on Raft's log.
"""

from models.stack.replicated_store import REPLICATED_STORE

MODEL = REPLICATED_STORE

__all__ = ["MODEL", "REPLICATED_STORE"]
