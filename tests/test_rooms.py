"""Rooms import downwards only, the public face is small, and a run loads nothing heavy."""

import ast
import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

import sim

ROOT = Path(__file__).parents[1]

RANKS = {
    "sim.world": 0,
    "sim.checks": 1,
    "sim.model": 2,
    "sim.agreement": 3,
    "sim.invariants": 3,
    "sim.adversary": 3,
    "sim.levers": 3,
    "sim.faults": 2,
    "sim.scenario": 3,
    "sim.building": 4,
    "sim.result": 4,
    "sim.identity": 4,
    "sim.watching": 5,
    "sim.running": 6,
    "sim.artefact": 7,
    "sim.explore": 7,
    "sim.pytest_plugin": 8,
    "sim.strategies": 8,
    "reports": 8,
    "sim.card": 0,
    "sim.lab": 9,
    "sim.parameters": 1,
    "sim.status": 0,
    "sim.commands": 9,
    "sim.cli": 10,
    "sim.__main__": 11,
}
"""Room -> floor. A module may import from its own room and from lower floors."""


VERBS = ("explain", "mutants", "shrink", "sweep")
"""What a notebook does beside run and load, by the names of the command; no author of a model has to know them."""

FACES = ("sim", "sim.adversary", "sim.agreement", "sim.invariants", "sim.levers", "sim.parameters")
"""What models may import: the public face, and those for adversaries, agreement, promises over events, parameters."""


def room_of(module: str) -> str:
    """The room of a module: the longest name in RANKS that it begins with."""
    fitting = [room for room in RANKS if module == room or module.startswith(room + ".")]
    return max(fitting, key=len, default="")


def imports_of(file: Path) -> set[str]:
    """The modules of ours that a file imports, wherever it does."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            found.add(names[0] if len(names) == 1 else max((n for n in names if exists(n)), key=len, default=names[0]))
        elif isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
    return {name for name in found if name.split(".")[0] in ("sim", "models", "reports")}


def exists(module: str) -> bool:
    path = ROOT / module.replace(".", "/")
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def module_of(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_every_room_imports_only_from_lower_ones() -> None:
    wrong: list[str] = []
    for file in sorted([*ROOT.glob("sim/**/*.py"), *ROOT.glob("reports/**/*.py")]):
        module = module_of(file)
        room = room_of(module)
        if module == "sim":
            continue
        assert room, f"{module} stands in no room: add it to RANKS"
        wrong += [
            f"{module} imports {other}"
            for other in imports_of(file)
            if room_of(other) != room and RANKS.get(room_of(other), 99) >= RANKS[room]
        ]
    assert wrong == []


def _within(name: str, allowed: tuple[str, ...]) -> bool:
    """Whether a module is a public face (exactly), or stands in one of the allowed packages of models."""
    return any(name == home or (home.startswith("models.") and name.startswith(home + ".")) for home in allowed)


RUN_ON = {"models.ui_navigator": "models.agentflow", "models.resumesnap": "models.agentflow"}
"""Applications, and the engine whose public face they live on: their flows are code that only the engine can run."""


def test_models_import_public_names_of_sim_and_nothing_of_each_other() -> None:
    wrong: list[str] = []
    for file in sorted(ROOT.glob("models/*/**/*.py")):
        own = ".".join(file.relative_to(ROOT).parts[:2])
        if own == "models.stack":
            continue  # it composes the others
        allowed = (*FACES, own, "models.patterns")
        others = [name for name in imports_of(file) if not _within(name, allowed)]
        wrong += [f"{file.name}: {name}" for name in others if name != RUN_ON.get(own)]
    assert wrong == []


def test_the_public_face_is_small_and_every_name_of_it_loads() -> None:
    assert len(set(sim.__all__) - set(VERBS)) <= 30
    assert sorted(sim.__all__) == sorted(set(sim.__all__))
    assert all(getattr(sim, name) is not None for name in sim.__all__)
    assert dir(sim) == sorted(sim.__all__)


@pytest.mark.parametrize("face", FACES[1:])
def test_the_further_faces_are_small_and_sorted(face: str) -> None:
    module = importlib.import_module(face)
    assert len(module.__all__) <= 40
    assert module.__all__ == sorted(set(module.__all__))
    assert all(getattr(module, name) is not None for name in module.__all__)


def loaded_after(code: str) -> set[str]:
    show = f"{code}\nimport sys, json; print(json.dumps(sorted(m.partition('.')[0] for m in sys.modules)))"
    done = subprocess.run([sys.executable, "-c", show], check=True, capture_output=True, text=True, cwd=ROOT)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_importing_sim_loads_next_to_nothing() -> None:
    assert not loaded_after("import sim") & {"simpy", "pydantic", "msgspec", "numpy", "networkx", "rich", "yaml"}


def test_importing_frames_and_figures_loads_neither_pandas_nor_matplotlib() -> None:
    assert not loaded_after("from reports import figures, frames") & {"pandas", "matplotlib"}


def test_a_run_loads_nothing_heavy() -> None:
    words = ["run", "scenarios/raft/calm.yaml", "--set", "duration=3s", "--set", "settle=1s", "--no-save"]
    code = f"from sim.cli import main; main({words!r})"
    assert not loaded_after(code) & {"pandas", "matplotlib", "distributed", "numpy", "networkx", "jinja2"}
