"""What the orchestrator is built from. A mutant puts a subclass that overrides one rule in the place of one part."""

from dataclasses import dataclass

from models.veriflow.admission import Admission, Backoff, Clearance
from models.veriflow.agent import Duties
from models.veriflow.api import Front, Naming
from models.veriflow.binding import Binding, Nominations, Numbering
from models.veriflow.board import Board
from models.veriflow.checkpoint import Gate
from models.veriflow.collector import Collector
from models.veriflow.controller import Triggers
from models.veriflow.finishing import Finishing, Transitions
from models.veriflow.informer import Informer
from models.veriflow.job_controller import JobController
from models.veriflow.ledger import Ledger
from models.veriflow.node_controller import NodeController
from models.veriflow.picking import Picking
from models.veriflow.placement import GangRule
from models.veriflow.preemption import Preemption
from models.veriflow.queue_quota import Quota
from models.veriflow.registry import Registry
from models.veriflow.runtime import Workload
from models.veriflow.scheduler import Steps
from models.veriflow.victims import Victims


@dataclass(frozen=True)
class Parts:
    """The class of every part: of the store's machine, of fronts, loops, agents, runtimes and checkpoints."""

    ledger: type[Ledger] = Ledger
    quota: type[Quota] = Quota
    backoff: type[Backoff] = Backoff
    clearance: type[Clearance] = Clearance
    admission: type[Admission] = Admission
    gang_rule: type[GangRule] = GangRule
    numbering: type[Numbering] = Numbering
    nominations: type[Nominations] = Nominations
    binding: type[Binding] = Binding
    transitions: type[Transitions] = Transitions
    victims: type[Victims] = Victims
    finishing: type[Finishing] = Finishing
    registry: type[Registry] = Registry
    naming: type[Naming] = Naming
    front: type[Front] = Front
    informer: type[Informer] = Informer
    board: type[Board] = Board
    picking: type[Picking] = Picking
    preemption: type[Preemption] = Preemption
    steps: type[Steps] = Steps
    triggers: type[Triggers] = Triggers
    job_controller: type[JobController] = JobController
    node_controller: type[NodeController] = NodeController
    collector: type[Collector] = Collector
    duties: type[Duties] = Duties
    workload: type[Workload] = Workload
    gate: type[Gate] = Gate
