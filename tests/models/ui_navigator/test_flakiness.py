"""The agent's bar: at 20% of each of six troubles almost every task is done, within its budget, and none twice."""

from pathlib import Path

from sim.running import run
from sim.scenario.loader import load

SCENARIO = Path(__file__).parents[3] / "scenarios/ui_navigator/calm.yaml"
FLAKY = tuple(
    f"{name}={value}"
    for name, value in {
        "systems.agent.parameters.flakiness": "20%",
        "systems.agent.parameters.done_share": "0%",
        "workload.0.clients": 6,
        "duration": "38s",
        "settle": "10s",
    }.items()
)
SEEDS = (1, 2)


def test_at_a_fifth_of_six_troubles_ninety_nine_tasks_of_a_hundred_are_done() -> None:
    words: list[object] = []
    for seed in SEEDS:
        result = run(load(SCENARIO, FLAKY), seed)
        assert result.failed == ()
        words += [op.result for op in result.history if op.outcome == "ok" and op.arg != "impossible"]
    assert len(words) >= 30
    assert words.count("DONE") * 100 >= 99 * len(words), words
    assert set(words) <= {"DONE", "FAILED(budget)", "UNCERTAIN"}
