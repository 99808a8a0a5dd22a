# ruff: noqa: D102 - the class says what is wrong with its one method
"""Known bugs of the joints between layers: each layer keeps its promises, and the whole breaks one."""

from models import smartsearch
from models.agentflow import Attempt, StepGiven
from models.stack.anchor_ledger import AnchorLedger
from models.stack.anchors import Offer
from models.stack.backpressure import Budget
from models.stack.documents_flow import DocumentWork
from models.stack.flow_line import LinedWorker
from models.stack.front import StackApi
from models.stack.ports import Generated
from models.stack.questions_flow import QuestionOrder, QuestionWork, Sources, StepOrder
from sim import Caller, Refused, Timeout

TRIES = 3


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


class TrustsRoot(AnchorLedger):
    """Believes whoever offers a root."""

    def is_certified(self, offer: Offer) -> bool:  # noqa: ARG002 - that is the bug
        return True
