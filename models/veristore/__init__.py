"""VeriStore: a crash-consistent key-value engine, and an object store on it.

Whoever composes a system of it takes `StoreMachine`, which any replicated log can drive, `StoreClient` with a `Port` of
its own, and the promises about values and objects.
"""

from models.veristore.client_events import ObjectStored
from models.veristore.client_landmarks import OBJECT_LANDMARKS
from models.veristore.clients.bodies import md5_of
from models.veristore.clients.caretaker import Caretaker
from models.veristore.clients.client import VERBS, StoreClient
from models.veristore.clients.port import Port
from models.veristore.clients.ports import accepted, done
from models.veristore.clients.reader import Reader
from models.veristore.clients.settings import ClientSettings
from models.veristore.clients.writer import Writer
from models.veristore.invariants.of_clients import KV_CHECKS, object_checks
from models.veristore.machine.clock import LogicalClock
from models.veristore.machine.commands import (
    Command,
    CommitPut,
    DeleteObject,
    IfAbsent,
    OpenPut,
    Tick,
    WriteChunk,
    encode_command,
)
from models.veristore.machine.parts import MachineParts
from models.veristore.machine.questions import Head, ListObjects, Question, encode_question
from models.veristore.machine.replica import StoreMachine
from models.veristore.machine.replies import (
    Committed,
    Denied,
    Found,
    Listed,
    Reply,
    UploadOpen,
    Written,
    decode_reply,
)
from models.veristore.machine.view import Change, Draft
from models.veristore.model import MODEL
from models.veristore.object_events import ObjectCommitted, ObjectDeleted, events_of
from models.veristore.parts import Parts

__all__ = [
    "KV_CHECKS",
    "MODEL",
    "OBJECT_LANDMARKS",
    "VERBS",
    "Caretaker",
    "Change",
    "ClientSettings",
    "Command",
    "CommitPut",
    "Committed",
    "DeleteObject",
    "Denied",
    "Draft",
    "Found",
    "Head",
    "IfAbsent",
    "ListObjects",
    "Listed",
    "LogicalClock",
    "MachineParts",
    "ObjectCommitted",
    "ObjectDeleted",
    "ObjectStored",
    "OpenPut",
    "Parts",
    "Port",
    "Question",
    "Reader",
    "Reply",
    "StoreClient",
    "StoreMachine",
    "Tick",
    "UploadOpen",
    "WriteChunk",
    "Writer",
    "Written",
    "accepted",
    "decode_reply",
    "done",
    "encode_command",
    "encode_question",
    "events_of",
    "md5_of",
    "object_checks",
]
