"""RFID-MoE: how many ranks groups of experts deserve, and what an answer is worth when their shards are lost.

Compression: `experts`, `spectrum`, `grouping`, `allocation`, `basis`, `residual`, `experiments` (numpy, inside of
functions). Serving: the simulated rest, in whole numbers.
"""

from models.rfid_moe.model import MODEL

__all__ = ["MODEL"]
