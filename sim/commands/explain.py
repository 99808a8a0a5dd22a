"""`sim explain FILE --seed N`: which faults a failure needs, how it came about, and where a passing run differs."""

import argparse
import json
from typing import Any

import msgspec

from sim import artefact, status
from sim.commands import common
from sim.commands.crews import crew_options, executor_of, folders_near, in_words
from sim.commands.usage import UsageError
from sim.explore.explain import Explanation, explain
from sim.explore.shrunk import Budget, NotConcrete, NothingToShrink
from sim.scenario.loader import Loaded


def options(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    parser.add_argument("file", metavar="FILE", help="a scenario that fails under this seed")
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
    loaded = common.load_or_refuse(arguments.file, tuple(arguments.set))
    seed = loaded.scenario.seed if arguments.seed is None else arguments.seed
    found = in_words(lambda: _explained(arguments, loaded, seed))
    if arguments.json:
        print(json.dumps(_as_json(found)))
    else:
        from reports.console import console
        from reports.explanations import show_explanation

        show_explanation(console(plain=arguments.plain, color=arguments.color), found)
    return status.PASS


def _explained(arguments: argparse.Namespace, loaded: Loaded, seed: int) -> Explanation:
    budget, executor, folders = Budget(arguments.runs, 300.0), executor_of(arguments), folders_near(arguments.file)
    try:
        return explain(
            loaded, seed, check=arguments.check, versus=arguments.vs, seeds=arguments.seeds, executor=executor,
            budget=budget, folders=folders,
        )  # fmt: skip
    except NothingToShrink as error:
        raise UsageError(str(error).replace("shrink", "explain"), status.EMPTY) from None
    except NotConcrete as error:
        raise UsageError(str(error), status.CRASHED) from None


def _as_json(found: Explanation) -> dict[str, Any]:
    attribution, against = found.attribution, found.against
    return {
        "schema": artefact.SCHEMA,
        "command": "explain",
        "versions": artefact.versions(),
        "seed": found.seed,
        "check": found.kind.check,
        "kind": str(found.kind),
        "detail": found.verdict.detail,
        "attribution": None
        if attribution is None
        else {
            "needed": list(attribution.needed),
            "sufficient": attribution.sufficient,
            "added": list(attribution.added),
            "instead": list(attribution.instead),
            "irrelevant": list(attribution.irrelevant),
            "runs": attribution.runs,
            "pairings": [{**msgspec.to_builtins(one), "p": one.p} for one in attribution.pairings],
        },
        "story": [{"record": one.number, "t_ns": one.t_ns, "text": one.words()} for one in found.story],
        "events": found.events,
        "against": None if against is None else msgspec.to_builtins(against),
    }
