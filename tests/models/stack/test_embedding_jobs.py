"""Embedding as jobs: a document is one job of its tenant, and what nobody waits for any more is taken back."""

from pathlib import Path

from models import smartsearch, veriflow
from models.stack.events import Submitted
from sim import Emitted, Event, load
from sim.running import Running

JOBS = Path(__file__).parents[3] / "scenarios/stack/embedding-jobs.yaml"
SUBMITS = "workload=[{clients: 2, rate: 1/s, keys: 2, mix: {submit: 1}, timeout: 3s}]"
QUIET = ("duration=8s", "settle=0s", "checks=[]", SUBMITS)


def told(kinds: tuple[type[Event], ...], *changes: str) -> list[Event]:
    """What a short run said of these kinds."""
    running, found = Running(load(JOBS, (*QUIET, *changes)), 1, keep_trace=False), list[Event]()

    def keep(emitted: Emitted) -> None:
        found.append(emitted.event)

    running.world.subscribe(kinds, keep)
    assert running.finish().failed == ()
    return found


def test_a_document_is_ready_behind_a_job_of_its_own_tenant() -> None:
    seen = told((veriflow.Answered, smartsearch.Ready, Submitted), "faults=[]")
    tenants = {one.doc: one.tenant for one in seen if isinstance(one, Submitted)}
    done: dict[int, str] = {}
    ready = 0
    for one in seen:
        if isinstance(one, veriflow.Answered) and one.state == veriflow.SUCCEEDED:
            done[int(one.key.removeprefix("doc-").partition(".")[0])] = one.tenant
        elif isinstance(one, smartsearch.Ready):
            assert done[one.doc] == tenants[one.doc]
            ready += 1
    assert ready > 2


def test_a_job_that_is_waited_for_in_vain_is_taken_back() -> None:
    gone = "faults=[{at: 1s, for: 60s, crash: {nodes: [n26, n27, n28, n29]}}]"
    verbs = [one.verb for one in told((veriflow.Answered,), gone, "duration=14s") if isinstance(one, veriflow.Answered)]
    assert "cancel" in verbs


def test_documents_are_ready_though_the_embedder_of_the_search_is_away() -> None:
    away = "faults=[{at: 0s, for: 8s, crash: {nodes: 'role:smartsearch/embedder'}}]"
    assert told((smartsearch.Ready,), away)
