"""What is wrong with a cluster is said in one sentence, with the place where it stands."""

import pytest

from models.veriflow.settings import Settings
from sim import SECOND
from sim.scenario.errors import ScenarioErrors
from sim.scenario.loader import load_text

TEXT = """version: 1
name: wrong
duration: 5s
systems:
  cluster: {{model: veriflow, nodes: {nodes}, parameters: {{{parameters}}}}}
"""


@pytest.mark.parametrize(
    ("nodes", "parameters", "said"),
    [
        (9, "", "GPU nodes are pairs of agent and runtime"),
        (8, "", "leave 0 of 8 servers"),
        (16, "lost: 600ms", "expected more than two times renew"),
        (16, "queues: []", "expected names that differ"),
        (16, "queues: [{name: a}, {name: a}]", "found a, a"),
        (16, "queues: [{name: a, nominal: -1}]", "expected at least 0, found -1"),
        (16, "types: []", "expected at least one GPU type"),
        (16, "resync: 0s", "expected more than 0s"),
        (16, "ordre: strict", "order"),
    ],
)
def test_a_cluster_that_cannot_be_is_refused(nodes: int, parameters: str, said: str) -> None:
    with pytest.raises(ScenarioErrors) as caught:
        load_text(TEXT.format(nodes=nodes, parameters=parameters), "wrong.yaml")
    assert said in str(caught.value)
    assert "wrong.yaml:5" in str(caught.value)


def test_the_kube_profile_has_the_clocks_of_the_documentation_where_none_are_given() -> None:
    kube = Settings.model_validate({"profile": "kube", "resync": "1m"})
    assert (kube.renew, kube.lost, kube.tolerance) == (10 * SECOND, 40 * SECOND, 300 * SECOND)
    assert kube.resync == 60 * SECOND


def test_delays_double_up_to_the_cap() -> None:
    settings = Settings()
    assert [settings.delay(n) // 1_000_000 for n in (1, 2, 3, 5, 6, 60)] == [100, 200, 400, 1600, 3000, 3000]
