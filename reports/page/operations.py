"""The history as columns, the order that shows it right, and the operations that cannot be put in any order."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from reports.page.clock import ticks
from reports.page.names import Names
from reports.page.recording import Recording
from reports.page.text import visible
from sim.checks.budget import Budget
from sim.checks.columns import OUTCOMES
from sim.checks.explain import explain, name_of
from sim.checks.found import Found
from sim.checks.history import History, HistoryError, Op
from sim.checks.part import Part
from sim.checks.portfolio import decide, only_part
from sim.checks.specs import SPECS
from sim.checks.specs.spec import Spec
from sim.checks.split import split
from sim.checks.timeline import called, returned, words
from sim.model import find_model
from sim.scenario.schema import LinearizableOptions, Scenario

OPERATIONS_MAX = 12_000
_TEXT = 80
_WITNESS_BUDGET = 60_000
"""Configurations for finding the order of one object again; the verdict has been given already."""


@dataclass(frozen=True)
class Operations:
    """One entry for each operation in the page, in order of call.

    number: of the operation in the history. at, took: call and length in ticks, -1 if it never returned. client, verb,
    key, text: numbers in tables; text is the operation in words. outcome: number in `outcomes`.
    """

    number: list[int]
    at: list[int]
    took: list[int]
    client: list[int]
    verb: list[int]
    key: list[int]
    outcome: list[int]
    text: list[int]
    verbs: list[str]
    keys: list[str]
    texts: list[str]
    outcomes: tuple[str, ...]
    total: int


@dataclass(frozen=True)
class Witness:
    """An order of the operations on one object that explains all answers: each with the instant where it happens."""

    key: str
    operations: list[int]
    at: list[int]


@dataclass(frozen=True)
class Precedence:
    """One operation was over (`at`) before the other was called (`until`): times in ticks, and the reason in words."""

    before: int
    after: int
    at: int
    until: int
    text: str


@dataclass(frozen=True)
class Contradiction:
    """Why no order explains the answers of one object: `pairs` cannot both hold."""

    key: str
    sentence: str
    because: list[str]
    operations: list[int]
    bad: int
    pairs: list[Precedence]


@dataclass(frozen=True)
class Judged:
    """What the order check found of a history."""

    witnesses: list[Witness]
    contradictions: list[Contradiction]
    note: str


def operations_of(recording: Recording, wanted: set[int]) -> Operations:
    """The table; if there are too many, those wanted (numbers) and the ones around the others' beginning."""
    history = recording.run.history
    place = {name: number for number, name in enumerate(recording.nodes)}
    rows = [op for op in history if op.client in place]
    total = len(rows)
    if total > OPERATIONS_MAX:
        near = sorted(rows, key=lambda op: (op.op not in wanted, op.op))[:OPERATIONS_MAX]
        rows = sorted(near, key=lambda op: op.call)
    verbs, keys, texts = Names(), Names(), Names()
    return Operations(
        number=[op.op for op in rows],
        at=[ticks(op.call_ns) for op in rows],
        took=[-1 if op.ret_ns is None else ticks(op.ret_ns) - ticks(op.call_ns) for op in rows],
        client=[place[op.client] for op in rows],
        verb=[verbs.code(visible(op.f, 40)) for op in rows],
        key=[keys.code(_key(op)) for op in rows],
        outcome=[OUTCOMES.index(op.outcome) for op in rows],
        text=[texts.code(visible(words(op), _TEXT * 2)) for op in rows],
        verbs=verbs.list,
        keys=keys.list,
        texts=texts.list,
        outcomes=OUTCOMES,
        total=total,
    )


def _key(op: Op) -> str:
    return visible("(no key)" if op.key is None else op.key, _TEXT)


def judged(recording: Recording) -> Judged:
    """Decide again, part by part, and keep what shows it: a witness of each that passes, the proof of a failure."""
    found = Judged([], [], "")
    for history, spec in _histories(recording.loaded.scenario, recording):
        try:
            _judge(history, spec, found)
        except HistoryError as error:
            found = replace(found, note=visible(error))
    return found


def _histories(scenario: Scenario, recording: Recording) -> Iterator[tuple[History, Spec]]:
    """The history of each system with the object that it is checked against."""
    if not any(isinstance(entry.options, LinearizableOptions) for entry in scenario.checks):
        return
    for name, entry in scenario.systems.items():
        spec = find_model(entry.model).spec
        clients = {one for one in recording.run.clients if recording.systems.get(one, name) == name}
        if spec is not None and clients:
            yield recording.run.history.of_clients(clients), SPECS[spec]


def _judge(history: History, spec: Spec, found: Judged) -> None:
    if not len(history):
        return
    history, spec = spec.fitted(history)
    decision = decide(history, spec, Budget(_WITNESS_BUDGET * 4))
    if decision.status == "fail":
        for part, proof in decision.failed:
            found.contradictions.append(_contradiction(part, spec.prepared(part), proof))
    bad = {name_of(part) for part, _ in decision.failed}
    for part in split(history, spec):
        if name_of(part) not in bad:
            order = only_part(part, spec.prepared(part), Budget(_WITNESS_BUDGET))
            if order.status == "pass":
                found.witnesses.append(_witness(part, order))


def _witness(part: Part, found: Found) -> Witness:
    """The earliest instants that the order allows: none before its call, none before the one it stands behind."""
    numbers, at, latest = [], [], 0
    for place in found.order:
        op = part.op(place)
        latest = max(latest, op.call_ns)
        numbers.append(op.op)
        at.append(ticks(latest))
    return Witness(visible(name_of(part).removeprefix("key "), _TEXT), numbers, at)


def _contradiction(part: Part, spec: Spec, proof: Found) -> Contradiction:
    why = explain(part, spec, proof)
    pairs = [] if proof.certificate is None else [pair for pair in proof.certificate.pairs if min(pair) >= 0]
    return Contradiction(
        visible(name_of(part).removeprefix("key "), _TEXT),
        visible(why.sentence, 2000),
        [visible(line, 400) for line in why.because],
        [op.op for op in why.ops],
        -1 if why.bad is None else why.bad.op,
        [_precedence(part.op(before), part.op(after)) for before, after in pairs],
    )


def _precedence(before: Op, after: Op) -> Precedence:
    over = before.call_ns if before.ret_ns is None else before.ret_ns
    said = f"{words(before)} returned at {returned(before)}; {words(after)} was called only at {called(after)}"
    return Precedence(before.op, after.op, ticks(over), ticks(after.call_ns), visible(said, 400))
