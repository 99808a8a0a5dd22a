"""The pytest plugin: scenarios are tests, and tests may sweep scenarios.

`pytest scenarios/` collects every scenario below a folder of that name, one item for each seed; the fixture `sim_run`
runs a scenario under many seeds from a test of your own. Nothing but pytest is needed, and xdist may share the items.
"""

import shlex
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from _pytest._code.code import ExceptionInfo, TerminalRepr

    from sim.explore.row import Row

FOLDER = "scenarios"
"""Scenarios are collected below folders of this name."""
_HEAD_MAX = 4096


def pytest_addoption(parser: pytest.Parser) -> None:
    """--sim-seeds, --sim-seed."""
    group = parser.getgroup("seedstorm", "scenarios of Seedstorm")
    group.addoption("--sim-seeds", type=int, default=0, metavar="N", help="each scenario under the seeds 1 to N")
    group.addoption("--sim-seed", type=int, default=None, metavar="S", help="each scenario under this seed")


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker of the items."""
    config.addinivalue_line("markers", "seedstorm: a scenario under one seed")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "ScenarioFile | None":
    """A YAML file below `scenarios` that says its version and its name; others' files are left alone."""
    if file_path.suffix not in (".yaml", ".yml") or FOLDER not in file_path.parent.parts:
        return None
    if not _is_scenario(file_path):
        return None
    collected: ScenarioFile = ScenarioFile.from_parent(parent, path=file_path)
    return collected


def _is_scenario(path: Path) -> bool:
    """Whether the head of a file has a `version:` and a `name:` at its left edge."""
    try:
        head = path.read_bytes()[:_HEAD_MAX].decode("utf-8", "replace")
    except OSError:
        return False
    keys = {line.partition(":")[0] for line in head.splitlines() if ":" in line}
    return {"version", "name"} <= keys


class ScenarioFile(pytest.File):
    """One scenario: an item for each seed."""

    def collect(self) -> Iterator["ScenarioItem"]:
        """The seeds that were asked for; the scenario's own if none was."""
        from sim.scenario.errors import ScenarioErrors
        from sim.scenario.loader import load

        try:
            loaded = load(self.path)
        except ScenarioErrors as error:
            raise self.CollectError(str(error)) from None
        seed, count = self.config.getoption("--sim-seed"), self.config.getoption("--sim-seeds")
        seeds: Iterable[int] = [loaded.scenario.seed]
        if count:
            seeds = range(1, count + 1)
        if seed is not None:
            seeds = [seed]
        for one in seeds:
            item: ScenarioItem = ScenarioItem.from_parent(self, name=f"seed={one}", seed=one)
            yield item


class ScenarioFailure(Exception):
    """A run that did not end as its scenario expects; the message is all there is to say."""


class ScenarioItem(pytest.Item):
    """A scenario under one seed."""

    def __init__(self, *, seed: int, **rest: object) -> None:
        super().__init__(**rest)  # type: ignore[arg-type] # what from_parent passes on
        self.seed = seed
        self.add_marker("seedstorm")

    def runtest(self) -> None:
        """Run it; what its scenario expects is right, all else is a failure."""
        from sim.explore.worker import run_seed
        from sim.scenario.loader import load

        row = run_seed(load(self.path), self.seed)
        if not row.met:
            raise ScenarioFailure(_say(row, load(self.path).scenario.expect, self._shown()))

    def _shown(self) -> str:
        """The path as one would type it."""
        try:
            return str(self.path.relative_to(Path.cwd()))
        except ValueError:
            return str(self.path)

    def repr_failure(self, excinfo: "ExceptionInfo[BaseException]", style: object = None) -> "str | TerminalRepr":  # noqa: ARG002
        """The sentence and the commands, and no traceback of ours."""
        if isinstance(excinfo.value, ScenarioFailure):
            return str(excinfo.value)
        return super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the scenario begins, and which seed."""
        return self.path, 0, f"{self._shown()} {self.name}"


def _say(row: "Row", expect: str, path: str) -> str:
    """What happened, then how to see it again, why, and how to make it small."""
    lines = [_happened(row, expect)]
    quoted = shlex.quote(path)
    lines.append(f"  Reproduce  sim run {quoted} --seed {row.seed}")
    if row.outcome == "violation":
        lines.append(f"  Explain    sim explain {quoted} --seed {row.seed}")
        lines.append(f"  Shrink     sim shrink {quoted} --seed {row.seed}")
    return "\n".join(lines)


def _happened(row: "Row", expect: str) -> str:
    if row.failed:
        expected = "" if expect == "pass" else f" (expected: {expect})"
        return f"{row.check}: {row.detail}{expected}"
    if row.outcome == "unknown":
        return f"undecided, which is no pass: {row.detail or 'nothing happened'}"
    return f"it passes; expected: {expect}. If the bug is mended, let the scenario expect that"


@dataclass(frozen=True, repr=False)
class SimRuns:
    """The runs of one scenario under several seeds. What it prints names the smallest failing seed of each kind."""

    path: str
    expect: str
    rows: tuple["Row", ...]

    @property
    def ok(self) -> bool:
        """Whether every run ended as its scenario expects."""
        return all(row.met for row in self.rows)

    def __repr__(self) -> str:
        bad = [row for row in self.rows if not row.met]
        head = f"{self.path}: {len(bad)} of {len(self.rows)} runs are not as expected"
        smallest: dict[str, Row] = {}
        for row in bad:
            smallest.setdefault(str(row.kind or row.outcome), row)
        return "\n".join([head, *(_say(row, self.expect, self.path) for row in smallest.values())])


_MADE = pytest.StashKey[list[SimRuns]]()
"""The runs that a test made with the fixture."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Below a test that fails stands what its runs have to say, at full length."""
    report = yield
    if report.failed:
        bad = [repr(runs) for runs in item.stash.get(_MADE, []) if not runs.ok]
        report.sections += [("scenarios", text) for text in bad]
    return report


@pytest.fixture
def sim_run(request: pytest.FixtureRequest) -> Callable[..., SimRuns]:
    """A function that runs a scenario under seeds and gives its runs.

    For example ``assert sim_run("scenarios/raft/partition.yaml", seeds=range(50)).ok``. `overrides` are laid over it,
    such as ``("network.loss=1%",)``. A path that is not found from here is looked for from the root of the tests.
    """
    made: list[SimRuns] = request.node.stash.setdefault(_MADE, [])

    def run(path: str | Path, seeds: Iterable[int] | None = None, overrides: tuple[str, ...] = ()) -> SimRuns:
        from sim.explore.worker import run_seed
        from sim.scenario.loader import load

        found = Path(path) if Path(path).exists() else request.config.rootpath / path
        loaded = load(found, overrides)
        own = [loaded.scenario.seed] if seeds is None else sorted(seeds)
        runs = SimRuns(str(path), loaded.scenario.expect, tuple(run_seed(loaded, seed) for seed in own))
        made.append(runs)
        return runs

    return run
