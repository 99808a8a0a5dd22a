"""In a system of layers a story crosses them: from the client's request to what broke."""

import re
from functools import cache
from pathlib import Path

import pytest

from sim.cli import main
from sim.explore.crossing import lead_of, story_of
from sim.explore.explain import explain
from sim.explore.layered import Layered, layered_of
from sim.explore.slicing import STORY_MAX
from sim.explore.telling import Record, records_of, speak_of
from sim.result import Run
from sim.running import run
from sim.scenario.loader import load
from sim.world import trace as codes
from sim.world.trace import decode_records

ROOT = Path(__file__).parents[2]
MUTANTS = ROOT / "scenarios/stack/mutants"


@cache
def told(mutant: str, recipe: str) -> tuple[Run, Layered, tuple[Record, ...]]:
    """The story of the first failure of a mutant, under the first seed that shows it."""
    loaded = load(MUTANTS / f"{recipe}.yaml", (f"systems.stack.mutant={mutant}",))
    seed = next(seed for seed in range(1, 12) if run(loaded, seed).failed)
    failing = run(loaded, seed, keep_trace=True)
    speak_of(loaded.scenario)
    layered = layered_of(loaded.scenario, seed)
    assert layered is not None
    records = records_of(list(decode_records(b"".join(failing.trace))))
    return failing, layered, tuple(story_of(records, failing.failed[0], layered))


def words(mutant: str, recipe: str) -> list[str]:
    _, layered, story = told(mutant, recipe)
    return [f"{layered.seat(one)} {layered.words(one)}" for one in story]


STORIES = [
    ("key-per-attempt", "lost-reply"),
    ("lease-apart", "paused-worker"),
    ("ack-before-apply", "jobs-beside-engine"),
]


@pytest.mark.parametrize(("mutant", "recipe"), STORIES)
def test_a_story_begins_with_the_clients_request_and_ends_with_what_broke(mutant: str, recipe: str) -> None:
    _, layered, story = told(mutant, recipe)
    assert 10 <= len(story) <= STORY_MAX
    assert [one.number for one in story] == sorted({one.number for one in story})
    acted = [one for one in story if one.code not in (codes.FAULT, codes.NODE)]
    assert layered.layer(acted[0]) == "clients"
    assert len({layered.layer(one) for one in story} - {"", "clients"}) > (1 if recipe != "jobs-beside-engine" else 0)


def places(lines: list[str], *patterns: str) -> list[int]:
    """Where each pattern is found first, behind the one before it."""
    found = [-1]
    for pattern in patterns:
        found.append(next(n for n, line in enumerate(lines) if n > found[-1] and re.search(pattern, line)))
    return found[1:]


def test_a_request_is_followed_through_document_and_run_to_both_effects() -> None:
    assert places(
        words("key-per-attempt", "lost-reply"),
        r"clients c1 calls submit#\d+ of \w+/c1\.\d+",
        r"smartsearch/api n10: calls put of objects for \w+/c1\.\d+, under key",
        r"smartsearch/database n8: accepts document (\d+), which is the request \w+/c1\.\d+",
        r"smartsearch/worker n14: gives document \d+, attempt 1, to the run doc-\d+\.0\.1",
        r"agentflow/notifier n17: acts under the key doc-\d+\.0\.1/5#1",
        r"agentflow/worker Served from n17 never reaches n16: cut",
        r"agentflow n\d: attempt 1 at step 5 \(announce\) of doc-\d+\.0\.1 failed: timeout",
        r"agentflow/notifier n17: acts under the key doc-\d+\.0\.1/5#2",
    )


def test_the_story_of_a_claim_that_was_lost_has_the_pause_and_both_runs() -> None:
    assert places(
        words("lease-apart", "paused-worker"),
        r"attempt 1, to the run doc-\d+\.0\.1",
        r"pause of n16 begins",
        r"attempt 2, to the run doc-\d+\.0\.2",
        r"acts under the key",
    )


def test_the_lead_says_that_every_layer_kept_its_promises_or_which_broke_one() -> None:
    failing, layered, story = told("key-per-attempt", "lost-reply")
    lead = lead_of(failing, failing.failed[0], story, layered)
    assert lead.startswith(
        "every layer kept its own promises; exactly-once-end-to-end broke between them: it shows at "
    )
    assert "agentflow/notifier" in lead
    failing, layered, story = told("agentflow/completes-twice", "layers")
    lead = lead_of(failing, failing.failed[0], story, layered)
    assert lead.startswith(
        "veristore and metadata and smartsearch kept all promises; agentflow is the lowest layer that"
    )


def test_the_command_names_the_layer_wherever_the_story_enters_one(capsys: pytest.CaptureFixture[str]) -> None:
    path = str(MUTANTS / "jobs-beside-engine.yaml")
    words = ["explain", path, "--set", "systems.stack.mutant=second-ledger", "--executor", "serial", "--plain"]
    assert main(words) == 0
    out = capsys.readouterr().out
    assert "in serving" in out
    assert "engine  n19: takes 21474836480 bytes of device 0 of n26, for the row of nobody" in out


def test_a_system_without_layers_is_told_as_before() -> None:
    loaded = load(ROOT / "scenarios/known_bugs/raft-two-halves.yaml")
    found = explain(loaded, loaded.scenario.seed)
    assert (found.layered, found.lead) == (None, "")
    assert [found.words(one) for one in found.story] == [one.words() for one in found.story]
