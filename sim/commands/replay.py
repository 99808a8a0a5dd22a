"""`sim replay RUN`: run a kept run again and compare the fingerprint."""

import argparse
import json
from pathlib import Path
from typing import Any

from sim import artefact, status
from sim.commands import common
from sim.commands.usage import UsageError
from sim.explore.replay import Replay, replay
from sim.scenario.errors import ScenarioErrors


def options(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    parser.add_argument(
        "run", metavar="RUN", help="the folder of a run, such as runs/raft-partition/7, or its run.json"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")


def execute(arguments: argparse.Namespace) -> int:
    """Run again, compare, say so."""
    try:
        record = artefact.read(Path(arguments.run))
    except ValueError as error:
        raise UsageError(str(error)) from None
    try:
        found = common.or_crash(lambda: replay(record), f"sim replay {arguments.run}")
    except ScenarioErrors as error:
        raise UsageError(f"the scenario of this run is not valid any more:\n{error}", prefixed=False) from None
    differences = _versions(record)
    if arguments.json:
        print(json.dumps(_as_json(found, differences)))
    else:
        _print(record, found, differences)
    return status.PASS if found.identical else status.DIVERGED


def _versions(record: dict[str, Any]) -> list[str]:
    then, now = record.get("versions", {}), artefact.versions()
    return [f"{name} was {then.get(name)}, is {here}" for name, here in now.items() if then.get(name) != here]


def _as_json(found: Replay, differences: list[str]) -> dict[str, Any]:
    return {
        "schema": artefact.SCHEMA,
        "command": "replay",
        "versions": artefact.versions(),
        "wall_s": round(found.run.wall_s, 4),
        "identical": found.identical,
        "events": found.run.counts.events,
        "fingerprint": found.run.fingerprint,
        "equal_records": found.diverged_after,
        "changed_versions": differences,
    }


def _print(record: dict[str, Any], found: Replay, differences: list[str]) -> None:
    if found.identical:
        print(f"identical ({found.run.counts.events:,} events)  fingerprint {found.run.fingerprint[:16]}")
        return
    print(f"diverged after {found.diverged_after:,} equal events or more")
    print(f"  then  fingerprint {record['fingerprint'][:16]}   {record.get('events', 0):,} events")
    print(f"  now   fingerprint {found.run.fingerprint[:16]}   {found.run.counts.events:,} events")
    for difference in differences:
        print(f"  {difference}")
    if any(difference.startswith("code ") for difference in differences):
        print("  other code may well run otherwise; with the same code a difference is a bug: sim doctor finds it")
    else:
        print("  the code is the same, so this is a bug of determinism: sim doctor names the first record that differs")
