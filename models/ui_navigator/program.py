"""The agent as a program of the engine: its flow, and steps that reach browser and planner."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from models.agentflow import Attempt, Flow, Program
from models.ui_navigator.agent import Agent
from models.ui_navigator.browser import Browser
from models.ui_navigator.guard import Guard
from models.ui_navigator.page import Page
from models.ui_navigator.pressing import commit, press
from models.ui_navigator.progress import Progress
from models.ui_navigator.settings import Settings
from models.ui_navigator.words import Ask, Look, Snap, Task, pack, unpack
from sim import SECOND, Message, Request

TASK = "task"


@dataclass(frozen=True)
class Parts:
    """A mutant puts a subclass that overrides one rule in the place of one part."""

    agent: type[Agent] = Agent
    guard: type[Guard] = Guard
    progress: type[Progress] = Progress
    page: type[Page] = Page
    browser: type[Browser] = Browser


def program(settings: Settings, parts: Parts, browser: str, planner: str) -> Program:
    """The flow and its steps."""

    async def task(flow: Flow, order: bytes) -> bytes:
        agent = parts.agent(flow, unpack(order, Task), settings, parts.guard(), parts.progress())
        return (await agent.work()).encode()

    steps: dict[str, Callable[[Attempt], Awaitable[bytes]]] = {
        "observe": partial(_ask, browser, Snap, 4 * SECOND),
        "act": partial(press, browser),
        "commit": partial(commit, browser),
        "look": partial(_ask, browser, Look, 3 * SECOND),
        "plan": partial(_ask, planner, Ask, 2 * SECOND),
    }
    return Program({TASK: task}, steps)


async def _ask(node: str, kind: type[Request[Message]], timeout: int, attempt: Attempt) -> bytes:
    return pack(await attempt.ask(node, unpack(attempt.input, kind), timeout))
