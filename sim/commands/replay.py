"""`sim replay RUN`: run a kept run again and compare the fingerprint."""

import argparse
from pathlib import Path
from typing import Any

import msgspec

from sim import artefact, status
from sim.commands import common, output
from sim.commands.output import say
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
        found = common.or_crash(lambda: replay(record, _folder(arguments.run)), f"sim replay {arguments.run}")
    except ScenarioErrors as error:
        raise UsageError(f"the scenario of this run is not valid any more:\n{error}", prefixed=False) from None
    differences = _versions(record)
    if arguments.json:
        say(arguments, "replay", _as_json(found, differences))
    else:
        _print(record, found, differences)
    return status.PASS if found.identical else status.DIVERGED


def _folder(path: str) -> Path:
    return Path(path) if Path(path).is_dir() else Path(path).parent


def _versions(record: dict[str, Any]) -> list[str]:
    then, now = record.get("versions", {}), artefact.versions()
    return [f"{name} was {then.get(name)}, is {here}" for name, here in now.items() if then.get(name) != here]


def _as_json(found: Replay, differences: list[str]) -> output.Replay:
    return {
        "identical": found.identical,
        "events": found.run.counts.events,
        "fingerprint": found.run.fingerprint,
        "diverged_at": _diverged_at(found),
        "equal_records": found.equal,
        "differs_by": found.differs_by,
        "divergence": None if found.divergence is None else msgspec.to_builtins(found.divergence),
        "unstable": found.unstable,
        "changed_versions": differences,
    }


def _diverged_at(found: Replay) -> output.Event | None:
    """The first event that differs, as far as it is known, and what it is in both runs."""
    if found.identical:
        return None
    parted = found.divergence
    left, right = (None, None) if parted is None else (parted.left.what, parted.right.what)
    return {"event": found.equal + 1, "left": left, "right": right}


def _print(record: dict[str, Any], found: Replay, differences: list[str]) -> None:
    if found.identical:
        print(f"identical ({found.run.counts.events:,} events)  fingerprint {found.run.fingerprint[:16]}")
        return
    exact = found.divergence is not None and not found.unstable
    by = "" if found.differs_by is None or exact else f", and before event {found.differs_by:,}"
    print(f"diverged after {found.equal:,} equal events{'' if exact else ' or more'}{by}")
    print(f"  then  fingerprint {record['fingerprint'][:16]}   {record.get('events', 0):,} events")
    print(f"  now   fingerprint {found.run.fingerprint[:16]}   {found.run.counts.events:,} events")
    for difference in differences:
        print(f"  {difference}")
    if found.divergence is not None:
        _print_divergence(found)
    if any(difference.startswith("code ") for difference in differences):
        print("  other code may well run otherwise; with the same code a difference is a bug: sim doctor finds it")
    else:
        print("  the code is the same, so this is a bug of determinism: sim doctor names the first record that differs")


def _print_divergence(found: Replay) -> None:
    """The first records that differ, side by side, with what led to them."""
    divergence = found.divergence
    assert divergence is not None, "there is something to print"
    names = ("one run", "another") if found.unstable else ("then", "now")
    if found.unstable:
        print("  this code does not even agree with itself: two runs of it, one after the other, part")
    for record in divergence.since:
        print(f"    both    {record}")
    for name, side in zip(names, (divergence.left, divergence.right), strict=True):
        print(f"    {name:<7} {side.what}")
        for cause in side.causes:
            print(f"              because {cause}")
