"""The agent: a flow that observes, asks the planner, acts, and believes nothing but what it sees on a fresh page.

    PLANNING -> OBSERVING -> ACTING -> VERIFYING -> ... -> DONE | FAILED(unreachable, blocked, budget) | UNCERTAIN

An irreversible act is a step with one attempt: it is in the history before it is tried, and nobody ever tries it again
because an answer is missing. What became of it is found out by looking, twice if need be.
"""

from models.agentflow import Flow, Policy, StepFailure
from models.patterns import RetryPolicy
from models.ui_navigator.guard import Guard
from models.ui_navigator.progress import Progress
from models.ui_navigator.settings import Settings
from models.ui_navigator.words import (
    BLOCKED,
    CLICK,
    DISABLED,
    DONE,
    ESCAPE,
    FINISH,
    SAVING,
    SUBMIT,
    WAIT,
    Act,
    Acted,
    Action,
    Ask,
    Look,
    Press,
    Row,
    Rows,
    Snap,
    Snapshot,
    Task,
    pack,
    unpack,
)
from sim import MS, SECOND

SUCCESS, UNREACHABLE, STUCK, BUDGET, UNCERTAIN = (
    "DONE",
    "FAILED(unreachable)",
    "FAILED(blocked)",
    "FAILED(budget)",
    "UNCERTAIN",
)
SEEN, ABSENT, UNKNOWN = "seen", "absent", "unknown"

PATIENT = Policy(retry=RetryPolicy(initial=300 * MS, cap=2 * SECOND, attempts=6), start_to_close=4 * SECOND)
SAVING_LOOKS = 20
ONCE = Policy(retry=RetryPolicy(attempts=1), start_to_close=10 * SECOND)


class Agent:
    """One task. Its state is what the flow's code has in its variables: a replay brings it back."""

    def __init__(self, flow: Flow, task: Task, settings: Settings, guard: Guard, progress: Progress) -> None:
        self._flow = flow
        self._task = task
        self._settings = settings
        self._guard = guard
        self._progress = progress
        self._acts = 0
        self._plans = 0
        self._recoveries = 0
        self._until = flow.now() + settings.time_max

    async def work(self) -> str:
        """To the last word."""
        if await self.look() == SEEN:
            return SUCCESS  # a former run of the same task
        while self._is_within_budget():
            try:
                snapshot = await self._observe()
                action = await self._plan(snapshot)
            except StepFailure:
                return STUCK
            last_word = await self._take(snapshot, action)
            if last_word:
                return last_word
        return BUDGET

    async def _take(self, snapshot: Snapshot, action: Action) -> str:
        """One action; the last word if this is the end."""
        if action.verb == FINISH:
            return SUCCESS if await self.is_done() else ""
        if not self._guard.allows(snapshot, action):
            return ""
        if action.verb == WAIT:
            await self.wait_for_save(snapshot)
            return ""
        if self._progress.is_circle(snapshot, action):
            return await self._recover(snapshot)
        if action.verb == CLICK and action.element == SUBMIT:
            return await self._commit(snapshot, action)
        await self._note(snapshot, action, await self._act(snapshot, action))
        return ""

    async def _note(self, snapshot: Snapshot, action: Action, status: str) -> None:
        """Keep what was done where. Only what the page took, or will never take, counts as a visit."""
        if status not in (DONE, DISABLED, BLOCKED):
            await self._flow.sleep(200 * MS)
        elif status == BLOCKED or action.verb == ESCAPE:
            self._progress.met_modal()
        else:
            self._progress.visit(snapshot, action, never=status == DISABLED)

    async def _recover(self, snapshot: Snapshot) -> str:
        """It goes in circles: begin anew, but only so often."""
        self._recoveries += 1
        if self._recoveries > self._settings.recoveries_max:
            return self.give_up(snapshot)
        self._progress.forget()
        await self._flow.sleep(500 * MS)
        return ""

    async def _commit(self, snapshot: Snapshot, action: Action) -> str:
        """The irreversible act, and what became of it."""
        self._acts += 1
        try:
            command = Act(self._task, snapshot.epoch, action)
            status = unpack(await self._flow.step("commit", pack(command), self.commit_policy()), Acted).status
        except StepFailure:
            status = SAVING  # for all that anybody knows
        if status != SAVING:
            await self._note(snapshot, action, status)
            return ""
        if not self.needs_look(await self._toast()):
            return SUCCESS
        verdict = await self.verdict()
        if verdict == SEEN:
            return SUCCESS
        return UNCERTAIN if verdict == UNKNOWN else ""

    async def _toast(self) -> str:
        """What the page says when it is done with saving; nothing if it never says."""
        for _ in range(SAVING_LOOKS):
            try:
                snapshot = await self._observe()
            except StepFailure:
                break
            if snapshot.page != SAVING:
                return snapshot.toast
            await self.wait_for_save(snapshot)
        return ""

    # The rules

    def commit_policy(self) -> Policy:
        """How often an irreversible act is tried by itself: once."""
        return ONCE

    def needs_look(self, toast: str) -> bool:  # noqa: ARG002 - what the page says is no reason to believe it
        """Whether the effect has to be seen before it is believed."""
        return True

    async def verdict(self) -> str:
        """What became of an irreversible act: SEEN, ABSENT for ever, or UNKNOWN."""
        if await self.look() == SEEN:
            return SEEN
        if not self._settings.contract:
            return UNKNOWN
        await self._flow.sleep(self.settle_time())
        return await self.look()

    def settle_time(self) -> int:
        """Ns after which an effect that does not show never will: the contract's, and 5% for clocks that drift."""
        return (self._settings.act_within + self._settings.visible_within) * 105 // 100

    async def is_done(self) -> bool:
        """Whether the goal is reached, as a fresh page shows it; the planner's word is only a reason to look."""
        return await self.look() == SEEN

    def is_mine(self, row: Row) -> bool:
        """Whether an entity is this task's own effect."""
        return row.token == self._task.id and row.owner == self._task.owner

    async def wait_for_save(self, snapshot: Snapshot) -> None:  # noqa: ARG002
        """Somebody is busy: give it time, and press nothing."""
        await self._flow.sleep(500 * MS)

    def give_up(self, snapshot: Snapshot) -> str:  # noqa: ARG002 - what one page shows is no reason
        """After so many recoveries: unreachable is what ends at something that never will be; all else is blocked."""
        return UNREACHABLE if self._progress.is_dead_end else STUCK

    async def look(self) -> str:
        """Look at the list in a fresh session."""
        try:
            rows = unpack(await self._flow.step("look", pack(Look(self._task)), PATIENT), Rows).rows
        except StepFailure:
            return UNKNOWN
        return SEEN if any(self.is_mine(row) for row in rows) else ABSENT

    async def _observe(self) -> Snapshot:
        return unpack(await self._flow.step("observe", pack(Snap(self._task)), PATIENT), Snapshot)

    async def _plan(self, snapshot: Snapshot) -> Action:
        self._plans += 1
        return unpack(await self._flow.step("plan", pack(Ask(self._task, snapshot)), PATIENT), Action)

    async def _act(self, snapshot: Snapshot, action: Action) -> str:
        self._acts += 1
        try:
            command = Press(self._task, snapshot, action)
            return unpack(await self._flow.step("act", pack(command), ONCE), Acted).status
        except StepFailure:
            return ""  # reversible: look at the page again

    def _is_within_budget(self) -> bool:
        settings = self._settings
        spent = self._acts >= settings.acts_max or self._plans >= settings.plans_max
        return not spent and self._flow.now() < self._until
