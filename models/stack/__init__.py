"""Layers composed: the only package of models that imports others, by their public names, and adds no protocol.

`MODEL` is the full stack, `models.stack:ORGANISATIONS` the same with organisations that agree on what they kept;
`models.stack:REPLICATED_STORE` is VeriStore's machine on Raft's log alone.
"""

from models.stack.model import ORGANISATIONS, STACK
from models.stack.replicated_store import REPLICATED_STORE

MODEL = STACK

__all__ = ["MODEL", "ORGANISATIONS", "REPLICATED_STORE", "STACK"]
