"""Every way to decide agrees with brute force over all orders, for every kind of object."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from sim.checks.found import Found
from sim.checks.frontier import Frontier
from sim.checks.part import Part
from sim.checks.portfolio import decide
from sim.checks.search import REDUCTIONS, Search
from sim.checks.specs import Spec
from sim.checks.split import split
from tests.checks.histories import brute_force
from tests.checks.worlds import WORLDS, random_history, simulated_history

SMALL = 1_500
CHUNKS = 5
WHOLE = 10**9


def found_by(part: Part, spec: Spec) -> dict[str, Found]:
    """What each member of the portfolio says; those that do not apply are left out."""
    found = {
        f"search without {name}": Search(part, spec, REDUCTIONS - {name}).run(WHOLE) for name in sorted(REDUCTIONS)
    }
    found |= {"search": Search(part, spec).run(WHOLE), "plain search": Search(part, spec, ()).run(WHOLE)}
    found |= {"frontier": Frontier(part, spec).run(WHOLE)}
    found |= {"sanity": spec.sanity(part), "monitor": spec.monitor(part)}
    return {name: one for name, one in found.items() if one is not None}


def prove(part: Part, spec: Spec, found: Found) -> str:
    """What is wrong with the proof of a decision."""
    if found.status == "pass":
        return spec.replay(part, found.order)
    return spec.verify(dict(enumerate(part.ops)), found.certificate) if found.certificate is not None else ""


@pytest.mark.parametrize("chunk", range(CHUNKS))
@pytest.mark.parametrize("name", WORLDS)
def test_every_member_agrees_with_brute_force_and_proves_what_it_says(name: str, chunk: int) -> None:
    passed = 0
    for seed in range(chunk, SMALL, CHUNKS):
        spec = WORLDS[name][1]
        history = random_history(name, seed, 2 + seed % 7, wrong=0.7 if name == "object-store" else 0.4)
        fitted, whole = spec.fitted(history)
        legal = True
        for part in split(fitted, whole):
            ready = whole.prepared(part)
            right = brute_force(part, ready)
            legal = legal and right
            for member, found in found_by(part, ready).items():
                assert found.status == ("pass" if right else "fail"), f"{name}, seed {seed}: {member}"
                assert prove(part, ready, found) == "", f"{name}, seed {seed}: {member}"
        assert decide(history, spec).status == ("pass" if legal else "fail"), f"{name}, seed {seed}"
        passed += legal
    assert 0.15 < passed / (SMALL / CHUNKS) < 0.88


@pytest.mark.parametrize("name", WORLDS)
def test_members_do_not_contradict_each_other_on_histories_that_brute_force_cannot_decide(name: str) -> None:
    decided: list[str] = []
    monitored = 0
    for seed in range(40):
        spec = WORLDS[name][1]
        history = simulated_history(name, seed, 40 + 4 * seed, 5, wrong=0.02 * (seed % 2))
        fitted, whole = spec.fitted(history)
        for part in split(fitted, whole):
            ready = whole.prepared(part)
            said = {member: one for member, one in _within(part, ready).items() if one is not None}
            assert len({one.status for one in said.values()}) <= 1, f"{name}, seed {seed}: {said}"
            assert all(prove(part, ready, one) == "" for one in said.values())
            decided += [one.status for one in list(said.values())[:1]]
            monitored += "monitor" in said
    assert {"pass", "fail"} <= set(decided)


def _within(part: Part, spec: Spec, limit: int = 20_000) -> dict[str, Found | None]:
    return {
        "search": Search(part, spec).run(limit),
        "frontier": Frontier(part, spec).run(limit),
        "sanity": spec.sanity(part),
        "monitor": spec.monitor(part),
    }


@pytest.mark.parametrize("name", ["kv", "kv-append", "queue", "append-log"])
def test_zones_apply_to_almost_every_history_of_unique_values(name: str) -> None:
    parts = [
        (part, WORLDS[name][1].prepared(part))
        for seed in range(300)
        if seed % 3 and (seed % 2 or name != "kv")
        for part in split(simulated_history(name, seed, 60, 5, unknown=0.0), WORLDS[name][1])
    ]
    missed = sum(spec.sanity(part) is None and spec.monitor(part) is None for part, spec in parts)
    assert missed / len(parts) <= 0.05


def test_verdict_work_and_text_do_not_depend_on_the_hash_seed() -> None:
    code = (
        "from tests.checks.worlds import WORLDS, random_history\n"
        "from sim.checks.portfolio import decide\n"
        "for name, (_, spec) in WORLDS.items():\n"
        "    for seed in range(30):\n"
        "        d = decide(random_history(name, seed, 9), spec)\n"
        "        print(d.status, d.work, d.algorithm, d.explain().sentence if d.status == 'fail' else '')"
    )
    assert len({_output(code, seed) for seed in ("0", "1", "2")}) == 1


def _output(code: str, hash_seed: str) -> str:
    command: Sequence[str] = [sys.executable, "-c", code]
    root = Path(__file__).parents[2]
    return subprocess.run(
        command, check=True, capture_output=True, text=True, cwd=root, env={"PYTHONHASHSEED": hash_seed}
    ).stdout
