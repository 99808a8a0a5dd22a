"""Asynchronous Byzantine agreement: broadcasts, coins, binary and multivalued agreement, and a log on top of them.

Whoever agrees on something of his own takes `Party` with a `Service` of his own, and the promises `CHECKS`.
"""

from models.bft.invariants import CHECKS
from models.bft.messages import Input
from models.bft.model import MODEL
from models.bft.parts import Parts
from models.bft.party import Party
from models.bft.protocol import WINDOW, Protocol
from models.bft.services import Service, make_root, propose
from models.bft.settings import Settings

__all__ = [
    "CHECKS",
    "MODEL",
    "WINDOW",
    "Input",
    "Parts",
    "Party",
    "Protocol",
    "Service",
    "Settings",
    "make_root",
    "propose",
]
