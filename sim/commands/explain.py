"""`sim explain FILE --seed N`: which faults a failure needs, how it came about, and where a passing run differs."""

import argparse

import msgspec

from sim import status
from sim.commands import common, output
from sim.commands.crews import crew_options, executor_of, folders_near, in_words
from sim.commands.output import say
from sim.commands.usage import UsageError
from sim.explore.explain import Explanation, explain
from sim.explore.shrunk import Budget, NotConcrete, NothingToShrink
from sim.scenario.loader import Loaded


def options(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    parser.add_argument("file", metavar="FILE", help="a scenario that fails under this seed, or a kept run")
    parser.add_argument("--seed", type=common.seed_of, help="default: the scenario's own")
    parser.add_argument("--check", metavar="NAME", help="which failure to explain, if there are several")
    parser.add_argument("--vs", type=common.seed_of, metavar="SEED", help="compare with the same plan under this seed")
    parser.add_argument("--seeds", type=int, default=0, metavar="K", help="each needed fault under K further seeds")
    parser.add_argument("--runs", type=int, default=1000, metavar="N", help="at most so many runs (default: 1000)")
    parser.add_argument("--set", action="append", default=[], metavar="PATH=VALUE", help="such as network.loss=1%%")
    crew_options(parser)
    common.output_options(parser)


def execute(arguments: argparse.Namespace) -> int:
    """Explain, say."""
    if arguments.runs < 1 or arguments.seeds < 0:
        raise UsageError("--runs: expected 1 or more, and --seeds 0 or more")
    loaded, seed = common.load_kept_or_file(arguments.file, tuple(arguments.set), arguments.seed)
    found = in_words(lambda: _explained(arguments, loaded, seed))
    if arguments.json:
        say(arguments, "explain", _as_json(found))
    else:
        from reports.console import console
        from reports.explanations import show_explanation

        show_explanation(console(plain=arguments.plain, color=arguments.color), found)
    return status.PASS


def _explained(arguments: argparse.Namespace, loaded: Loaded, seed: int) -> Explanation:
    budget, executor, folders = Budget(arguments.runs, 300.0), executor_of(arguments), folders_near(loaded.path)
    try:
        return explain(
            loaded, seed, check=arguments.check, versus=arguments.vs, seeds=arguments.seeds, executor=executor,
            budget=budget, folders=folders,
        )  # fmt: skip
    except NothingToShrink as error:
        raise UsageError(str(error).replace("shrink", "explain"), status.EMPTY) from None
    except NotConcrete as error:
        raise UsageError(str(error), status.CRASHED) from None


def _as_json(found: Explanation) -> output.Explain:
    told, against = found.attribution, found.against
    return {
        "seed": found.seed,
        "check": found.kind.check,
        "kind": str(found.kind),
        "violation": found.verdict.detail,
        "needed": None if told is None else list(told.needed),
        "irrelevant": None if told is None else list(told.irrelevant),
        "sufficient": None if told is None else told.sufficient,
        "added": [] if told is None else list(told.added),
        "instead": [] if told is None else list(told.instead),
        "runs": None if told is None else told.runs,
        "pairings": [] if told is None else [{**msgspec.to_builtins(one), "p": one.p} for one in told.pairings],
        "story": [
            {
                "t_ns": one.t_ns,
                "node": one.node,
                "layer": found.seat(one),
                "text": found.words(one),
                "record": one.number,
            }
            for one in found.story
        ],
        "lead": found.lead,
        "events": found.events,
        "fork": None if against is None else msgspec.to_builtins(against),
    }
