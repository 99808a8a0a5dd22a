"""Who runs: the version of Python, of the packages that a run depends on, and a hash of the code of sim and models.

Rows of different code must not meet in one table, so every worker compares its identity with that of the sweep.
"""

import importlib.util
import platform
import socket
from dataclasses import dataclass, field, fields
from functools import cache
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from sim.scenario.schema import Scenario

PACKAGES = ("simpy", "msgspec", "pydantic", "PyYAML", "networkx", "numpy")


@dataclass(frozen=True)
class Identity:
    """Equal identities give equal rows. `host` says where, and is not compared."""

    python: str
    packages: tuple[str, ...]
    code: str
    host: str = field(default="", compare=False)

    def differences(self, other: "Identity") -> list[tuple[str, str, str]]:
        """(what, here, there) of everything that differs."""
        found = []
        for one in fields(self):
            here, there = getattr(self, one.name), getattr(other, one.name)
            if one.compare and here != there:
                found.append((one.name, *_differing(here, there)))
        return found


def _differing(here: object, there: object) -> tuple[str, str]:
    """Two values as text; of lists only what differs."""
    if isinstance(here, tuple) and isinstance(there, tuple):
        return ", ".join(sorted({*here} - {*there})), ", ".join(sorted({*there} - {*here}))
    return str(here), str(there)


def own_models(scenario: Scenario) -> tuple[str, ...]:
    """The modules of models that are not ours but the user's own, `pkg.mod:NAME`."""
    return tuple(sorted({entry.model.partition(":")[0] for entry in scenario.systems.values() if ":" in entry.model}))


@cache
def identity(modules: tuple[str, ...] = ()) -> Identity:
    """The identity of this process for scenarios whose models stand in these modules. Files are read once."""
    packages = tuple(f"{name} {_version(name)}" for name in PACKAGES)
    host = f"{socket.gethostname()} ({platform.system()})"
    return Identity(platform.python_version(), packages, code_hash(modules), host)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "absent"


def code_hash(modules: tuple[str, ...] = ()) -> str:
    """12 hex digits over the source of the packages sim and models and of these modules' packages, by path."""
    root = Path(__file__).parent
    digest = blake2b(digest_size=6)
    for folder in (root, root.parent / "models"):
        _take(digest, sorted(folder.rglob("*.py")), root.parent)
    for module in modules:
        file = _file_of(module.partition(".")[0])
        if file is not None:
            inside = sorted(file.parent.rglob("*.py")) if file.name == "__init__.py" else [file]
            _take(digest, inside, file.parent.parent if file.name == "__init__.py" else file.parent)
    return digest.hexdigest()


def _take(digest: blake2b, files: list[Path], root: Path) -> None:
    for file in files:
        digest.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")


def _file_of(top: str) -> Path | None:
    spec = importlib.util.find_spec(top)
    return None if spec is None or spec.origin is None else Path(spec.origin)
