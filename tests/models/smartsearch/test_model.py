"""The model as scenarios meet it: bad input in words, the golden run, promises that bite, the picture."""

from pathlib import Path

import pytest

from models.smartsearch.events import BecameLeader, Produced
from models.smartsearch.figure import Course, draw
from models.smartsearch.ingestion.embedding import Embedding
from models.smartsearch.invariants.log import OneLeader
from models.smartsearch.retrieval.search import Retrieval
from models.smartsearch.settings import SCALED, Settings
from sim import SECOND, Emitted, load, run
from sim.scenario.errors import ScenarioErrors

ROOT = Path(__file__).parents[3]
SCENARIOS = ROOT / "scenarios/smartsearch"
GOLDEN = "3b0e2e2802402d44266517c136527452"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("systems.search.nodes=10", "with 3 brokers 10 servers have their parts: 10 leave no worker"),
        ("systems.search.parameters.replication=4", "replication: expected at most the 3 brokers, found 4"),
        ("systems.search.parameters.min_isr=4", "min_isr: expected at most replication 3, found 4"),
        ("systems.search.parameters.group_session=100ms", "group_session: expected at least group_heartbeat"),
        ("systems.search.parameters.acks=most", "acks"),
        ("systems.search.parameters.lease=3", "lease"),
    ],
)
def test_what_contradicts_itself_is_refused_in_words(change: str, said: str) -> None:
    with pytest.raises(ScenarioErrors) as refused:
        load(SCENARIOS / "calm.yaml", (change,))
    assert said in str(refused.value)


def test_a_search_for_no_documents_is_refused() -> None:
    class Nothing:
        def found(self) -> list[int]:
            return []

        staged = found

        def tenant(self, doc: int) -> str:
            return str(doc)

        def live_rows(self, doc: int) -> list[tuple[int, bytes]]:
            return [(doc, b"")]

        all_rows = live_rows

    with pytest.raises(ValueError, match="k: expected at least 1, found 0"):
        Retrieval(Nothing(), Embedding()).search("ann", "words", 0)


def test_the_profile_of_kafka_has_times_twenty_times_as_long_unless_they_are_given() -> None:
    fast, slow = Settings(), Settings.model_validate({"profile": "kafka", "lease": "7s"})
    for name in SCALED:
        wanted = 7 * SECOND if name == "lease" else 20 * getattr(fast, name)
        assert getattr(slow, name) == wanted


def test_the_calm_run_is_the_one_that_it_has_always_been() -> None:
    result = run(SCENARIOS / "calm.yaml")
    assert result.verdict == "pass"
    assert result.fingerprint == GOLDEN


@pytest.mark.parametrize("seed", [2, 3, 4])
def test_the_reference_survives_the_swarm(seed: int) -> None:
    assert run(SCENARIOS / "swarm.yaml", seed).failed == ()


def test_two_leaders_of_an_epoch_and_an_append_by_another_are_found() -> None:
    def told(node: str, number: int, event: BecameLeader | Produced) -> Emitted:
        return Emitted(number, node, 1, number, event)

    two, foreign = OneLeader(), OneLeader()
    two.observe(told("n1", 1, BecameLeader(0, 5, 0, 0)))
    two.observe(told("n2", 2, BecameLeader(0, 5, 0, 0)))
    foreign.observe(told("n1", 1, BecameLeader(0, 5, 0, 0)))
    foreign.observe(told("n2", 2, Produced(0, 0, 5, 0, 0, 0, "k", b"")))
    assert two.violated
    assert foreign.violated


def test_the_picture_is_written(tmp_path: Path) -> None:
    moves = [(1.0, 1, "PENDING"), (1.2, 1, "PROCESSING"), (1.5, 1, "READY"), (2.0, 2, "PENDING"), (2.5, 2, "DEAD")]
    draw(Course(moves, [(1.0, 0, 1), (2.0, 0, 0)], [(0.5, 1.5, "crash")], 3.0), tmp_path / "course.png", "a run")
    assert (tmp_path / "course.png").stat().st_size > 10_000
