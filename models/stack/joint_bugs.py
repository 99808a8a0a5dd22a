# ruff: noqa: D102 - the class says what is wrong with its one method
"""Known bugs of the joints between layers: each layer keeps its promises, and the whole breaks one."""

from models import smartsearch, veriflow
from models.agentflow import Attempt, StepGiven
from models.stack.anchor_ledger import AnchorLedger
from models.stack.anchors import Offer
from models.stack.backpressure import Budget, Places
from models.stack.checkpoint_objects import ObjectCheckpoints
from models.stack.documents_flow import DocumentWork
from models.stack.flow_line import LinedWorker
from models.stack.front import StackApi
from models.stack.gpu_engine import GpuEngine, owner_of
from models.stack.ports import Clocked, Generated
from models.stack.questions_flow import RESULTS, QuestionOrder, QuestionWork, Sources, StepOrder
from models.stack.rollouts_flow import RolloutWork
from sim import Caller, Refused, Timeout

TRIES = 3
VECTORS = "vectors/"
FIRST = 1
"""The version that engines begin with: a plan of it changes none."""


class KeyPerAttempt(LinedWorker):
    """Makes up a new key whenever it tries again, so nobody below knows a repeat."""

    def key(self, given: StepGiven) -> str:
        return f"{given.key}#{given.token.attempt}"


class AcceptsFirst(StackApi):
    """Has a document accepted, and keeps its text afterwards."""

    async def take_in(self, caller: Caller, asked: smartsearch.Submit) -> None:
        await self.accept(caller, asked)
        await self.keep_text(asked)


class RetriesEverywhere(QuestionWork):
    """Tries again at the port, and the step that called it is tried again too."""

    async def ask_model(self, attempt: Attempt, part: StepOrder) -> Generated:
        for _ in range(TRIES - 1):
            try:
                return await super().ask_model(attempt, part)
            except (Refused, Timeout):
                continue
        return await super().ask_model(attempt, part)


class NoRetryBudget(Budget):
    """Tries again however much of what is called is that already."""

    def allows_retry(self) -> bool:
        return True


class DeadlineRestarts(QuestionWork):
    """Gives every step the whole time anew."""

    def left(self, order: QuestionOrder, spent: int) -> int:  # noqa: ARG002 - what is spent is not looked at
        return order.left


class HidesDegraded(QuestionWork):
    """Drops what the layers below said of the answer."""

    def tags(self, sources: Sources, said: Generated) -> tuple[str, ...]:  # noqa: ARG002 - that is the bug
        return ()


class CacheOverTenants(QuestionWork):
    """Knows a retrieval again by its question, whoever asks."""

    def cache_key(self, order: QuestionOrder) -> tuple[str, str]:
        return "", order.question


class LeaseApart(DocumentWork):
    """Goes on though the claim is somebody else's by now: two runs announce one document."""

    def heed(self, refusal: Refused) -> None:
        """Nothing."""


class CitesPending(QuestionWork):
    """Finds documents where their vectors are kept, whether or not they are published."""

    async def find(self, attempt: Attempt, order: QuestionOrder, clocked: Clocked) -> list[tuple[int, int]]:
        kept = await self.objects(attempt).list(clocked.now("vectors"), order.tenant, VECTORS)
        named = sorted((int(doc), int(number)) for doc, number in (key.split("/")[1:] for key in kept))
        return named[-RESULTS:]


class QueuesUnbounded(Places):
    """Turns nobody away."""

    def take(self) -> bool:
        return True


class SecondLedger(GpuEngine):
    """Counts the memory that it uses by itself."""

    async def hold(self, epoch: int) -> veriflow.Row:
        home = self.wiring.cluster_places.agents[0]
        return veriflow.Row("", home, 1, 0, owner_of(self.name, epoch), 0, self.wiring.settings.engine_memory)


class AckBeforeApply(ObjectCheckpoints):
    """Takes a checkpoint for kept when it was sent to the store."""

    async def keep(self, ask: veriflow.PutCheckpoint) -> None:
        self.spawn(super().keep(ask))


class CompensatesLate(RolloutWork):
    """Asks whether the swap is in force, and has nothing to undo if it is not: it may come yet."""

    async def must_go_back(self, attempt: Attempt, release: int) -> bool:
        return await self.plan(attempt, FIRST) == release


class TrustsRoot(AnchorLedger):
    """Believes whoever offers a root."""

    def is_certified(self, offer: Offer) -> bool:  # noqa: ARG002 - that is the bug
        return True
