"""The command `sim`: its verbs, their options, and what each failure says and exits with.

Standard output is the result, standard error the progress. Exit status: 0 pass, 1 violation, 2 unknown, 3 a model or
the engine crashed, 4 usage or bad file, 5 nothing to run, 6 replay diverged, 130 interrupted.
"""

import argparse
import importlib
import json
import os
import sys
import time
import traceback
from collections.abc import Sequence
from difflib import get_close_matches
from typing import NoReturn

from sim import status
from sim.commands.usage import UsageError

VERBS = {
    "run": "run a scenario under one seed and check what it promises",
    "sweep": "run a scenario under many seeds: which fail, how, how often",
    "search": "look for failures with a strategy that learns from what it has seen",
    "shrink": "make a failing seed the smallest scenario that fails the same way",
    "explain": "which faults a failure needs, and how it came about",
    "mutants": "which planted bugs are found, by which check, in how many seeds",
    "validate": "check scenario files without running them",
    "list": "list scenarios, models, faults, checks or mutants",
    "schema": "print the JSON Schema of scenario files",
    "report": "write a run, a sweep or a kill matrix as an HTML page",
    "export": "write the history of a run as another checker reads it",
    "check": "decide whether recorded histories are linearizable, and say why not",
    "replay": "run a kept run again and compare the fingerprint",
    "new": "write a model of your own and a scenario for it, which run",
    "doctor": "look for anything that makes a run depend on more than its seed",
}
"""Verb -> one line; the module `sim.commands.<verb>` has `options(parser)` and `execute(arguments) -> status`."""


class _Parser(argparse.ArgumentParser):
    """argparse with our way of saying what was wrong: one line, the nearest word, status 4."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(message)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="sim",
        description="Seedstorm: deterministic simulation of distributed systems under faults.",
        epilog="exit status: 0 pass, 1 violation, 2 unknown, 3 crashed, 4 usage or bad file, 5 nothing to run, "
        "6 replay diverged, 130 interrupted",
    )
    parser.add_argument("--traceback", action="store_true", help="show the Python traceback of a failure")
    parser.add_argument("--version", action="store_true", help="print the version and exit")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB")
    for verb, about in VERBS.items():
        verbs.add_parser(verb, help=about, description=about, add_help=False)
    return parser


def _verb_parser(verb: str) -> argparse.ArgumentParser:
    parser = _Parser(prog=f"sim {verb}", description=VERBS[verb])
    parser.add_argument("--traceback", action="store_true", help=argparse.SUPPRESS)
    importlib.import_module(f"sim.commands.{verb}").options(parser)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command with these words (default: those of the process); returns the exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    show_traceback = "--traceback" in words
    try:
        return _dispatch([word for word in words if word != "--traceback"])
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return status.INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader has gone; say nothing more
        return status.PASS
    except UsageError as error:
        if show_traceback:
            traceback.print_exc()
        if "--json" in words:
            print(json.dumps({"schema": "seedstorm/1", "error": str(error)}))
        print(f"sim: {error}" if error.prefixed else str(error), file=sys.stderr)
        return error.status
    except Exception as error:
        if show_traceback:
            traceback.print_exc()
        print(f"sim: a bug in the engine: {type(error).__name__}: {error} (--traceback shows where)", file=sys.stderr)
        return status.CRASHED


def _dispatch(words: list[str]) -> int:
    if not words or words[0] in ("-h", "--help"):
        _parser().print_help()
        return status.PASS if words else status.USAGE
    if words[0] == "--version":
        print(importlib.import_module("importlib.metadata").version("seedstorm"))
        return status.PASS
    verb = words[0]
    if verb not in VERBS:
        near = get_close_matches(verb, VERBS, 1)
        hint = f", did you mean {near[0]!r}?" if near else f"; there are {', '.join(VERBS)}"
        raise UsageError(f"no verb named {verb!r}{hint}")
    arguments = _verb_parser(verb).parse_args(words[1:])
    arguments.began = time.monotonic()
    execute = importlib.import_module(f"sim.commands.{verb}").execute
    return int(execute(arguments))
