"""What a run leaves on disk: `runs/<scenario>/<seed>/`, enough to run it again and to compare."""

import json
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import msgspec

from sim.checks.formats import write_history
from sim.checks.formats.events import Fault
from sim.identity import code_hash
from sim.result import Run
from sim.scenario.loader import Loaded
from sim.world.link_rule import ENCODER
from sim.world.trace import DELIVER, decode_records
from sim.world.units import SECOND

SCHEMA = "seedstorm/1"
HEADERS = 40
"""Bytes of a message's headers."""

Json = dict[str, Any]


def versions() -> dict[str, str]:
    """What may make a run differ: the versions of Seedstorm and of Python, and a hash of the code of sim and models."""
    try:
        own = version("seedstorm")
    except PackageNotFoundError:
        own = "unknown"
    return {"sim": own, "python": platform.python_version(), "code": code_hash()}


def as_json(run: Run, artefact: str = "") -> Json:
    """The run as `sim run --json` prints it: keys are stable, times are integers in `_ns` or floats in `_s`."""
    head = {"schema": SCHEMA, "command": "run", "versions": versions(), "wall_s": round(run.wall_s, 4)}
    return head | body(run, artefact)


def body(run: Run, artefact: str = "") -> Json:
    """The keys of a run that no other command has."""
    counts = run.counts
    return {
        "scenario": run.scenario,
        "seed": run.seed,
        "verdict": run.verdict,
        "expect": run.expect,
        "met": run.met,
        "fingerprint": run.fingerprint,
        "checks": [_verdict(one) for one in run.checks],
        "events": counts.events,
        "messages": counts.sent,
        "virtual_s": run.virtual_ns / SECOND,
        "faults": {"fired": len(run.fired), "skipped": len(run.skipped)},
        "operations": {"ok": counts.ok, "fail": counts.fail, "unknown": counts.unknown},
        "traffic": {
            "sent": counts.sent,
            "delivered": counts.delivered,
            "lost": counts.lost,
            "duplicated": counts.duplicated,
            "corrupted": counts.corrupted,
            "bytes": _bytes(run),
        },
        "fired": [msgspec.to_builtins(one) for one in run.fired],
        "skipped": [msgspec.to_builtins(one) for one in run.skipped],
        "sometimes": {one.check.removeprefix("sometimes "): one.work for one in run.checks if one.kind == "landmark"},
        "nodes": [*run.servers, *run.clients],
        "reproduce": run.reproduce,
        "artefact": artefact or None,
        "notes": list(run.notes),
    }


def _bytes(run: Run) -> int | None:
    """Bytes on the wire of what was delivered, headers included; None where the trace was not kept."""
    if not run.trace:
        return None
    messages = (one[6] for one in decode_records(b"".join(run.trace)) if one[1] == DELIVER)
    return sum(len(ENCODER.encode(one)) + HEADERS for one in messages)


def _verdict(verdict: object) -> Json:
    found: Json = msgspec.to_builtins(verdict)
    return {"name": found.pop("check"), "verdict": found.pop("status"), **found}


def save(run: Run, loaded: Loaded, folder: Path) -> Path:
    """Write run.json, history.jsonl and, if it was kept, trace.msgpack into a folder of the run's own; returns that."""
    place = folder / run.scenario / str(run.seed)
    place.mkdir(parents=True, exist_ok=True)
    found = as_json(run, str(place)) | {
        "text": loaded.text,
        "path": loaded.path,
        "overrides": list(loaded.overrides),
        "plan": list(run.plan),
        "checkpoints": [list(one) for one in run.checkpoints],
    }
    _write(place / "run.json", json.dumps(found, indent=1).encode())
    _write(place / "history.jsonl", write_history(run.history, "json", _nemesis(run)).encode())
    if run.trace:
        _write(place / "trace.msgpack", b"".join(run.trace))
    return place


def _nemesis(run: Run) -> list[Fault]:
    """The faults as the nemesis of a history: when each began and ended, and on whom."""
    found: list[Fault] = []
    for fault in run.fired:
        text = " ".join((fault.kind, *fault.targets))
        found.append((fault.inject_ns, "start", text))
        if fault.heal_ns is not None:
            found.append((fault.heal_ns, "stop", text))
    return sorted(found, key=lambda one: one[0])


def _write(path: Path, data: bytes) -> None:
    """Write whole or not at all, so that an interrupt leaves no half a file."""
    draft = path.with_suffix(path.suffix + ".part")
    draft.write_bytes(data)
    draft.replace(path)


def read(path: Path) -> Json:
    """The run.json of a run's folder, or of the file itself; ValueError says what is wrong with it."""
    file = path / "run.json" if path.is_dir() else path
    try:
        found = json.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not text"
        raise ValueError(f"{file}: {reason}; expected a run's folder, such as runs/raft-partition/7") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"{file}:{error.lineno}:{error.colno}: not JSON: {error.msg}") from None
    needed = ("schema", "text", "path", "seed", "fingerprint", "checkpoints", "overrides")
    missing = [key for key in needed if not isinstance(found, dict) or key not in found]
    if missing:
        raise ValueError(f"{file}: no record of a run: it lacks {', '.join(missing)}")
    if found["schema"] != SCHEMA:
        raise ValueError(f"{file}: schema {found['schema']!r}, expected {SCHEMA!r}")
    return dict(found)


def is_terminal() -> bool:
    """Whether standard error is a terminal, where progress may be drawn."""
    return sys.stderr.isatty()
