"""A run as Chrome trace events, which Perfetto and chrome://tracing open.

A process is a system (or a zone, if there are several), a thread is a node. A handler takes no virtual time; so that it
can be seen, and a flow can bind to it, it is drawn as long as the time to the next one on its node, at most a
microsecond. Times are microseconds with a fraction, so nanoseconds stay.

Format: "Trace Event Format" (Google), https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
"""

import json
from collections.abc import Iterator
from itertools import pairwise

from reports.page.bands import bands_of
from reports.page.clock import TICK_NS
from reports.page.recording import Recording
from reports.page.text import visible
from reports.page.wording import content_of, kind_of
from sim.explore.telling import Record
from sim.world import trace as codes

Event = dict[str, object]
_FAULTS, _CLIENTS = "faults", "operations"
_HANDLED = (codes.DELIVER, codes.TIMER, codes.WAKE, codes.NODE)
_SPAN_MAX_NS = 1_000


def perfetto(recording: Recording) -> bytes:
    """The JSON object of the trace."""
    recording.speak()
    run = recording.run
    events = [*_names(recording), *_handlers(recording), *_flows(recording), *_faults(recording)]
    events += [*_operations(recording), *_counters(recording)]
    found = {
        "displayTimeUnit": "ms",
        "otherData": {
            "scenario": visible(run.scenario),
            "seed": str(run.seed),
            "fingerprint": run.fingerprint,
            "verdict": run.verdict,
        },
        "traceEvents": events,
    }
    return json.dumps(found, separators=(",", ":"), ensure_ascii=True).encode()


def _us(ns: int) -> float | int:
    """Microseconds; whole numbers stay whole."""
    return ns // 1_000 if ns % 1_000 == 0 else ns / 1_000


def _places(recording: Recording) -> dict[str, tuple[int, int]]:
    """Node -> (process, thread), both from 1; processes in order of first use."""
    groups: dict[str, int] = {}
    found = {}
    for thread, name in enumerate(recording.nodes, 1):
        process = groups.setdefault(_group(recording, name), len(groups) + 1)
        found[name] = (process, thread)
    return found


def _group(recording: Recording, name: str) -> str:
    zones = set(recording.zones.values())
    return recording.zones.get(name, "") if len(zones) > 1 else recording.systems.get(name, "nodes")


def _names(recording: Recording) -> Iterator[Event]:
    places = _places(recording)
    for process, group in {places[name][0]: _group(recording, name) for name in recording.nodes}.items():
        yield _meta("process_name", process, 0, visible(group or "nodes"))
    for name, (process, thread) in places.items():
        yield _meta("thread_name", process, thread, visible(name))


def _meta(what: str, process: int, thread: int, name: str) -> Event:
    return {"ph": "M", "name": what, "pid": process, "tid": thread, "ts": 0, "args": {"name": name}}


def _handlers(recording: Recording) -> Iterator[Event]:
    """A span for each handler, one for each late send, an instant for each event, crash and start."""
    places = _places(recording)
    by_node: dict[str, list[Record]] = {name: [] for name in recording.nodes}
    for one in recording.records:
        if one.code in (*_HANDLED, codes.EMIT) and one.node in by_node:
            by_node[one.node].append(one)
    for name, own in by_node.items():
        process, thread = places[name]
        sends = {int(one.rest[2]) for one in recording.records if one.code == codes.DELIVER and one.rest[0] == name}
        moments = sorted({one.t_ns for one in own} | sends)
        room = {at: min(_SPAN_MAX_NS, after - at) for at, after in pairwise(moments)}
        for one in own:
            yield {**_mark(one, room.get(one.t_ns, _SPAN_MAX_NS)), "pid": process, "tid": thread}
        # A message leaves when what its handler saved is durable, which may be later than the handler.
        for at in sorted(sends - {one.t_ns for one in own if one.code in _HANDLED}):
            width = _us(room.get(at, _SPAN_MAX_NS))
            yield {"ph": "X", "name": "send", "cat": "send", "ts": _us(at), "dur": width, "pid": process, "tid": thread}


