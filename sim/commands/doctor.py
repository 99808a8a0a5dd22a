"""`sim doctor [FILE]`: look for anything that makes a run depend on more than its seed."""

import argparse
import platform

import msgspec

from sim import status
from sim.commands import common
from sim.commands.output import say
from sim.commands.usage import UsageError
from sim.explore.doctor import Difference, Examined, Way, examine, find_difference, ways
from sim.explore.sources import Source, sources_of
from sim.model import find_model
from sim.scenario.loader import Loaded

DEFAULT = "scenarios/raft/partition.yaml"


def options(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    parser.add_argument("file", nargs="?", default=DEFAULT, metavar="FILE", help=f"a scenario (default: {DEFAULT})")
    parser.add_argument("--seeds", type=int, default=3, help="how many seeds, from 1 on (default: 3)")
    parser.add_argument("--python", action="append", default=[], metavar="PATH", help="another interpreter, repeatable")
    parser.add_argument("--set", action="append", default=[], metavar="PATH=VALUE", help="such as duration=10s")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")


def execute(arguments: argparse.Namespace) -> int:
    """Examine every way; 0 if all agree, 6 if one parts."""
    if arguments.seeds < 1:
        raise UsageError("--seeds: expected 1 or more")
    loaded = common.load_or_refuse(arguments.file, tuple(arguments.set))
    found: list[tuple[Way, list[Examined]]] = []
    if not arguments.json:
        head = _columns("way", "Python", "hash seed", "start", f"fingerprints of seeds 1 to {arguments.seeds}")
        print(f"  {loaded.scenario.name} on {platform.platform()}\n       {head}", flush=True)
    for way in ways(arguments.python):
        examined = [_examine(loaded, seed, way) for seed in range(1, arguments.seeds + 1)]
        found.append((way, examined))
        if not arguments.json:
            print(_row(way, examined, found[0][1]), flush=True)
    differences = _differences(loaded, found)
    sources = _sources(loaded)
    if arguments.json:
        say(arguments, "doctor", _as_json(loaded, found, differences, sources))
    else:
        _print(loaded, arguments.seeds, differences)
        print("".join(f"  look  {source}\n" for source in sources), end="")
    broken = any(one.problem for _, examined in found for one in examined)
    return status.DIVERGED if differences else status.CRASHED if broken else status.PASS


def _examine(loaded: Loaded, seed: int, way: Way) -> Examined:
    reproduce = f"sim run {loaded.path} --seed {seed}"
    return common.or_crash(lambda: examine(loaded, seed, way), reproduce)


def _row(way: Way, examined: list[Examined], first: list[Examined]) -> str:
    problems = [one.problem for one in examined if one.problem]
    same = [one.fingerprint for one in examined] == [one.fingerprint for one in first]
    mark = "??   " if problems else "ok   " if same else "FAIL "
    said = problems[0] if problems else " ".join(one.fingerprint[:12] for one in examined[:4])
    return f"  {mark}{_columns(way.name, examined[0].python, way.hash_seed, way.start, said)}"


def _columns(way: str, python: str, hash_seed: str, start: str, said: str) -> str:
    """A line of the certificate."""
    return f"{way:<36} {python:<8} {hash_seed:<9} {start:<10} {said}"


def _differences(loaded: Loaded, found: list[tuple[Way, list[Examined]]]) -> list[Difference]:
    """The first seed that differs, of each way."""
    expected = [one.fingerprint for one in found[0][1]]
    differences = []
    for way, examined in found:
        pairs = zip(examined, expected, strict=True)
        parted = [one for one, right in pairs if not one.problem and one.fingerprint != right]
        if parted:
            differences.append(find_difference(loaded, parted[0].seed, way))
    return differences


def _sources(loaded: Loaded) -> list[Source]:
    """What the code of the scenario's models holds that may make a run depend on more than its seed."""
    builds = {find_model(entry.model).build.__module__ for entry in loaded.scenario.systems.values()}
    packages = {".".join(name.split(".")[: 2 if name.startswith("models.") else 1]) for name in builds}
    return [source for package in sorted(packages) for source in sources_of(package)]


def _as_json(
    loaded: Loaded, found: list[tuple[Way, list[Examined]]], differences: list[Difference], sources: list[Source]
) -> dict[str, object]:
    return {
        "platform": platform.platform(),
        "scenario": loaded.path,
        "seeds": [one.seed for one in found[0][1]],
        "ways": [
            {
                "way": way.name,
                "python": examined[0].python if examined else "",
                "hash_seed": way.hash_seed,
                "start": way.start,
                "fingerprints": [one.fingerprint for one in examined],
                "problems": [one.problem for one in examined if one.problem],
            }
            for way, examined in found
        ],
        "sources": [str(source) for source in sources],
        "differences": [
            {"seed": one.seed, "way": one.way, "divergence": msgspec.to_builtins(one.divergence)} for one in differences
        ],
    }


def _print(loaded: Loaded, seeds: int, differences: list[Difference]) -> None:
    if not differences:
        print(f"PASS  {loaded.scenario.name}: {seeds} seeds, every way the same fingerprint")
    for one in differences:
        found = one.divergence
        where = ", but not when it was run again" if found is None else f" at record {found.equal + 1:,}"
        print(f"FAIL  seed {one.seed}, {one.way}: parts from the first way{where}")
        if found is not None:
            print("\n".join(f"  both   {record}" for record in found.since))
            for name, side in (("left", found.left), ("right", found.right)):
                print("\n".join([f"  {name:<6} {side.what}", *(f"           because {one}" for one in side.causes)]))
