"""Parameters of models that a swarm draws: another choice for each seed, as with kinds of faults.

Groce and others ("Swarm testing", ISSTA 2012) leave out features at random, so that those that are left meet states
that all together never reach. Sizes and timeouts are such features: a log of 20 entries meets other states than one of
2,000.
"""

from collections.abc import Mapping

import pydantic

from sim.model import find_model
from sim.scenario.schema import Scenario
from sim.world.streams import Stream

Choices = Mapping[str, Mapping[str, object]]
"""System -> parameter -> value"""


def drawn_parameters(scenario: Scenario, seed: int) -> Choices:
    """What a seed chooses; empty if the scenario leaves nothing to choose.

    Each parameter has a stream of its own, so that taking one away changes no other. A choice that does not fit
    together with the rest of its system is left out, and the system keeps its own values.
    """
    nemesis = scenario.nemesis
    if nemesis is None or not nemesis.swarm:
        return {}
    found: dict[str, Mapping[str, object]] = {}
    for system, choices in nemesis.parameters.items():
        drawn = {
            name: Stream(seed, "nemesis", "parameter", system, name).choice(values) for name, values in choices.items()
        }
        if _fits(scenario, system, drawn):
            found[system] = drawn
    return found


def _fits(scenario: Scenario, system: str, drawn: Mapping[str, object]) -> bool:
    entry = scenario.systems[system]
    model = find_model(entry.model)
    try:
        parameters = model.parameters.model_validate({**entry.parameters, **drawn})
    except pydantic.ValidationError:
        return False
    return not list(model.refuse(parameters, entry.nodes))


def with_parameters(scenario: Scenario, chosen: Choices) -> Scenario:
    """The scenario with these values in place of its own."""
    if not chosen:
        return scenario
    systems = {
        name: entry.model_copy(update={"parameters": {**entry.parameters, **chosen.get(name, {})}})
        for name, entry in scenario.systems.items()
    }
    return scenario.model_copy(update={"systems": systems})


def say(chosen: Choices) -> tuple[str, ...]:
    """What was chosen, as a note of the run."""
    said = [f"{system}.{name}={value}" for system, values in chosen.items() for name, value in values.items()]
    return (f"swarm: {', '.join(said)}",) if said else ()
