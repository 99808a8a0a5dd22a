"""RFID-MoE: how many ranks groups of experts deserve, and what an answer is worth when their shards are lost.

Compression: `experts`, `spectrum`, `grouping`, `allocation`, `basis`, `residual`, `experiments` (numpy, inside of
functions). Serving: the simulated rest, in whole numbers.
"""

from models.rfid_moe.dispatcher import Dispatcher
from models.rfid_moe.events import Answered, Asked, Taken
from models.rfid_moe.ladder import LEFT_OUT, NEXT_BEST, SHADOWED
from models.rfid_moe.messages import Generate, Generated
from models.rfid_moe.model import MODEL, places_of
from models.rfid_moe.parts import Parts
from models.rfid_moe.settings import Settings

__all__ = [
    "LEFT_OUT",
    "MODEL",
    "NEXT_BEST",
    "SHADOWED",
    "Answered",
    "Asked",
    "Dispatcher",
    "Generate",
    "Generated",
    "Parts",
    "Settings",
    "Taken",
    "places_of",
]
