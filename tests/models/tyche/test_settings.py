"""Bad input: one clear sentence each."""

import pytest

from sim.scenario.errors import ScenarioErrors
from sim.scenario.loader import load

FILE = "scenarios/tyche/mutants/calm.yaml"
P = "systems.serverless.parameters."
BAD = [
    (P + "functions=[{name: f, load: 1s, mb: -1}]", "mb"),
    (P + "functions=[{name: f, load: 1s, mb: 100, arrivals: {gap: 0s}}]", "has no rate"),
    (P + "functions=[{name: f, load: 1s, mb: 100, arrivals: {process: h2, cov: 900}}]", "expected more than 1000"),
    (P + "functions=[{name: f, load: 1s}]", "expected one of the artifact's models, or load and mb"),
    (P + "functions=[{name: f, load: 1s, mb: 9000}]", "has no room for it"),
    (P + "functions=[{name: f, load: 1s, mb: 9000, gpu: true}]", "needs a GPU, and gpus is 0"),
    (P + "functions=[{name: f, load: 1s, mb: 9}, {name: f, load: 1s, mb: 9}]", "expected different names"),
    (P + "functions=[]", "functions"),
    (P + "p_load=94%", "p_load: expected more than 0% and less than p_off"),
    (P + "p_off=100%", "p_off less than 100%"),
    (P + "p_load=0%", "p_load: expected more than 0%"),
    (P + "window=1", "expected at least 2"),
    (P + "limit_mb=9000", "one container may take 9000 MB, a worker has 8192"),
    (P + "ram_mb=-5", "ram_mb"),
    (P + "lost_after=1s", "expected at least two inventories"),
    (P + "policy=best", "policy"),
    (P + "histogram=[80, 20]", "expected the lower quantile first"),
    ("systems.serverless.nodes=1", "expected at least one worker beside it"),
    (P + "oracle=true", "the closed form is for one worker"),
]


@pytest.mark.parametrize(("override", "said"), BAD, ids=[said for _, said in BAD])
def test_what_cannot_be_is_refused_in_one_sentence(override: str, said: str) -> None:
    with pytest.raises(ScenarioErrors) as refused:
        load(FILE, (override,))
    (problem,) = refused.value.problems
    assert said in str(problem)
    assert str(problem).startswith(FILE)


def test_the_unbiased_estimator_needs_three_arrivals() -> None:
    with pytest.raises(ScenarioErrors, match="divides by W - 2"):
        load(FILE, (P + "window=2", P + "estimator=unbiased"))
