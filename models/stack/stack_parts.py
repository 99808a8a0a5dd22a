"""What the stack is built from: the parts of every layer, and the joints that the stack itself adds."""

from dataclasses import dataclass, field

from models import agentflow, bft, llm_cache, rfid_moe, smartsearch, tyche, veriflow
from models.stack.anchor_ledger import AnchorLedger
from models.stack.backpressure import Budget, Places
from models.stack.cache_inference import CachedInference
from models.stack.checkpoint_objects import ObjectCheckpoints
from models.stack.claim_holder import HandedOverAttempt
from models.stack.devices_port import LedgerDevices
from models.stack.documents_flow import DocumentWork
from models.stack.expert_inference import ExpertInference
from models.stack.flow_line import LinedWorker
from models.stack.front import StackApi
from models.stack.functions_port import TycheFunctions
from models.stack.gpu_engine import GpuEngine
from models.stack.group_replica import GroupReplica
from models.stack.inference_port import StandInEngine, StandInInference
from models.stack.jobs_port import VeriflowJobs
from models.stack.objects_port import ReplicatedObjects
from models.stack.parts import StoreParts
from models.stack.poll_alarm import OneAlarmDispatch
from models.stack.preload_worker import PreloadWorker
from models.stack.questions_flow import QuestionWork
from models.stack.rollouts_flow import RolloutWork


@dataclass(frozen=True)
class StackParts:
    """A mutant of any layer can be planted here, and mutants of their joints."""

    store: StoreParts = StoreParts()
    search: smartsearch.Parts = smartsearch.Parts()
    flow: agentflow.EngineParts = field(default_factory=lambda: agentflow.EngineParts(dispatch=OneAlarmDispatch))
    replica: type[GroupReplica] = GroupReplica
    front: type[StackApi] = StackApi
    attempt: type[HandedOverAttempt] = HandedOverAttempt
    documents: type[DocumentWork] = DocumentWork
    questions: type[QuestionWork] = QuestionWork
    engine: type[StandInEngine] = StandInEngine
    worker: type[LinedWorker] = LinedWorker
    objects: type[ReplicatedObjects] = ReplicatedObjects
    inference: type[StandInInference] = StandInInference
    cached: type[CachedInference] = CachedInference
    jobs: type[VeriflowJobs] = VeriflowJobs
    devices: type[LedgerDevices] = LedgerDevices
    checkpoints: type[ObjectCheckpoints] = ObjectCheckpoints
    gpu_engine: type[GpuEngine] = GpuEngine
    cluster: veriflow.Parts = field(default_factory=veriflow.Parts)
    serving: llm_cache.Parts = field(default_factory=llm_cache.Parts)
    mixture: rfid_moe.Parts = field(default_factory=rfid_moe.Parts)
    experts: type[ExpertInference] = ExpertInference
    rollouts: type[RolloutWork] = RolloutWork
    preload: tyche.Parts = field(default_factory=tyche.Parts)
    preload_worker: type[PreloadWorker] = PreloadWorker
    functions: type[TycheFunctions] = TycheFunctions
    budget: type[Budget] = Budget
    places: type[Places] = Places
    ledger: type[AnchorLedger] = AnchorLedger
    agreement: bft.Parts = field(default_factory=bft.Parts)
