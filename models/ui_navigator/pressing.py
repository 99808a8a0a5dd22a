"""An act as a browser's driver carries it out: it waits for the element, and finds it anew when the page was redrawn.

One act of the agent is one decision. A page that says that it did not take it (the element is not there yet, the ref is
of an earlier epoch) took nothing, so the same may be tried again; what got no answer never is.
"""

import msgspec

from models.agentflow import Attempt
from models.patterns import RetryPolicy
from models.ui_navigator.words import NOT_FOUND, STALE, Act, Acted, Press, Snap, Snapshot, Task, pack, unpack
from sim import MS, SECOND, Refused, Timeout

ELEMENT_WAIT = RetryPolicy(initial=200 * MS, cap=800 * MS, attempts=5)
"""An element that is not there is waited for so: 2.2 s in all."""
ACT_TIMEOUT, SNAP_TIMEOUT, COMMIT_TIMEOUT = 3 * SECOND, 2 * SECOND, 9 * SECOND


async def press(browser: str, attempt: Attempt) -> bytes:
    """An act that can be repeated, on the page that the planner saw: if it was redrawn and is the same, there too."""
    asked = unpack(attempt.input, Press)
    seen, tried = asked.seen, 0
    while True:
        acted = await attempt.ask(browser, Act(asked.task, seen.epoch, asked.action), ACT_TIMEOUT)
        tried += 1
        if acted.status not in (NOT_FOUND, STALE) or not ELEMENT_WAIT.allows(tried + 1):
            return pack(acted)
        if acted.status == NOT_FOUND:
            await attempt.worker.sleep(ELEMENT_WAIT.delay(tried))
            continue
        now = await _page_of(browser, attempt, asked.task)
        if now is None or not is_redrawn(seen, now):
            return pack(acted)
        seen = now


async def commit(browser: str, attempt: Attempt) -> bytes:
    """An act that cannot be taken back: in its own epoch only, for with that ends the time in which it may happen."""
    act, tried = unpack(attempt.input, Act), 0
    while True:
        acted: Acted = await attempt.ask(browser, act, COMMIT_TIMEOUT)
        tried += 1
        if acted.status != NOT_FOUND or not ELEMENT_WAIT.allows(tried + 1):
            return pack(acted)
        await attempt.worker.sleep(ELEMENT_WAIT.delay(tried))


def is_redrawn(seen: Snapshot, now: Snapshot) -> bool:
    """Whether a page is what was seen but for its epoch, so that what was planned for the one is right on the other."""
    return msgspec.structs.replace(now, epoch=seen.epoch) == seen


async def _page_of(browser: str, attempt: Attempt, task: Task) -> Snapshot | None:
    try:
        return await attempt.ask(browser, Snap(task), SNAP_TIMEOUT)
    except (Refused, Timeout):
        return None  # the agent will look again
