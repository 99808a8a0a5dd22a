"""`sim mutants [MODEL]`: which planted bugs are found, by which check, how soon; and is the reference silent?"""

import argparse
from pathlib import Path
from typing import Any

import msgspec

from reports.progress import ProgressLine
from sim import status
from sim.commands import common
from sim.commands.crews import crew_options, executor_of, in_words
from sim.commands.output import say
from sim.commands.usage import UsageError
from sim.explore.grounds import Ground, NoGround, chosen_mutants, grounds_of
from sim.explore.hunt import hunt
from sim.explore.matrix import Cell, Matrix, Plan
from sim.explore.mutants import measure
from sim.explore.searching.strategies import STRATEGIES, checked
from sim.explore.shrunk import Budget
from sim.model import Model, Mutant, UnknownModel, find_model, model_names
from sim.scenario.errors import ScenarioErrors
from sim.scenario.translate import near


def options(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    parser.add_argument("model", nargs="?", metavar="MODEL", help="default: every model that has mutants")
    parser.add_argument("--mutant", action="append", default=[], metavar="NAME", help="only this one, repeatable")
    parser.add_argument("--repeat", type=int, default=10, metavar="R", help="repetitions, each on seeds of its own")
    parser.add_argument("--seeds", type=int, default=200, metavar="N", help="a repetition ends after so many in vain")
    parser.add_argument("--reference", type=int, default=20, metavar="N", help="seeds of the reference, at least")
    parser.add_argument("--swarm", action="store_true", help="also on the model's scenario of all faults together")
    parser.add_argument("--scenario", action="append", default=[], metavar="FILE", help="also on this one, repeatable")
    parser.add_argument(
        "--strategy",
        "--strategies",
        dest="strategy",
        action="append",
        default=[],
        metavar="S,S",
        help=f"compare these: {', '.join(STRATEGIES)}; priorities:4, delays:1",
    )
    parser.add_argument(
        "--families",
        type=int,
        default=0,
        metavar="N",
        help="also N seeds without each family of faults",
    )
    parser.add_argument("--shrink", action="store_true", help="shrink a kill of each mutant: the smallest plan")
    crew_options(parser)
    common.output_options(parser)


def execute(arguments: argparse.Namespace) -> int:
    """Measure, say; 1 if a mutant survived or the reference raised an alarm."""
    if min(arguments.repeat, arguments.seeds, arguments.reference) < 1:
        raise UsageError("--repeat, --seeds and --reference: expected 1 or more")
    grounds = [one for model in _models(arguments) for one in _grounds(model, arguments)]
    if not grounds:
        raise UsageError("no model has a mutant", status.EMPTY)
    if arguments.families < 0:
        raise UsageError("--families: expected a number of seeds")
    plan = Plan(arguments.repeat, arguments.seeds, arguments.reference, families=arguments.families)
    if arguments.strategy:
        return _compare(arguments, grounds, plan)
    shrinking = Budget(300, 40.0) if arguments.shrink else None
    progress = ProgressLine(quiet=arguments.json or arguments.quiet)
    folders = (str(Path.cwd()),)
    try:
        found = in_words(
            lambda: measure(
                grounds, plan, executor_of(arguments), folders, shrinking=shrinking, on_progress=progress.show
            )
        )
    finally:
        progress.clear()
    if arguments.json:
        say(arguments, "mutants", _as_json(found))
    else:
        from reports.console import console
        from reports.mutants import show_matrix

        show_matrix(console(plain=arguments.plain, color=arguments.color), found)
    return _status(found)


def _compare(arguments: argparse.Namespace, grounds: list[tuple[str, Mutant, Ground]], plan: Plan) -> int:
    """Strategies beside each other on the same mutants."""
    strategies = list(dict.fromkeys(one for text in arguments.strategy for one in text.split(",")))
    try:
        for one in strategies:
            checked(one)
    except ValueError as error:
        raise UsageError(str(error)) from None
    found, compared = in_words(lambda: hunt(grounds, strategies, plan, executor_of(arguments), (str(Path.cwd()),)))
    if arguments.json:
        hunted = [{**msgspec.to_builtins(one), "median": one.median, "undetected_after": one.curve} for one in found]
        compared_as = msgspec.to_builtins(compared)
        say(arguments, "mutants", {"strategies": hunted, "comparisons": compared_as})
    else:
        from reports.console import console
        from reports.searches import show_hunt

        show_hunt(console(plain=arguments.plain, color=arguments.color), found, compared)
    return status.PASS


def _models(arguments: argparse.Namespace) -> list[Model]:
    common.find_models_near(arguments.scenario[0] if arguments.scenario else ".")
    try:
        names = [arguments.model] if arguments.model else model_names()
        return [model for model in map(find_model, names) if model.mutants]
    except UnknownModel as error:
        hint = f": {error.reason}" if error.reason else near(error.name, error.known)
        raise UsageError(f"no model named {error.name!r}{hint}") from None


def _grounds(model: Model, arguments: argparse.Namespace) -> list[tuple[str, Mutant, Ground]]:
    name = arguments.model or model.name
    known = tuple(model.mutants)
    for one in arguments.mutant:
        if one not in known:
            raise UsageError(f"{name} has no mutant {one!r}{near(one, known)}")
    try:
        return [
            (name, mutant, ground)
            for mutant in chosen_mutants(model, arguments.mutant)
            for ground in grounds_of(name, mutant, swarm=arguments.swarm, more=arguments.scenario)
        ]
    except ScenarioErrors as error:
        raise UsageError(str(error), prefixed=False) from None
    except NoGround as error:
        raise UsageError(str(error)) from None


def _status(found: Matrix) -> int:
    if found.interrupted:
        return status.INTERRUPTED
    alarms = any(one.alarms for one in found.reference)
    return status.VIOLATION if alarms or found.survivors else status.PASS


def _as_json(found: Matrix) -> dict[str, Any]:
    return {
        "repeat": found.plan.repeat,
        "limit": found.plan.limit,
        "interrupted": found.interrupted,
        "survivors": list(found.survivors),
        "mutants": [_cell(cell) for cell in found.cells],
        "false_positives": [
            {"scenario": one.ground.loaded.path, "seed": row.seed, "check": row.check, "detail": row.detail}
            for one in found.reference
            for row in one.alarms
        ],
        "reference": [
            {
                "scenario": one.ground.loaded.path,
                "runs": len(one.rows),
                "alarms": [{"seed": row.seed, "check": row.check, "detail": row.detail} for row in one.alarms],
            }
            for one in found.reference
        ],
    }


def _cell(cell: Cell) -> dict[str, Any]:
    share, interval = cell.share
    smallest = cell.smallest
    return {
        "model": cell.model,
        "id": cell.mutant.name,
        "about": cell.mutant.about,
        "promise": list(cell.mutant.breaks),
        "scenario": cell.ground.loaded.path,
        "killed": cell.killed,
        "found_by": dict(cell.found_by),
        "strategy": "random",
        "median": cell.median,
        "low": cell.interval.low,
        "high": cell.interval.high,
        "waits": [{"runs": wait.runs, "found": wait.found} for wait in cell.waits],
        "undetected_after": [[runs, share_left] for runs, share_left in cell.curve],
        "runs": len(cell.rows),
        "kills": len(cell.kills),
        "kill_share": share,
        "kill_low": interval.low,
        "kill_high": interval.high,
        "cpu_s": cell.cpu_median_s,
        "other_checks": dict(cell.others),
        "without": {family: wait.runs if wait.found else None for family, wait in cell.without},
        "needs": None if cell.needs is None else list(cell.needs),
        "smallest_plan": None
        if smallest is None
        else {
            "check": smallest.check,
            "faults": smallest.faults,
            "kinds": list(smallest.kinds),
            "nodes": smallest.nodes,
            "duration_ns": smallest.duration_ns,
            "events": smallest.events,
            "finished": smallest.finished,
        },
    }
