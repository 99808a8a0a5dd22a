"""What `--json` prints: one object a command, its keys as types, from which the JSON Schema of all outputs is made.

Keys are stable: new ones may be added, none renamed. Numbers are numbers, times are integers in `_ns` or floats in
`_s`, what is absent is null.
"""

import argparse
import json
import time
from collections.abc import Mapping
from typing import Any, TypedDict

from sim import artefact


class Shares(TypedDict):
    """Operations by how they ended."""

    ok: int
    fail: int
    unknown: int


class Fired(TypedDict):
    """Faults that fired, and that found no target."""

    fired: int
    skipped: int


class Seeds(TypedDict):
    """How many were asked for (null: for as long as it takes), were run, and are undecided."""

    asked: int | None
    run: int
    unknown: int


class Event(TypedDict):
    """The first event that differs, and what it is in both runs, where that is known."""

    event: int
    left: str | None
    right: str | None


class Versions(TypedDict):
    """What may make a run differ."""

    sim: str
    python: str
    code: str


class Size(TypedDict):
    """How large a case is."""

    faults: int
    nodes: int
    clients: int
    operations: int
    duration_ns: int
    events: int


class Traffic(TypedDict):
    """In messages; `bytes` is known where the trace was kept."""

    sent: int
    delivered: int
    lost: int
    duplicated: int
    corrupted: int
    bytes: int | None


class Checked(TypedDict):
    """The verdict of one check."""

    name: str
    verdict: str
    detail: str
    kind: str
    algorithm: str
    work: int
    involved: list[int]


class Skipped(TypedDict):
    """A fault that found no target."""

    id: str
    kind: str
    at_ns: int
    reason: str


class Failing(TypedDict):
    """A kind of failure of a sweep."""

    kind: str
    check: str
    count: int
    first: int
    share: float
    low: float
    high: float | None
    smallest_seed: int
    point: list[str]
    detail: str
    reproduce: str
    shrink: str


class Told(TypedDict):
    """A record of a story. `layer` is that of the node and its role there, empty if it has none."""

    t_ns: int
    node: str
    layer: str
    text: str
    record: int


class History(TypedDict):
    """What was decided of one history. `sentence` is `detail`, `minimal` is `involved`: the operations it rests on."""

    file: str
    format: str
    verdict: str
    detail: str
    sentence: str
    algorithm: str
    work: int
    operations: Shares
    involved: list[int]
    minimal: list[int]
    because: list[str]
    notes: list[str]


class Mutated(TypedDict):
    """A mutant on a scenario."""

    id: str
    model: str
    promise: list[str]
    scenario: str
    killed: bool
    runs: int
    median: int | None
    low: float
    high: float | None


class Alarm(TypedDict):
    """A failure of the reference."""

    scenario: str
    seed: int
    check: str
    detail: str


class Run(TypedDict):
    """`sim run`."""

    scenario: str
    seed: int
    verdict: str
    expect: str
    met: bool
    fingerprint: str
    checks: list[Checked]
    events: int
    messages: int
    virtual_s: float
    faults: Fired
    operations: Shares
    traffic: Traffic
    skipped: list[Skipped]
    sometimes: dict[str, int]
    nodes: list[str]
    reproduce: str
    artefact: str | None
    notes: list[str]


class Sweep(TypedDict):
    """`sim sweep`. `results` is the path of the sqlite file."""

    scenario: str
    expect: str
    executor: str
    interrupted: bool
    points: list[list[str]]
    runs: int
    seeds: Seeds
    reused: int
    outcomes: dict[str, int]
    decided: int
    failed: int
    failures: list[Failing]
    rule_of_three: float | None
    residual: dict[str, Any] | None
    fired: dict[str, int]
    never_fired: list[str]
    never_reached: list[str]
    rate_per_s: float | None
    notes: list[str]
    results: str | None


class Replay(TypedDict):
    """`sim replay`. `diverged_at` is null if the runs are identical."""

    identical: bool
    events: int
    fingerprint: str
    diverged_at: Event | None
    equal_records: int
    differs_by: int | None
    divergence: dict[str, Any] | None
    unstable: bool
    changed_versions: list[str]


class Shrink(TypedDict):
    """`sim shrink`. `scenario` is what is left, `file` and `test` the paths written."""

    seed: int
    kind: str
    check: str
    detail: str
    finished: bool
    interrupted: bool
    runs: int
    steps: list[str]
    before: Size
    after: Size
    needed: list[dict[str, Any]]
    scenario: dict[str, Any]
    file: str | None
    test: str | None


class Explain(TypedDict):
    """`sim explain`. needed and what follows are null if the budget did not last.

    lead says of a system in layers which of them kept their promises; empty otherwise.
    """

    seed: int
    check: str
    kind: str
    violation: str
    needed: list[dict[str, Any]] | None
    irrelevant: list[dict[str, Any]] | None
    sufficient: bool | None
    added: list[dict[str, Any]]
    instead: list[dict[str, Any]]
    runs: int | None
    pairings: list[dict[str, Any]]
    story: list[Told]
    lead: str
    events: int
    fork: dict[str, Any] | None


class Check(TypedDict):
    """`sim check`."""

    spec: str
    histories: list[History]


class Mutants(TypedDict):
    """`sim mutants` without `--strategy`."""

    repeat: int
    limit: int
    interrupted: bool
    survivors: list[str]
    mutants: list[Mutated]
    false_positives: list[Alarm]


class Validate(TypedDict):
    """`sim validate`."""

    files: int
    problems: list[dict[str, Any]]


class Search(TypedDict):
    """`sim search`."""

    strategy: str
    runs: int
    features: int
    interrupted: bool
    finds: list[dict[str, Any]]


OUTPUTS: dict[str, type] = {
    "run": Run, "sweep": Sweep, "replay": Replay, "shrink": Shrink, "explain": Explain, "check": Check,
    "mutants": Mutants, "validate": Validate, "search": Search,
}  # fmt: skip
"""Verb -> the keys of its object, beside those of `head`"""


class Head(TypedDict):
    """What every object begins with."""

    schema: str
    command: str
    versions: Versions
    wall_s: float


def say(arguments: argparse.Namespace, command: str, body: Mapping[str, object]) -> None:
    """Print the object of a command; `arguments.began` (s, monotonic) is when it began."""
    wall_s = round(time.monotonic() - getattr(arguments, "began", time.monotonic()), 4)
    head = {"schema": artefact.SCHEMA, "command": command, "versions": artefact.versions(), "wall_s": wall_s}
    print(json.dumps({**head, **body}))


def schema() -> dict[str, object]:
    """The JSON Schema of all outputs: which keys an object has follows from its `command`."""
    import msgspec

    types = [Head, *OUTPUTS.values()]
    _, definitions = msgspec.json.schema_components(types, ref_template="#/$defs/{name}")
    verbs = [
        {
            "if": {"properties": {"command": {"const": verb}}, "not": {"required": ["error"]}},
            "then": {"$ref": f"#/$defs/{kind.__name__}"},
        }
        for verb, kind in OUTPUTS.items()
    ]
    failed = {"type": "object", "required": ["schema", "error"]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What Seedstorm's commands print with --json (seedstorm/1)",
        "anyOf": [failed, {"$ref": "#/$defs/Head"}],
        "allOf": verbs,
        "$defs": definitions,
    }


def schema_text() -> str:
    """The schema as the committed file holds it."""
    return json.dumps(schema(), indent=2) + "\n"
