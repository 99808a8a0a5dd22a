"""Every mutant is found by a check that knows nothing of it, and the reference is silent where it is found."""

from itertools import chain, islice
from pathlib import Path

import pytest

from sim.model import Mutant, find_model, model_names
from sim.running import run
from sim.scenario.loader import Loaded, load
from sim.world.crash_site import ModelCrash

ROOT = Path(__file__).parents[2]
MODELS = (*model_names(), "models.stack:REPLICATED_STORE", "models.stack:ORGANISATIONS")
MUTANTS = [(name, mutant) for name in MODELS for mutant in find_model(name).mutants.values()]
SCENARIOS = sorted(ROOT.glob("scenarios/*/*.yaml"))
RECIPES = {mutant.recipe: mutant for _, mutant in MUTANTS}
"""One mutant for each recipe."""


def recipe_of(mutant: Mutant, planted: bool) -> Loaded:
    """The recipe of a mutant: with it planted, up to the violation that it names first, or without it, whole."""
    path = ROOT / mutant.recipe
    (system,) = load(path).scenario.systems
    if not planted:
        return load(path, (f"systems.{system}.mutant=", "expect=pass", "stop=end"))
    expect = f"expect={{violates: {mutant.breaks[0]}}}"
    return load(path, (f"systems.{system}.mutant={mutant.name}", expect, "stop=violation"))


def is_planted_by(mutant: Mutant) -> bool:
    """Whether the recipe plants this mutant itself: then `sim run` on it must show what it expects, as it stands."""
    return any(system.mutant == mutant.name for system in load(ROOT / mutant.recipe).scenario.systems.values())


def broken_by(loaded: Loaded, seed: int) -> set[str]:
    """The checks that a run breaks; none where a node raises first at what another said, as mutants may make it."""
    try:
        return {check.check for check in run(loaded, seed).failed}
    except ModelCrash:
        return set()


@pytest.mark.parametrize("mutant", [mutant for _, mutant in MUTANTS], ids=lambda mutant: mutant.name)
def test_a_promised_check_finds_it_within_the_stated_seeds(mutant: Mutant) -> None:
    loaded = recipe_of(mutant, planted=True)
    own = loaded.scenario.seed
    others = (seed for seed in range(1, mutant.seeds + 1) if seed != own)
    limit = 1 if is_planted_by(mutant) else mutant.seeds
    for seed in islice(chain((own,), others), limit):
        if broken_by(loaded, seed) & set(mutant.breaks):
            return
    pytest.fail(f"{mutant.name} was not found in {limit} seeds of {mutant.recipe}")


def runs_plain(recipe: str) -> bool:
    """Whether the test of all scenarios runs it with the reference anyway."""
    return ROOT / recipe in SCENARIOS and load(ROOT / recipe).scenario.expect == "pass"


@pytest.mark.parametrize("recipe", [recipe for recipe in sorted(RECIPES) if not runs_plain(recipe)])
def test_the_reference_is_silent_on_the_recipes(recipe: str) -> None:
    assert run(recipe_of(RECIPES[recipe], planted=False), 2).failed == ()


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_shipped_scenario_does_what_it_expects(path: Path) -> None:
    result = run(load(path))
    assert result.met, [(check.check, check.status, check.detail) for check in result.checks if check.status != "pass"]


@pytest.mark.parametrize("seed", range(1, 9))
def test_the_reference_survives_the_swarm(seed: int) -> None:
    assert run(load(ROOT / "scenarios/raft/swarm.yaml", ("duration=15s",)), seed).failed == ()


def test_every_mutant_says_what_it_breaks_and_where_it_was_seen() -> None:
    for name, mutant in MUTANTS:
        known = {*find_model(name).checks, "linearizable"}
        assert mutant.breaks, mutant.name
        assert set(mutant.breaks) <= known, mutant.name
        assert mutant.seen, mutant.name
        assert (ROOT / mutant.recipe).exists(), mutant.recipe
