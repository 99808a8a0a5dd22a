"""`sim list`: scenarios, models, faults, checks or mutants, a line each."""

import argparse
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from sim import status
from sim.commands.output import say
from sim.commands.usage import UsageError

if TYPE_CHECKING:
    from sim.checks.check import Check
    from sim.model import Model, System

Row = tuple[str, str]
"""(name, one line)"""

_SERVERS_MAX = 64
WHAT = ("scenarios", "models", "faults", "checks", "mutants")


def options(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    which = parser.add_mutually_exclusive_group()
    for what in WHAT[1:]:
        which.add_argument(f"--{what}", action="store_true", help=f"list {what} instead of scenarios")
    parser.add_argument("folder", nargs="?", default="scenarios", help="where scenarios are (default: scenarios)")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")


def execute(arguments: argparse.Namespace) -> int:
    """Print the rows."""
    what = next((one for one in WHAT[1:] if getattr(arguments, one)), "scenarios")
    makers = {"models": _models, "faults": _faults, "checks": _checks, "mutants": _mutants}
    rows = makers[what]() if what in makers else _scenarios(arguments.folder)
    if arguments.json:
        found = [{"name": name, "about": about} for name, about in rows]
        say(arguments, "list", {what: found})
    elif rows:
        width = max(len(name) for name, _ in rows)
        print("\n".join(f"{name:<{width}}  {about}" for name, about in rows))
    return status.PASS if rows else status.EMPTY


def _scenarios(folder: str) -> list[Row]:
    from sim.scenario.errors import ScenarioErrors
    from sim.scenario.loader import load

    if not Path(folder).is_dir():
        raise UsageError(f"{folder} is no folder; name the one that holds your scenarios")
    rows = []
    for file in sorted(Path(folder).rglob("*.yaml")):
        try:
            scenario = load(file).scenario
        except ScenarioErrors as error:
            rows.append((str(file), f"{len(error.problems)} problems: sim validate {file}"))
            continue
        expected = "" if scenario.expect == "pass" else f" [expected: {scenario.expect}]"
        rows.append((str(file), scenario.about + expected + _last(scenario.name)))
    return rows


def _last(name: str) -> str:
    """How its last kept run ended."""
    import json

    kept = sorted(Path("runs", name).glob("*/run.json"), key=lambda file: file.stat().st_mtime)
    try:
        found = json.loads(kept[-1].read_text("utf-8")) if kept else {}
        return f" [last: {found['verdict']}, seed {found['seed']}]" if found else ""
    except (OSError, ValueError, KeyError):
        return ""


def _models() -> list[Row]:
    from sim.model import find_model, model_names

    return [(name, find_model(name).about) for name in model_names()]


def _faults() -> list[Row]:
    from sim.faults import FAULTS

    return [(verb, f"{_first(fault)} For example: {fault.example}") for verb, fault in sorted(FAULTS.items())]


def _checks() -> list[Row]:
    from sim.model import find_model, model_names
    from sim.scenario.schema import CHECKS

    rows = [(name, _first(options)) for name, options in CHECKS.items()]
    for name in model_names():
        model = find_model(name)
        smallest = _smallest(model)
        rows += [(check, f"{_claim(make, smallest)} (always, {name})") for check, make in model.checks.items()]
        rows += [(f"sometimes: {landmark}", f"a landmark of {name}") for landmark in model.landmarks]
    return rows


def _smallest(model: "Model") -> "System | None":
    """The least deployment that the model takes with its own parameters, not run; None if it needs to be told more."""
    from sim.model import System

    try:
        parameters = model.parameters()
    except ValueError:
        return None
    for size in range(1, _SERVERS_MAX + 1):
        if not list(model.refuse(parameters, size)):
            system = System("it", [f"n{number}" for number in range(1, size + 1)], parameters)
            model.build(system)
            return system
    return None


def _claim(make: "Callable[[System], Check]", system: "System | None") -> str:
    """What a promise says, by the first sentence of its class."""
    return "a promise of the model" if system is None else _first(type(make(system)))


def _mutants() -> list[Row]:
    from sim.model import find_model, model_names

    return [
        (f"{name} {mutant.name}", f"{mutant.about}; breaks {', '.join(mutant.breaks)}")
        for name in model_names()
        for mutant in find_model(name).mutants.values()
    ]


def _first(thing: object) -> str:
    return (inspect.getdoc(thing) or "").partition("\n")[0]
