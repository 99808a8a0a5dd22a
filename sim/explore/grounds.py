"""Grounds: the scenarios on which a mutant is looked for, with the mutant planted or not."""

import importlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sim.model import Model, Mutant
from sim.scenario.loader import Loaded, load, load_text


@dataclass(frozen=True)
class Ground:
    """A scenario as a place to look for the mutants of one model. `name` is short, for tables."""

    name: str
    loaded: Loaded
    model: str

    def planted(self, mutant: str | None) -> Loaded:
        """The scenario with a mutant in every system of the model, or with none anywhere; it is expected to pass."""
        overrides = list(self.loaded.overrides)
        for name, entry in self.loaded.scenario.systems.items():
            if entry.model == self.model or entry.mutant is not None:
                planted = mutant if entry.model == self.model else None
                overrides.append(f"systems.{name}.mutant={planted or ''}")
        return load_text(self.loaded.text, self.loaded.path, (*overrides, "expect=pass"))


class NoGround(Exception):
    """A scenario that is no ground for a model; the message says why."""


def ground(file: str, model: str, overrides: Sequence[str] = ()) -> Ground:
    """The ground of a scenario's file. ScenarioErrors if it is no scenario, NoGround if the model is not in it."""
    path = found_near(file)
    loaded = replace(load(path, tuple(overrides)), path=file)
    if all(entry.model != model for entry in loaded.scenario.systems.values()):
        raise NoGround(f"{file} has no system of model {model}")
    return Ground(loaded.scenario.name, loaded, model)


def grounds_of(model: str, mutant: Mutant, *, swarm: bool, more: Sequence[str] = ()) -> list[Ground]:
    """The mutant's recipe; with `swarm` the model's mixture of all faults too; and whatever else is named."""
    files = [mutant.recipe] if mutant.recipe else []
    if swarm and found_near(f"scenarios/{model}/swarm.yaml").exists():
        files.append(f"scenarios/{model}/swarm.yaml")
    return [ground(file, model) for file in dict.fromkeys([*files, *more])]


def found_near(file: str) -> Path:
    """The file from here, else from where the models were installed from."""
    here = Path(file)
    models = importlib.import_module("models")
    home = Path(next(iter(models.__path__))).parent / file
    return home if not here.exists() and home.exists() else here


def chosen_mutants(model: Model, names: Sequence[str]) -> list[Mutant]:
    """The mutants of these names, all of them if none is named. KeyError for a name that there is not."""
    return [model.mutants[name] for name in names] if names else list(model.mutants.values())
