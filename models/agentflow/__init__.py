"""AgentFlow: event-sourced workflows with durable histories, retries, timeouts, leases and compensation.

An application on the engine takes `deploy` (store, deciders and workers on nodes), `Program` with its flows and
activities, `EngineSettings`, `EngineParts` and the promises `ENGINE_CHECKS`.
"""

from models.agentflow.attempt import ActivityFailed, Attempt
from models.agentflow.decider import Decider
from models.agentflow.dispatch import Dispatch
from models.agentflow.engine import deploy, roles_of, workers_of
from models.agentflow.events import Attempted, Effect, ReadBack, Recorded
from models.agentflow.flow import ContinueAs, Flow, FlowFailure, Promise, StepFailure
from models.agentflow.history import (
    Compensated,
    Completed,
    Failed,
    Policy,
    Started,
    StepCompleted,
    StepFailed,
    StepScheduled,
    StepStarted,
    StepTimedOut,
)
from models.agentflow.invariants import ENGINE_CHECKS
from models.agentflow.landmarks import LANDMARKS
from models.agentflow.ledger import Ledger
from models.agentflow.messages import (
    CLOSED,
    CONFLICT,
    Cancel,
    Decided,
    DecisionGiven,
    GetHistory,
    GetResult,
    Heartbeat,
    Outcome,
    PollDecision,
    PollStep,
    Signal,
    Start,
    StepDone,
    StepError,
    StepGiven,
)
from models.agentflow.model import MODEL
from models.agentflow.parts import EngineParts
from models.agentflow.port import Port
from models.agentflow.program import Program
from models.agentflow.service import Do, Served, Service
from models.agentflow.settings import EngineSettings, Settings
from models.agentflow.store import Store
from models.agentflow.worker import Worker

__all__ = [
    "CLOSED",
    "CONFLICT",
    "ENGINE_CHECKS",
    "LANDMARKS",
    "MODEL",
    "ActivityFailed",
    "Attempt",
    "Attempted",
    "Cancel",
    "Compensated",
    "Completed",
    "ContinueAs",
    "Decided",
    "Decider",
    "DecisionGiven",
    "Dispatch",
    "Do",
    "Effect",
    "EngineParts",
    "EngineSettings",
    "Failed",
    "Flow",
    "FlowFailure",
    "GetHistory",
    "GetResult",
    "Heartbeat",
    "Ledger",
    "Outcome",
    "Policy",
    "PollDecision",
    "PollStep",
    "Port",
    "Program",
    "Promise",
    "ReadBack",
    "Recorded",
    "Served",
    "Service",
    "Settings",
    "Signal",
    "Start",
    "Started",
    "StepCompleted",
    "StepDone",
    "StepError",
    "StepFailed",
    "StepFailure",
    "StepGiven",
    "StepScheduled",
    "StepStarted",
    "StepTimedOut",
    "Store",
    "Worker",
    "deploy",
    "roles_of",
    "workers_of",
]
