"""Layers composed: the only package of models that imports others, by their public names, and adds no protocol.

`MODEL` is the full stack; `models.stack:REPLICATED_STORE` is VeriStore's machine on Raft's log alone.
"""

from models.stack.model import STACK
from models.stack.replicated_store import REPLICATED_STORE

MODEL = STACK

__all__ = ["MODEL", "REPLICATED_STORE", "STACK"]
