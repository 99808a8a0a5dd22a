"""Writes a shrunk failure down for good: a scenario that is expected to fail, and a test that holds it to that."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sim.explore.failure import CRASH
from sim.explore.shrinking.case import Case
from sim.explore.shrunk import Shrunk
from sim.scenario.yaml_writer import write_scenario
from sim.world.units import show_ns

_WIDE = 112


@dataclass(frozen=True)
class Emitted:
    """The files that were written; `test` is None where none was asked for."""

    scenario: Path
    test: Path | None


def emit(shrunk: Shrunk, folder: Path, tests: Path | None) -> Emitted:
    """Write `<name>.yaml` into a folder and `test_<name>.py` into that for tests. OSError if that cannot be."""
    name = _name(shrunk)
    folder.mkdir(parents=True, exist_ok=True)
    case = named(shrunk.case, name)
    path, text = _free(folder, name, lambda taken: scenario_text(shrunk, named(shrunk.case, taken), folder))
    path.write_text(text)
    if tests is None:
        return Emitted(path, None)
    tests.mkdir(parents=True, exist_ok=True)
    test = tests / f"test_{path.stem.replace('-', '_').replace('.', '_')}.py"
    test.write_text(pytest_text(shrunk, named(case, path.stem)))
    return Emitted(path, test)


def named(case: Case, name: str) -> Case:
    """The case as a scenario of its own, without what says nothing."""
    said = {key: one for key, one in case.data.items() if one not in ([], {}) and (key, one) != ("settle", "0s")}
    return case.of({**said, "name": name, "seed": case.seed})


def _free(folder: Path, name: str, text_of: Callable[[str], str]) -> tuple[Path, str]:
    """The first of name, name-2, name-3, ... that is not another scenario's already."""
    number = 1
    while True:
        taken = name if number == 1 else f"{name}-{number}"
        path, text = folder / f"{taken}.yaml", text_of(taken)
        if not path.exists() or path.read_text() == text:
            return path, text
        number += 1


def _name(shrunk: Shrunk) -> str:
    origin = str(shrunk.case.data["name"])
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", f"{origin}-{shrunk.kind.check}")


def scenario_text(shrunk: Shrunk, case: Case, folder: Path | None = None) -> str:
    """The scenario with its story above it."""
    return write_scenario(case.data, [*_schema_line(folder), *story(shrunk)], dict(shrunk.freedom))


def _schema_line(folder: Path | None) -> list[str]:
    """Where editors find the schema, if the folder lies beside one."""
    for above in () if folder is None else (folder.resolve(), *folder.resolve().parents):
        schema = above / "schema.json"
        if schema.is_file():
            assert folder is not None, "it lies below this"
            return [f"yaml-language-server: $schema={Path(os.path.relpath(schema, folder.resolve())).as_posix()}"]
    return []


def story(shrunk: Shrunk) -> list[str]:
    """Where it was found, how it was made small, and what happens."""
    before, after = shrunk.before, shrunk.after
    faults, nodes = (f"{n} {word}{'s' * (n != 1)}" for n, word in ((before.faults, "fault"), (before.nodes, "node")))
    size = f"{faults}, {nodes}, {show_ns(before.duration_ns)}"
    end = "" if shrunk.finished else "; more might be left out"
    found = f"Found by: {shrunk.found_by}; shrunk from {size} in {shrunk.runs} runs{end}."
    lines = _wrapped(found)
    if shrunk.result is not None:
        for fault in shrunk.result.fired:
            until = "" if fault.heal_ns is None else f" to {show_ns(fault.heal_ns)}"
            who = fault.effect if fault.kind in ("partition", "link") else ", ".join(fault.targets)
            lines += _wrapped(f"{show_ns(fault.inject_ns)}{until}: {fault.kind} {who} ({fault.id})")
    if not after.faults:
        lines.append("No fault is needed.")
    return lines + _wrapped(f"{shrunk.kind.check}: {shrunk.row.detail}")


def _wrapped(text: str) -> list[str]:
    """Lines of a comment."""
    lines = [""]
    for word in text.replace("\n", " ").split():
        if lines[-1] and len(lines[-1]) + len(word) >= _WIDE:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


_TEST = '''"""{title}

{story}
"""

from sim import run
from sim.scenario.loader import load_text

SCENARIO = r"""
{scenario}"""


def test_{function}_is_still_there() -> None:
    result = run(load_text(SCENARIO))
    failed = [one.check for one in result.failed]
    assert "{check}" in failed, "it passes: if it is mended, let the scenario expect that"
'''

_CRASH_TEST = '''"""{title}

{story}
"""

import pytest

from sim import run
from sim.scenario.loader import load_text
from sim.world.crash_site import ModelCrash

SCENARIO = r"""
{scenario}"""


def test_{function}_is_still_there() -> None:
    with pytest.raises(ModelCrash):
        run(load_text(SCENARIO))
'''


def pytest_text(shrunk: Shrunk, case: Case) -> str:
    """A test of some twenty lines with the literal plan: it outlives changes of the order in which things are drawn."""
    name = str(case.data["name"])
    return (_CRASH_TEST if shrunk.kind.check == CRASH else _TEST).format(
        title=f"A known bug: {name}.",
        story="\n".join(story(shrunk)).replace('"""', "'''").replace("\\", "/"),
        scenario=write_scenario(case.data),
        function=re.sub(r"\W", "_", name),
        check=shrunk.kind.check,
    )
