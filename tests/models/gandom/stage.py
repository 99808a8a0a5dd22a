"""Runs of the bakery for tests: scenarios by name, small ones by their parts, and what was told in them."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TypeVar

from reports.recording import recording_of
from sim import Emitted, Event, Run, load, run
from sim.scenario.loader import load_text

ROOT = Path(__file__).parents[3]
E = TypeVar("E", bound=Event)

SMALL = "admins: 1, scanners: 0, expiry: 10s, poll: 3s, retry_cap: 2s"
"""Office n1, storefront n2, provider n3, admin n4."""


def scenario(name: str) -> str:
    """The file of a shipped scenario."""
    return str(ROOT / f"scenarios/gandom/{name}.yaml")


@cache
def shipped(name: str, seed: int = 1, *overrides: str) -> Run:
    """A shipped scenario, run."""
    return run(load(scenario(name), overrides), seed)


def written(
    operations: Sequence[str],
    faults: Sequence[str] = (),
    *,
    parameters: str = SMALL,
    nodes: int = 4,
    duration: str = "40s",
    settle: str = "22s",
    seed: int = 1,
) -> Run:
    """A scenario of literal operations and faults, run."""
    lines = [
        "version: 1",
        "name: test",
        f"duration: {duration}",
        f"settle: {settle}",
        f"systems: {{bakery: {{model: gandom, nodes: {nodes}, parameters: {{{parameters}}}}}}}",
        "network: {latency: 2ms}",
        f"workload: [{{system: bakery, timeout: 8s, operations: [{', '.join(operations)}]}}]",
    ]
    if faults:
        lines.append(f"faults: [{', '.join(faults)}]")
    return run(load_text("\n".join(lines), "test.yaml"), seed)


def told(found: Run, kind: type[E]) -> list[E]:
    """The events of a kind, each fact once, in order."""
    events = [one.event for one in emitted(found) if isinstance(one.event, kind)]
    return list(dict.fromkeys(events))


def emitted(found: Run) -> tuple[Emitted, ...]:
    """All that was told, with times."""
    return recording_of(found).emitted


def states(found: Run) -> dict[str, str]:
    """The last state of every order."""
    from models.gandom.events import OrderPlaced, OrderState

    last = {one.order: "PLACED" for one in told(found, OrderPlaced)}
    last |= {one.order: one.after for one in told(found, OrderState)}
    return last


def problems(found: Run) -> list[str]:
    """What the checks found."""
    return [f"{one.check}: {one.detail}" for one in found.failed]
