"""Bad input: one clear sentence each."""

import pytest

from sim.scenario.errors import ScenarioErrors
from sim.scenario.loader import load

FILE = "scenarios/rfid_moe/calm.yaml"
P = "systems.moe.parameters."
BAD = [
    (P + "keep=20", "keep: infeasible: a layer has 0 ranks for 2 groups of at most 8; expected 2 to 16"),
    (P + "keep=1000", "have more bytes than the experts themselves"),
    (P + "keep=1001", "keep"),
    (P + "group=3", "8 experts are not cut into groups of 3"),
    (P + "top=8", "a token wants 8 of 8 experts"),
    (P + "patience=60ms", "expected at most step_timeout"),
    (P + "dead_after=150ms", "expected at least two beats"),
    (P + "lease=100ms", "expected at least four ticks"),
    (P + "imbalance=90", "imbalance"),
    (P + "vram=512MiB", "cannot hold every expert once and a stage each"),
    (P + "network=0B/s", "network"),
    (P + "normalise=best", "normalise"),
    (P + "vrm=1GiB", "vram"),
    ("systems.moe.nodes=6", "leave 1 of 6 servers for experts; expected 2 or more"),
]


@pytest.mark.parametrize(("override", "said"), BAD, ids=[said for _, said in BAD])
def test_what_cannot_be_is_refused_in_one_sentence(override: str, said: str) -> None:
    with pytest.raises(ScenarioErrors) as refused:
        load(FILE, (override,))
    (problem,) = refused.value.problems
    assert said in str(problem)
    assert str(problem).startswith(FILE)
