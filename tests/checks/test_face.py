"""The public face of the checkers: small, lazy, and true to its list."""

import subprocess
import sys

import pytest

import sim.checks
from sim.checks import SPECS, History, decide
from tests.checks.histories import op


def test_every_public_name_is_there_and_no_module_hides_one() -> None:
    assert len(sim.checks.__all__) <= 30
    for name in sim.checks.__all__:
        found = getattr(sim.checks, name)
        assert type(found).__name__ != "module", name
    with pytest.raises(AttributeError, match="public names: "):
        _ = sim.checks.nothing


def test_importing_it_loads_no_decider() -> None:
    code = "import sys, sim.checks; print([m for m in sys.modules if m.startswith('sim.checks.') or m == 'numpy'])"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_a_decision_explains_itself() -> None:
    ops = [op(0, "put", 1, None, 0, 1), op(1, "put", 2, None, 2, 3), op(2, "get", None, 1, 4, 5)]
    decision = decide(History(ops), SPECS["kv"])
    assert decision.explain().bad == ops[2]
    assert [one.op for one in decision.minimal().part.ops] == [0, 1, 2]
    assert len(decision.timeline()) == 3
    assert list(decision.to_frame()["op"]) == [0, 1, 2]
    with pytest.raises(ValueError, match="the verdict is pass"):
        decide(History(ops[:2]), SPECS["kv"]).explain()