def _mark(one: Record, width: int) -> Event:
    args: Event = {"record": one.number}
    if one.code == codes.EMIT:
        args["contents"] = content_of(one)
        return {
            "ph": "i",
            "s": "t",
            "name": visible(kind_of(one), 80),
            "cat": "event",
            "ts": _us(one.t_ns),
            "args": args,
        }
    if one.code == codes.NODE and one.rest[2] != "start":
        return {"ph": "i", "s": "t", "name": visible(one.rest[2], 80), "cat": "node", "ts": _us(one.t_ns), "args": args}
    if one.code == codes.DELIVER:
        name, args["contents"], args["from"] = kind_of(one), content_of(one), visible(one.rest[0], 80)
    else:
        name = {codes.TIMER: "timer ", codes.WAKE: ""}.get(one.code, "") + str(one.rest[-1])
    span = {"name": visible(name, 80), "cat": "handler", "ts": _us(one.t_ns), "dur": _us(width), "args": args}
    return {"ph": "X", **span}


def _flows(recording: Recording) -> Iterator[Event]:
    """A pair for each message that arrived, an instant at its sender for each that did not."""
    places = _places(recording)
    for one in recording.records:
        if one.code not in (codes.DELIVER, codes.LOST):
            continue
        source, target = places[one.rest[0]], places[one.rest[1]]
        base: Event = {"name": visible(kind_of(one), 80), "cat": "message"}
        if one.code == codes.LOST:
            at = {"ts": _us(one.rest[2]), "pid": source[0], "tid": source[1]}
            args = {"to": visible(one.rest[1], 80), "why": str(one.rest[5]), "contents": content_of(one)}
            yield {**base, **at, "ph": "i", "s": "t", "cat": "lost", "args": args}
            continue
        yield {**base, "ph": "s", "id": one.number, "ts": _us(one.rest[2]), "pid": source[0], "tid": source[1]}
        yield {**base, "ph": "f", "bp": "e", "id": one.number, "ts": _us(one.t_ns), "pid": target[0], "tid": target[1]}


def _faults(recording: Recording) -> Iterator[Event]:
    """Faults on tracks of their own: they overlap, so they are asynchronous spans; skipped ones are instants."""
    run, process = recording.run, len(recording.nodes) + 1
    yield _meta("process_name", process, 0, _FAULTS)
    for number, fault in enumerate(run.fired, 1):
        end = run.virtual_ns if fault.heal_ns is None else fault.heal_ns
        args = {
            "targets": [visible(name, 80) for name in fault.targets],
            "effect": visible(fault.effect),
            "id": fault.id,
        }
        base: Event = {"cat": "fault", "name": fault.kind, "id": number, "pid": process, "tid": 1}
        yield {**base, "ph": "b", "ts": _us(fault.inject_ns), "args": {**args, "id": visible(fault.id, 80)}}
        yield {**base, "ph": "e", "ts": _us(max(end, fault.inject_ns))}
    for skipped in run.skipped:
        args = {"reason": visible(skipped.reason)}
        base = {"cat": "fault", "name": f"{skipped.kind} skipped", "pid": process, "tid": 1}
        yield {**base, "ph": "i", "s": "p", "ts": _us(skipped.at_ns), "args": args}


def _operations(recording: Recording) -> Iterator[Event]:
    """What clients called: from call to return, or to the end of the run."""
    process = len(recording.nodes) + 2
    yield _meta("process_name", process, 0, _CLIENTS)
    for op in recording.run.history:
        args = {"client": visible(op.client, 80), "key": visible(op.key, 80), "arg": visible(op.arg, 120)}
        args |= {"result": visible(op.result, 120), "outcome": op.outcome}
        base: Event = {"cat": "operation", "name": visible(op.f, 40), "id": op.op, "pid": process, "tid": 1}
        end = recording.run.virtual_ns if op.ret_ns is None else op.ret_ns
        yield {**base, "ph": "b", "ts": _us(op.call_ns), "args": args}
        yield {**base, "ph": "e", "ts": _us(end)}


def _counters(recording: Recording) -> Iterator[Event]:
    """The numbers of the state bands: term, commit index and their kin, on the node that has them."""
    places = _places(recording)
    for band in bands_of(recording):
        if band.words:
            continue
        for track in band.tracks:
            name = recording.nodes[track.node]
            for at, value in zip(track.at, track.value, strict=True):
                label = f"{band.name} {visible(name, 60)}"
                base: Event = {"ph": "C", "name": label, "ts": _us(at * TICK_NS), "pid": places[name][0], "tid": 0}
                yield {**base, "args": {band.name: value}}
