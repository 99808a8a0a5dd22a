"""Recorded runs for the tests of pages: a failing one, one that stalls on a stale read, a large one, a hostile one."""

import json
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

from reports.page import page_of, record
from reports.page.recording import Recording
from sim.checks.verdict import Verdict
from sim.explore.telling import Record
from sim.scenario.loader import Loaded, load, load_text
from sim.world import trace as codes

ROOT = Path(__file__).parents[3]
HOSTILE = "</script><img src=x onerror=window.hacked=1><svg onload=window.hacked=2>\"'`${window.hacked=3}{{7*7}}"
"""What a name must not be able to do."""
BACKWARDS = "abc\u202edcba\u2066\u200f\x00\x1b[31m\u2028line"
BROKEN = "half \ud800 a pair"
LONG = "long " * 2_000


@cache
def recorded(name: str, *overrides: str) -> Recording:
    loaded = load(ROOT / "scenarios" / name, overrides)
    return record(loaded, loaded.scenario.seed)


@cache
def lossy() -> Recording:
    """A run that passes on a network that loses messages."""
    return recorded("raft/calm.yaml", "duration=15s", "settle=4s", "network.loss=1%")


@cache
def large() -> tuple[Recording, str]:
    """A run of more than 100,000 messages, and its page."""
    plain = lossy()
    messages = sum(one.code in (codes.DELIVER, codes.LOST) for one in plain.records)
    recording = tiled(plain, 100_000 // messages + 1)
    return recording, page_of(recording)


@cache
def hostile() -> Recording:
    """A failing run in which every text that can come from outside tries to break out.

    Keys, values and names of clients are hostile in the run itself; the rest is put into its recording.
    """
    plain = record(_hostile_scenario(), 1)
    nasty = f"{HOSTILE}{BACKWARDS}{BROKEN}"
    records = tuple(_with_nasty_contents(one, nasty) for one in plain.records)
    failed = plain.run.failed[0]
    assert failed.check == "linearizable"
    told = replace(failed, detail=f"{failed.detail} {nasty} {LONG}", because=(nasty, LONG))
    fired = tuple(replace(one, id=nasty, effect=nasty, written={nasty: nasty}) for one in plain.run.fired)
    run = replace(
        plain.run, scenario=nasty, checks=(told, Verdict(nasty, "unknown", nasty), *plain.run.checks),
        notes=(nasty, LONG), reproduce=nasty, fired=fired,
    )  # fmt: skip
    loaded = replace(plain.loaded, text=f"# {nasty}\n{plain.loaded.text}\n# {LONG}", path=nasty)
    return replace(plain, run=run, loaded=loaded, records=records, zones=dict.fromkeys(plain.run.servers, nasty))


def _hostile_scenario() -> Loaded:
    """The stale read with a key, values and clients that nobody should trust."""
    text = (ROOT / "scenarios" / "known_bugs/raft-stale-read.yaml").read_text()
    key, client = json.dumps(HOSTILE + BACKWARDS), json.dumps(f"c2{HOSTILE}")
    text = re.sub(r"\bx\b(?=[,\]}])", lambda _: key, text).replace("client: c2", f"client: {client}")
    text = text.replace("before]", json.dumps("before" + LONG) + "]").replace("after]", json.dumps(BACKWARDS) + "]")
    return load_text(text, "hostile.yaml")


def _with_nasty_contents(one: Record, nasty: str) -> Record:
    if one.code == codes.DELIVER:
        return replace(one, rest=(*one.rest[:4], [f"{HOSTILE}{one.number % 5}", nasty, LONG, one.number]))
    if one.code == codes.EMIT:
        return replace(one, rest=(*one.rest[:3], [nasty, nasty, LONG]))
    return one


def tiled(recording: Recording, times: int) -> Recording:
    """The same records again and again, one copy behind the other: a run of any size without the wait for it."""
    span, size = recording.run.virtual_ns, len(recording.records)
    records = tuple(_shifted(one, k * span, k * size) for k in range(times) for one in recording.records)
    emitted = tuple(one._replace(t_ns=one.t_ns + k * span) for k in range(times) for one in recording.emitted)
    return replace(recording, run=replace(recording.run, virtual_ns=span * times), records=records, emitted=emitted)


def _shifted(one: Record, ns: int, count: int) -> Record:
    rest = one.rest
    if one.code in (codes.DELIVER, codes.LOST):
        rest = (*rest[:2], rest[2] + ns, rest[3] + count if rest[3] else 0, *rest[4:])
    elif one.code == codes.EMIT:
        rest = (*rest[:2], rest[2] + count if rest[2] else 0, *rest[3:])
    return Record(one.number + count, one.t_ns + ns, one.code, rest)
