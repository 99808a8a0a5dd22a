"""One contract for each port, over its stand-in and its adapter, with replies that are lost, late and doubled."""

import pytest

from models import veristore
from models.stack.cache_inference import cold_of
from models.stack.stack_settings import StackSettings
from sim import Run, run
from sim.scenario.loader import load_text

FAULTS = {
    "quiet": "[]",
    "lost": "[{at: 300ms, for: 8s, link: {from: servers, to: clients, both: false, loss: 25%}}]",
    "late": "[{at: 300ms, for: 8s, link: {from: servers, to: clients, both: false, latency: 300ms, reorder: 30%}}]",
    "doubled": "[{at: 300ms, for: 8s, link: {from: all, to: all, duplicate: 40%}}]",
}


def told(model: str, fault: str, nodes: int = 3) -> Run:
    """What a caller saw of a port."""
    return run(
        load_text(f"""
version: 1
name: port
duration: 20s
settle: 5s
systems: {{port: {{model: "tests.models.stack.port_world:{model}", nodes: {nodes}}}}}
workload: [{{clients: 1}}]
faults: {FAULTS[fault]}
"""),
        3,
    )


def answers(result: Run) -> list[tuple[str, object, object]]:
    """(verb, key, answer) of every call that was answered."""
    return [(op.f, op.key, op.result) for op in result.history if op.outcome == "ok"]


def tag(n: int) -> str:
    return veristore.md5_of(b"text %d" % n)


OBJECTS = [
    *(("put", f"k{n}", tag(n)) for n in (0, 1, 2, 0, 1, 2)),
    ("other", "k0", "refused: other"),
    *(("get", f"k{n}", b"text %d" % n) for n in (0, 1, 2)),
    ("get", "k3", None),
    ("late", "k0", "refused: late"),
    ("list", "k", ("k0", "k1", "k2")),
    ("delete", "k1", None),
    ("delete", "k1", None),
    ("list", "all", ("k0", "k2")),
]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("model", ["REMEMBERED", "OBJECTS"])
def test_objects_are_what_was_put_first_whatever_becomes_of_replies(model: str, fault: str) -> None:
    assert answers(told(model, fault)) == OBJECTS


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(("model", "inference"), [("INFERENCE", "stand_in"), ("CACHE", "cache")])
def test_an_answer_is_that_of_its_prompt_whatever_becomes_of_replies(model: str, inference: str, fault: str) -> None:
    cold = cold_of(StackSettings.model_validate({"inference": inference}))
    asked = [("ask", prompt.decode(), (cold(prompt, 1), ())) for prompt in (b"one", b"two", b"one")]
    assert answers(told(model, fault)) == [*asked, ("late", "x", "refused: late")]


JOBS = [
    ("submit", "k0", 0),
    ("submit", "k0", 0),
    ("other", "k0", "refused: other"),
    ("over", "k0", "SUCCEEDED"),
    ("foreign", "k0", "refused: no job"),
    ("submit", "k1", 1),
    ("cancel", "k1", "called off"),
    ("over", "k1", "CANCELED"),
    ("late", "k2", "refused: late"),
]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(("model", "nodes"), [("REMEMBERED_JOBS", 1), ("JOBS", 9)])
def test_a_key_is_one_job_that_comes_to_its_end_whatever_becomes_of_replies(model: str, nodes: int, fault: str) -> None:
    assert answers(told(model, fault, nodes)) == JOBS


DEVICES = [
    ("claim", "a", ("a", 0, 50)),
    ("claim", "b", ("b", 1, 60)),
    ("claim", "a", ("a", 0, 50)),
    ("claim", "c", "refused: memory"),
    ("claim", "d", ("d", 0, 20)),
    ("release", "b", None),
    ("release", "b", None),
    ("sweep", "b", None),
    ("holds", "a", True),
    ("holds", "b", False),
    ("claim", "e", ("e", 1, 60)),
    ("held", "", ("a", "d", "e")),
    ("late", "x", "refused: late"),
]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(("model", "nodes"), [("REMEMBERED_DEVICES", 1), ("DEVICES", 9)])
def test_rows_never_exceed_a_device_whatever_becomes_of_replies(model: str, nodes: int, fault: str) -> None:
    assert answers(told(model, fault, nodes)) == DEVICES
