"""VeriStore: a crash-consistent key-value engine, and an object store on it.

Whoever composes a system of it takes `StoreMachine`, which any replicated log can drive, `StoreClient` with a `Port` of
its own, and the promises about values and objects.
"""

from models.veristore.client_landmarks import OBJECT_LANDMARKS
from models.veristore.clients.client import VERBS, StoreClient
from models.veristore.clients.port import Port
from models.veristore.clients.settings import ClientSettings
from models.veristore.invariants.of_clients import KV_CHECKS, object_checks
from models.veristore.machine.clock import LogicalClock
from models.veristore.machine.commands import Command, Tick, encode_command
from models.veristore.machine.parts import MachineParts
from models.veristore.machine.questions import Question, encode_question
from models.veristore.machine.replica import StoreMachine
from models.veristore.machine.replies import Reply, decode_reply
from models.veristore.machine.view import Change, Draft
from models.veristore.model import MODEL
from models.veristore.object_events import events_of
from models.veristore.parts import Parts

__all__ = [
    "KV_CHECKS",
    "MODEL",
    "OBJECT_LANDMARKS",
    "VERBS",
    "Change",
    "ClientSettings",
    "Command",
    "Draft",
    "LogicalClock",
    "MachineParts",
    "Parts",
    "Port",
    "Question",
    "Reply",
    "StoreClient",
    "StoreMachine",
    "Tick",
    "decode_reply",
    "encode_command",
    "encode_question",
    "events_of",
    "object_checks",
]
