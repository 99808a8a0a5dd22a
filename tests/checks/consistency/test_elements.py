"""Durability agrees with its definition, and never accuses what may be right."""

import random
from itertools import product

import pytest

from sim.checks.check import RunRecord
from sim.checks.consistency.durability import Durability, judge_durability
from sim.checks.consistency.elements import Element, follow_elements
from sim.checks.history import OPEN, History, Op
from sim.checks.timeline import FaultSpan
from tests.checks.consistency.stores import SECOND, row


def rows(*steps: tuple[str, object, object]) -> History:
    """One client, one collection: (verb, argument, result)."""
    return History(
        Op(n, 0, "a", f, "s", arg, told, "ok", 2 * n, 2 * n + 1, 2 * n * SECOND, (2 * n + 1) * SECOND)
        for n, (f, arg, told) in enumerate(steps)
    )


def random_collection(seed: int) -> History:
    """Overlapping additions and reads of a set; some elements come late to readers, go again or never come."""
    chance = random.Random(seed)
    count, reads = chance.randrange(1, 5), chance.randrange(0, 5)
    kinds = ["add"] * count + ["read"] * reads
    chance.shuffle(kinds)
    events = sorted((n, 0) for n in range(len(kinds))) + [(n, 1) for n in range(len(kinds))]
    chance.shuffle(events)
    place = {event: i for i, event in enumerate(events)}
    ops = []
    for n, kind in enumerate(kinds):
        call, ret = sorted((place[n, 0], place[n, 1]))
        outcome = chance.choice(["ok", "ok", "ok", "unknown"]) if kind == "add" else "ok"
        shown = tuple(i for i, other in enumerate(kinds) if other == "add" and chance.random() < 0.7)
        end = OPEN if outcome == "unknown" else ret
        ret_ns = None if end == OPEN else ret * SECOND
        arg, result = (n, None) if kind == "add" else (None, shown)
        ops.append(Op(n, n, f"c{n}", kind, "s", arg, result, outcome, call, end, call * SECOND, ret_ns))  # type: ignore[arg-type]
    return History(sorted(ops, key=lambda op: op.call))


def defined_fate(history: History, value: object) -> str:
    """The fate of an element by its definition, looking at every read."""
    reads = [op for op in history if op.f == "read"]
    add = next(op for op in history if op.f == "add" and op.arg == value)
    holding = [op for op in reads if value in op.result]  # type: ignore[operator]
    known = min([add.ret, *(op.ret for op in holding)])
    later = [op for op in reads if op.call > known]
    missing = [op for op in later if op not in holding]
    if known == OPEN:
        return "unknown"
    if not later:
        return "never-read"
    if not missing:
        return "ok"
    return "lost" if all(op.ret < missing[-1].call for op in holding) else "stale"


def test_fates_agree_with_their_definition() -> None:
    fates: dict[str, int] = {}
    for seed in range(3_000):
        found = random_collection(seed)
        for one in follow_elements(found):
            assert one.fate == defined_fate(found, one.value), f"seed {seed}: {one}"
            fates[one.fate] = fates.get(one.fate, 0) + 1
    assert len(fates) == 5
    assert min(fates.values()) > 200


def only(history: History) -> Element:
    return follow_elements(history)[0]


def test_the_times_of_what_was_lost_and_of_what_came_late() -> None:
    lost = only(rows(("add", 1, None), ("read", None, (1,)), ("read", None, ()), ("read", None, ())))
    assert (lost.fate, lost.known_ns, lost.lost_ns, lost.missed) == ("lost", 1 * SECOND, 4 * SECOND, 2)
    late = only(rows(("add", 1, None), ("read", None, ()), ("read", None, ()), ("read", None, (1,))))
    assert (late.fate, late.known_ns, late.stale_ns, late.missed) == ("stale", 1 * SECOND, 3 * SECOND, 2)


