"""Traces and settings: what is right is read exactly, what is wrong is said with its place."""

from pathlib import Path

import pydantic
import pytest

from models.llm_cache import read_trace
from models.llm_cache.settings import Settings
from models.llm_cache.traces import BadTrace, Row
from reports import frames
from sim.running import run
from sim.scenario.errors import ScenarioErrors
from sim.scenario.loader import load

ROOT = Path(__file__).parents[3] / "scenarios/llm_cache"
EXCERPT = Path(__file__).parent / "data/azure-conversation-excerpt.csv"
P = "systems.llm.parameters."
HEAD = "TIMESTAMP,ContextTokens,GeneratedTokens\n"


def test_times_are_read_to_the_last_digit() -> None:
    rows = read_trace(EXCERPT)
    assert len(rows) == 120
    assert rows[:2] == [Row(0, 374, 44), Row(4_314_579_000, 396, 109)]
    assert read_trace(EXCERPT, 5) == rows[:5]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "1: expected a column 'TIMESTAMP', found nothing"),
        ("TIMESTAMP,Context\n", "1: expected a column 'ContextTokens', found TIMESTAMP, Context"),
        (HEAD, "2: expected at least one request"),
        (HEAD + "2023-11-16 18:15:46.68,374,44\nyesterday,1,2\n", "3: expected a time such as"),
        (HEAD + "2023-11-16 18:15:46.68,374\n", "2: expected 3 fields, found 2"),
        (HEAD + "2023-11-16 18:15:46.68,-3,44\n", "2: expected ContextTokens as a number above 0, found '-3'"),
        (HEAD + "2023-11-16 18:15:46.68,12,0\n", "2: expected GeneratedTokens as a number above 0, found '0'"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "trace.csv"
    file.write_text(text)
    with pytest.raises(BadTrace) as error:
        read_trace(file)
    assert f"{file}:{said}" in str(error.value)


def test_a_missing_trace_is_a_problem_of_the_scenario(tmp_path: Path) -> None:
    path = tmp_path / "none.csv"
    with pytest.raises(ScenarioErrors) as error:
        load(ROOT / "calm.yaml", (P + "traffic.arrivals=trace", P + f"traffic.trace={path}"))
    assert "found no file that can be read" in str(error.value)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"block_tokens": 0}, "greater than or equal to 1"),
        ({"traffic": {"user": [0, 5]}}, "greater than or equal to 1"),
        ({"verify": "none", "hash_bits": 8}, "verify: none needs hash_bits: 64"),
        ({"traffic": {"arrivals": "trace"}}, "trace: expected the path of a file"),
        ({"claim": "1MiB"}, "the claim is 1048576"),
        ({"dead_after": "100ms"}, "dead_after: expected at least twice load_every"),
    ],
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(pydantic.ValidationError) as error:
        Settings.model_validate(wrong)
    assert said in str(error.value)


def test_routers_alone_serve_nobody() -> None:
    with pytest.raises(ScenarioErrors) as error:
        load(ROOT / "calm.yaml", ("systems.llm.nodes=2",))
    assert "2 nodes leave 0 engines beside 2 routers" in str(error.value)


def test_a_trace_is_replayed_with_its_lengths_and_times() -> None:
    more = (
        P + "traffic.arrivals=trace",
        P + f"traffic.trace={EXCERPT}",
        P + "traffic.most=60",
        P + "traffic.cancel=0%",
    )
    result = run(load(ROOT / "azure-conversation.yaml", (*more, P + "traffic.repeat=0%")), 1)
    assert result.failed == ()
    asked = frames.events(result, "Asked")
    rows = read_trace(EXCERPT, 60)
    assert sorted(len(prompt) // 4 for prompt in asked["prompt"]) == sorted(row.context for row in rows)
    assert sorted(asked["max_new"]) == sorted(row.generated for row in rows)
    assert abs(asked["t_s"].max() - rows[-1].at_ns / 1e9) < 0.01
    assert (frames.events(result, "Answered")["reused"] > 0).sum() > 5
