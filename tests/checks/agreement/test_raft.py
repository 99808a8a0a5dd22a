"""The standard checks on what the Raft model really says, translated: silent on the reference, awake on mutants."""

from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import pytest

from models.raft import events as raft
from sim.checks.agreement.events import Appended, Applied, Committed, Elected, Recovered, Truncated
from sim.checks.agreement.promise import judge
from sim.checks.check import RunRecord
from sim.running import Running
from sim.scenario.loader import load
from sim.world.message import Emitted, Event
from tests.checks.agreement.test_groups import all_checks

ROOT = Path(__file__).parents[3]

KINDS = (raft.BecameLeader, raft.Appended, raft.Truncated, raft.Recovered, raft.Committed, raft.Applied)


def translated(event: Event) -> Event:
    """An event of the Raft model in the standard vocabulary."""
    if isinstance(event, raft.BecameLeader):
        return Elected(event.term)
    if isinstance(event, raft.Appended):
        return Appended(event.index, event.entry_term, event.chain)
    if isinstance(event, raft.Truncated):
        return Truncated(event.first)
    if isinstance(event, raft.Recovered):
        bounds = [*event.terms, (event.last + 1, 0)]
        terms = [term for (first, term), (end, _) in pairwise(bounds) for _ in range(first, end)]
        chains = [event.chains[place : place + 8] for place in range(0, len(event.chains), 8)]
        return Recovered(event.last, event.chain, tuple(zip(terms, chains, strict=True)))
    if isinstance(event, raft.Committed):
        return Committed(event.index, event.term, event.chain)
    assert isinstance(event, raft.Applied), "no other kind is watched"
    return Applied(event.index, event.chain)


def told(path: str, seed: int, changes: Iterable[str] = ()) -> tuple[list[Emitted], RunRecord]:
    """What the servers said in one run, in the standard vocabulary."""
    running = Running(load(ROOT / path, tuple(changes)), seed, keep_trace=False)
    emitted: list[Emitted] = []
    running.world.subscribe(KINDS, lambda one: emitted.append(one._replace(event=translated(one.event))))
    run = running.finish()
    end = run.virtual_ns
    return emitted, RunRecord(run.history, end, end, len(run.fired), run.servers, run.clients)


@pytest.mark.parametrize("scenario", ["crash-rolling", "figure-8", "torn-log"])
def test_the_reference_keeps_every_promise_that_its_events_can_show(scenario: str) -> None:
    emitted, record = told(f"scenarios/raft/{scenario}.yaml", 1)
    verdicts = {check.name: judge(check, emitted, record) for check in all_checks()}
    assert {one.event.__class__ for one in emitted} >= {Elected, Appended, Recovered, Committed, Applied}
    assert verdicts.pop("snapshot-prefix").status == "unknown", "this Raft takes no snapshots"
    assert {verdict.status for verdict in verdicts.values()} == {"pass"}, verdicts


@pytest.mark.parametrize(
    ("mutant", "seed", "breaks"),
    [("old-votes", 2, {"election-safety"}), ("no-prev-term", 1, {"log-matching", "commit-stable"})],
)
def test_a_mutant_breaks_the_standard_promise_too(mutant: str, seed: int, breaks: set[str]) -> None:
    path = f"scenarios/raft/mutants/{mutant}.yaml"
    (system,) = load(ROOT / path).scenario.systems
    emitted, record = told(path, seed, (f"systems.{system}.mutant={mutant}", "expect=pass"))
    broken = {check.name for check in all_checks() if judge(check, emitted, record).status == "fail"}
    assert broken >= breaks
