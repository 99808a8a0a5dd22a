"""AgentFlow's own flows: a chain, a trip that can be undone, a fan, a reminder, and an agent that follows a plan."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from models.agentflow.attempt import ActivityFailed, Attempt
from models.agentflow.flow import Flow
from models.agentflow.history import Policy
from models.agentflow.program import Activity, Program
from models.agentflow.replay import FlowCode
from models.agentflow.service import INVALID, Do, TakeBack
from models.agentflow.settings import Settings
from models.patterns import IN_PROGRESS, RetryPolicy
from sim import MS, Refused

STEPS = ("fetch", "check", "reserve", "charge", "notify")
BOOKINGS = ("hotel", "flight", "car")
FAN = ("north", "east", "south", "west")
POKES = 3
NAMES = (*STEPS, *BOOKINGS, *FAN, "pay", "mail", "plan", "audit", "collect", "search", "summarise", "write", "file")


async def chain(flow: Flow, order: bytes, policy: Policy) -> bytes:
    """Five steps, each of the one before's result."""
    said = order
    for name in STEPS:
        said = await flow.step(name, _brief(name, said), policy)
    return said


async def longer_chain(flow: Flow, order: bytes, policy: Policy) -> bytes:
    """The next version: an audit after the check, for runs that have not passed there."""
    said = order
    for name in STEPS:
        if name == "reserve" and flow.patched("audit"):
            await flow.step("audit", _brief("audit", order), policy)
        said = await flow.step(name, _brief(name, said), policy)
    return said


async def careless_chain(flow: Flow, order: bytes, policy: Policy) -> bytes:
    """The next version, deployed as if no run were open."""
    said = order
    for name in STEPS:
        if name == "reserve":
            await flow.step("audit", _brief("audit", order), policy)
        said = await flow.step(name, _brief(name, said), policy)
    return said


async def trip(flow: Flow, order: bytes, policy: Policy) -> bytes:
    """Three bookings that can be undone, then the payment, behind which the trip only goes forward."""
    for name in BOOKINGS:
        await flow.step(name, _brief(name, order), policy, undo=True)
    await flow.step("pay", _brief("pay", order), policy, undo=True, pivot=True)
    return await flow.step("mail", _brief("mail", order), policy)


async def fan(flow: Flow, order: bytes, policy: Policy) -> bytes:
    """Four steps at once, then one more."""
    results = await flow.gather(*(flow.step(name, _brief(name, order), policy, undo=True) for name in FAN))
    return await flow.step("collect", b"".join(results)[:32], policy, undo=True)


async def reminder(flow: Flow, order: bytes, policy: Policy) -> bytes:
    """Wait for a poke or for time to pass, remind, and so on until it was poked often enough."""
    for number in range(POKES):
        poke = flow.signal("poke")
        if await flow.first_of(poke, flow.sleep(1500 * MS)):
            await flow.step("mail", _brief("mail", order + str(number).encode()), policy)
            await poke
        await flow.sleep(1200 * MS)
    return order


async def agent(flow: Flow, order: bytes, policy: Policy) -> bytes:
    """Ask a planner once, then do what it said, each tool once, beginning where chance says."""
    plan = (await flow.step("plan", b"plan " + order, policy)).decode().split(",")
    tools = flow.distinct(plan)
    begin = flow.side(lambda chance: chance.below(1000)) % len(tools)
    for tool in (*tools[begin:], *tools[:begin]):
        await flow.step(tool, _brief(tool, order), policy)
    return ",".join(tools).encode()


def _brief(name: str, order: bytes) -> bytes:
    return name.encode() + b":" + order.rpartition(b":")[2]


Code = Callable[[Flow, bytes, Policy], Awaitable[bytes]]
KINDS: Mapping[str, Code] = {"chain": chain, "trip": trip, "fan": fan, "reminder": reminder, "agent": agent}


def program(settings: Settings, services: tuple[str, ...]) -> Program:
    """The flows under the policy of the settings, their versions, and the services that the steps go to."""
    policy = policy_of(settings)
    first = _bound(KINDS, policy)
    later: list[tuple[int, Mapping[str, FlowCode]]] = []
    if settings.upgrade_at:
        next_chain = careless_chain if settings.careless else longer_chain
        later.append((settings.upgrade_at, _bound({**KINDS, "chain": next_chain}, policy)))
    if settings.rollback_at:
        later.append((settings.rollback_at, first))
    homes = {name: services[place % len(services)] for place, name in enumerate(NAMES)}
    acts: dict[str, Activity] = {name: partial(act, home) for name, home in homes.items()}
    undos: dict[str, Activity] = {name: partial(take_back, home) for name, home in homes.items()}
    return Program(first, acts, undos, tuple(later))


def policy_of(settings: Settings) -> Policy:
    """How every step of these flows is tried."""
    return Policy(
        retry=RetryPolicy(initial=settings.initial, cap=settings.cap, attempts=settings.attempts),
        start_to_close=settings.start_to_close,
        heartbeat=settings.heartbeat,
        schedule_to_start=settings.schedule_to_start,
        schedule_to_close=settings.schedule_to_close,
        final=(INVALID,),
    )


def _bound(kinds: Mapping[str, Code], policy: Policy) -> dict[str, FlowCode]:
    return {kind: partial(_run, code, policy) for kind, code in kinds.items()}


async def _run(code: Code, policy: Policy, flow: Flow, order: bytes) -> bytes:
    return await code(flow, order, policy)


async def act(service: str, attempt: Attempt) -> bytes:
    """An activity: have the service do it under the step's key.

    A service that is busy with the key has refused this request, and is about to have the effect for another one.
    """
    try:
        return (await attempt.ask(service, Do(attempt.key, attempt.input))).result
    except Refused as refused:
        raise ActivityFailed(refused.reason, clean=refused.reason != IN_PROGRESS) from None


async def take_back(service: str, attempt: Attempt) -> bytes:
    """An undo."""
    return (await attempt.ask(service, TakeBack(attempt.key, attempt.undo_key))).result
