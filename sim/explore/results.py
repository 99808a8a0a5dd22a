"""The rows of sweeps on disk: one sqlite file per scenario, written by the sweeping process alone.

A row's key is (scenario hash, code hash, point, seed): what another scenario or other code gave stays beside it and is
never mixed in. Each batch is one transaction, so whatever ends the process, finished batches are there.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from hashlib import blake2b
from pathlib import Path

import msgspec

from sim.explore.row import Row
from sim.scenario.loader import Loaded

LAYOUT = 1
_JSON = ("point", "failures", "fired", "sometimes", "features")
_FLAGS = ("met", "unreached")
_COLUMNS = tuple(field.name for field in fields(Row) if field.name != "order")
_QUOTED = ", ".join(f'"{name}"' for name in _COLUMNS)
_TYPES = {"wall_s": "REAL", "cpu_s": "REAL"}
_TEXTS = ("outcome", "check", "detail", "fingerprint", *_JSON)
_PATIENCE_S = 30


class ResultsError(Exception):
    """The results file cannot be used: the message says why and what to do, in one line."""


@dataclass(frozen=True)
class Key:
    """What all rows of one sweep have in common."""

    scenario: str
    code: str


@dataclass(frozen=True)
class Kept:
    """What the rows of a key are of: the scenario's path, its text and what was laid over it."""

    key: Key
    path: str
    text: str
    overrides: tuple[str, ...]


_ORDERS = """CREATE TABLE IF NOT EXISTS orders (number INTEGER PRIMARY KEY AUTOINCREMENT, scenario TEXT NOT NULL,
code TEXT NOT NULL, path TEXT NOT NULL, text TEXT NOT NULL, overrides TEXT NOT NULL)"""


def scenario_hash(loaded: Loaded) -> str:
    """12 hex digits over the scenario's text and what was laid over it."""
    text = msgspec.json.encode([loaded.text, *loaded.overrides])
    return blake2b(text, digest_size=6).hexdigest()


class Results:
    """An open results file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with _told(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, timeout=_PATIENCE_S)
        with _told(path), self._db:
            self._refuse_other_layouts()
            self._db.execute(_table())
            self._db.execute(_ORDERS)
            self._db.execute(f"PRAGMA user_version = {LAYOUT}")

    def _refuse_other_layouts(self) -> None:
        (layout,) = self._db.execute("PRAGMA user_version").fetchone()
        if layout not in (0, LAYOUT):
            raise ResultsError(
                f"{self.path}: written by another version of Seedstorm (layout {layout}, not {LAYOUT}); "
                "--save another folder"
            )

    def remember(self, key: Key, loaded: Loaded) -> None:
        """Keep what the rows of a key are of, so that a report needs nothing but this file. The last is the newest."""
        with _told(self.path), self._db:
            self._db.execute("DELETE FROM orders WHERE scenario = ? AND code = ?", (key.scenario, key.code))
            text = msgspec.json.encode(loaded.overrides).decode()
            values = (key.scenario, key.code, loaded.path, loaded.text, text)
            self._db.execute(
                "INSERT INTO orders (scenario, code, path, text, overrides) VALUES (?, ?, ?, ?, ?)", values
            )

    def newest(self) -> Kept | None:
        """What was swept last; None if the file does not say."""
        with _told(self.path):
            found = self._db.execute(
                "SELECT scenario, code, path, text, overrides FROM orders ORDER BY number DESC LIMIT 1"
            ).fetchone()
        if found is None:
            return None
        scenario, code, path, text, overrides = found
        return Kept(Key(scenario, code), path, text, tuple(map(str, json.loads(overrides))))

    def add(self, key: Key, rows: Iterable[Row]) -> None:
        """Write rows in one transaction; what was there under the same key is replaced."""
        marks = ", ".join("?" * (2 + len(_COLUMNS)))
        with _told(self.path), self._db:
            self._db.executemany(
                f"INSERT OR REPLACE INTO runs VALUES ({marks})",
                [(key.scenario, key.code, *_encode(row)) for row in rows],
            )

    def rows(self, key: Key) -> Iterator[Row]:
        """The rows of a key, in order of point and seed."""
        with _told(self.path):
            found = self._db.execute(
                f"SELECT {_QUOTED} FROM runs WHERE scenario = ? AND code = ? ORDER BY point, seed",
                (key.scenario, key.code),
            ).fetchall()
        for values in found:
            yield self._decode(values)

    def _decode(self, values: tuple[object, ...]) -> Row:
        known = dict(zip(_COLUMNS, values, strict=True))
        for name in _JSON:
            known[name] = json.loads(str(known[name]))
        for name in _FLAGS:
            known[name] = bool(known[name])
        try:
            return msgspec.convert(known, Row)
        except msgspec.ValidationError as error:
            raise ResultsError(f"{self.path}: a row of it makes no sense ({error}); --save another folder") from None

    def others(self, key: Key) -> list[tuple[Key, int]]:
        """Keys that are not this one, with how many rows they have."""
        with _told(self.path):
            found = self._db.execute("SELECT scenario, code, count(*) FROM runs GROUP BY scenario, code").fetchall()
        return [(Key(scenario, code), count) for scenario, code, count in found if Key(scenario, code) != key]

    def close(self) -> None:
        """Close the file."""
        self._db.close()


def _table() -> str:
    names = ", ".join(f'"{name}" {_TYPES.get(name, "TEXT" if name in _TEXTS else "INTEGER")}' for name in _COLUMNS)
    return (
        f"CREATE TABLE IF NOT EXISTS runs (scenario TEXT NOT NULL, code TEXT NOT NULL, {names}, "
        "PRIMARY KEY (scenario, code, point, seed)) WITHOUT ROWID"
    )


def _encode(row: Row) -> list[object]:
    values: list[object] = []
    for name in _COLUMNS:
        value = getattr(row, name)
        values.append(msgspec.json.encode(value).decode() if name in _JSON else value)
    return values


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Errors of the file as one line with what to do."""
    try:
        yield
    except sqlite3.Error as error:
        said = str(error)
        if "not a database" in said or "malformed" in said or "corrupt" in said:
            hint = "move it away, or --save another folder"
        elif "full" in said or "I/O" in said:
            hint = "make room and go on with --resume: the batches before this one are kept"
        else:
            hint = "--save another folder, or --no-save"
        raise ResultsError(f"{path}: {said}; {hint}") from None
    except OSError as error:
        raise ResultsError(f"{path}: {error.strerror}; --save another folder, or --no-save") from None
