"""Veriflow: a Kubernetes-style orchestrator of GPU jobs, with one ledger of who may use which GPU.

Whoever composes a system of it takes `MODEL.build` with `Parts` of its own, `places_of` for who is who, `Checkpoints`
to put another in its place, what is said to fronts and runtimes, and the promises of `MODEL.checks`.
"""

from models.veriflow.agent import Agent
from models.veriflow.api import CONFLICT_409, Api, spec_digest
from models.veriflow.checkpoint import Checkpoints
from models.veriflow.commands import ClaimShared, Reply, Unclaim
from models.veriflow.controller import Controller
from models.veriflow.events import (
    Answered,
    Bound,
    CheckpointTaken,
    Claimed,
    EpochBegan,
    Fact,
    JobState,
    ProcessStarted,
    ProcessStopped,
    Released,
    Turned,
)
from models.veriflow.ledger import MEMORY, NO_DEVICE, OTHER_CLAIM, TAKEN, Ledger, Row
from models.veriflow.machine import Machine
from models.veriflow.messages import (
    BEHIND,
    CancelAsk,
    Do,
    Fence,
    JobSeen,
    ListAll,
    Listed,
    Newest,
    PutCheckpoint,
    StatusAsk,
    SubmitJob,
    TableAsk,
)
from models.veriflow.model import MODEL
from models.veriflow.objects import SUCCEEDED, TERMINAL, Claim, JobSpec
from models.veriflow.parts import Parts
from models.veriflow.places import Places, others, places_of
from models.veriflow.runtime import Runtime
from models.veriflow.settings import Settings
from models.veriflow.store import Store

__all__ = [
    "BEHIND",
    "CONFLICT_409",
    "MEMORY",
    "MODEL",
    "NO_DEVICE",
    "OTHER_CLAIM",
    "SUCCEEDED",
    "TAKEN",
    "TERMINAL",
    "Agent",
    "Answered",
    "Api",
    "Bound",
    "CancelAsk",
    "CheckpointTaken",
    "Checkpoints",
    "Claim",
    "ClaimShared",
    "Claimed",
    "Controller",
    "Do",
    "EpochBegan",
    "Fact",
    "Fence",
    "JobSeen",
    "JobSpec",
    "JobState",
    "Ledger",
    "ListAll",
    "Listed",
    "Machine",
    "Newest",
    "Parts",
    "Places",
    "ProcessStarted",
    "ProcessStopped",
    "PutCheckpoint",
    "Released",
    "Reply",
    "Row",
    "Runtime",
    "Settings",
    "StatusAsk",
    "Store",
    "SubmitJob",
    "TableAsk",
    "Turned",
    "Unclaim",
    "others",
    "places_of",
    "spec_digest",
]