@pytest.mark.parametrize(
    ("steps", "status"),
    [
        ((("add", 1, None), ("add", 2, None), ("remove", 1, None), ("read", None, (2,))), "unknown"),
        ((("enqueue", 1, None), ("dequeue", None, 1), ("read", None, ())), "unknown"),
        ((("append", 1, None), ("put", 2, None), ("read", None, (2,))), "unknown"),
        ((("append", "a", 0), ("read", 0, "a"), ("read", 1, None)), "unknown"),
        ((("add", 1, None), ("read", None, 7)), "unknown"),
        ((("append", 1, None), ("append", 1, None), ("read", None, (1,))), "unknown"),
        ((("append", 1, None), ("append", 1, None), ("read", None, (1, 1))), "pass"),
        ((("append", 1, None), ("append", 1, None), ("read", None, (1, 1, 1))), "fail"),
        ((("add", 1, None), ("contains", 1, True), ("read", None, None)), "fail"),
        ((("add", True, None), ("add", 1, None), ("read", None, (True, 1))), "pass"),
        ((("add", True, None), ("add", 1, None), ("read", None, (True,))), "fail"),
        ((("add", 1, None), ("add", 2, None), ("remove", 1, None), ("read", None, (1,))), "fail"),
    ],
)
def test_what_may_have_been_taken_away_or_was_not_shown_is_not_lost(
    steps: tuple[tuple[str, object, object], ...], status: str
) -> None:
    assert judge_durability(rows(*steps)).status == status


def test_why_nothing_is_known_of_an_element() -> None:
    taken = rows(("add", 1, None), ("add", 2, None), ("remove", 1, None), ("read", None, (2,)))
    assert judge_durability(taken).detail == (
        "1 ok, 1 unknown (1 of #0: it may have been taken away by remove(1)#2 by a)"
    )
    assert judge_durability(rows(("put", 1, None))).detail == "there is no add, append, enqueue, insert"


def test_puts_add_where_the_user_says_so() -> None:
    puts = rows(("put", 1, None), ("put", 2, None), ("list", None, (2,)))
    assert judge_durability(puts, adds=("put",), reads="list").status == "fail"


def test_only_a_read_after_the_last_fault_shows_that_a_restart_was_survived() -> None:
    early = rows(("add", 1, None), ("read", None, (1,)))
    late = rows(("add", 1, None), ("read", None, (1,)), ("get", None, None), ("read", None, (1,)))
    crash = FaultSpan("crash", 1 * SECOND, 4 * SECOND)
    for found, status in ((early, "unknown"), (late, "pass")):
        record = RunRecord(found, 5 * SECOND, 9 * SECOND, 1, (), (), (crash,))
        assert Durability().conclude(record).status == status
    assert Durability().conclude(RunRecord(early, 5 * SECOND, 9 * SECOND, 0, (), ())).status == "pass"


def test_a_hundred_reads_of_thousands_of_elements_with_a_duplicate_are_followed() -> None:
    many = tuple(range(2_000))
    adds = [row(n, "a", "add", "s", n) for n in many]
    reads = [row(2_000 + n, "b", "read", "s", (*many, 7)) for n in range(50)]
    fates = [one.fate for one in follow_elements(History([*adds, *reads]))]
    assert fates.count("duplicated") == 1
    assert fates.count("ok") == 1_999


def test_the_golden_text_of_every_wrong_fate() -> None:
    texts = [
        judge_durability(rows(("add", 1, None), *steps), linearizable=True).detail
        for steps in (
            (("read", None, (1,)), ("read", None, ())),
            (("read", None, ()), ("read", None, (1,))),
            (("read", None, (1, 1)),),
        )
    ]
    assert texts == [
        "1 lost: 1 of #0, known since event 1, is missing in read#2 by a at 4s and was not seen again",
        "1 stale: 1 of #0, known since event 1, is missing in read#1 by a at 2s, but was seen later",
        "1 duplicated: read#1 by a at 2s shows 1 twice",
    ]


def test_two_calls_say_the_same() -> None:
    for seed, strict in product(range(50), (False, True)):
        found = random_collection(seed)
        assert judge_durability(found, linearizable=strict) == judge_durability(found, linearizable=strict)
