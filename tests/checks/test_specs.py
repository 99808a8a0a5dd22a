"""Every object accepts what it may do and rejects the smallest thing that it may not, by every way to decide."""

import pytest

from sim.checks.frontier import Frontier
from sim.checks.history import OPEN, HistoryError, Op
from sim.checks.portfolio import decide
from sim.checks.search import Search
from sim.checks.specs import SPECS, Bank, Spec, State, Together
from sim.checks.split import split
from tests.checks.histories import history_of, op

BANK = Bank({"a": 3, "b": 0})


def run(*acts: tuple[str, object, object]) -> list[Op]:
    """Operations one after another: (verb, argument, result)."""
    return [op(i, f, arg, result, 2 * i, 2 * i + 1) for i, (f, arg, result) in enumerate(acts)]


RIGHT: dict[str, tuple[Spec, list[Op]]] = {
    "register": (SPECS["register"], run(("read", None, None), ("write", 1, None), ("read", None, 1))),
    "swaps": (
        SPECS["cas-register"],
        run(("write", 1, None), ("cas", (1, 2), True), ("cas", (1, 3), False), ("read", None, 2)),
    ),
    "swaps that see": (SPECS["kv"], run(("put", 1, None), ("cas", (1, 2), 1), ("cas", (1, 3), 2), ("get", None, 2))),
    "delete": (SPECS["kv"], run(("put", 1, None), ("delete", None, None), ("get", None, None))),
    "list": (SPECS["kv-append"], run(("put", 1, None), ("append", 2, None), ("get", None, (1, 2)))),
    "text": (SPECS["kv-append"], run(("append", "a;", None), ("append", "b;", None), ("get", None, "a;b;"))),
    "counter": (SPECS["counter"], run(("add", 2, None), ("add", -1, None), ("read", None, 1))),
    "set": (SPECS["set"], run(("add", 1, True), ("add", 2, None), ("remove", 1, True), ("read", None, (2,)))),
    "elements": (SPECS["set"], run(("contains", 1, False), ("add", 1, True), ("add", 1, False), ("contains", 1, True))),
    "queue": (
        SPECS["queue"],
        run(("dequeue", None, None), ("enqueue", 1, None), ("enqueue", 2, None), ("dequeue", None, 1)),
    ),
    "lock": (SPECS["lock"], run(("acquire", "a", 1), ("try", "b", False), ("release", "a", True), ("acquire", "b", 2))),
    "log": (SPECS["append-log"], run(("append", "r", 0), ("tail", None, 1), ("read", 0, "r"), ("read", 1, None))),
    "objects": (
        SPECS["object-store"],
        run(("put", "c", "e1"), ("get", None, ("c", "e1")), ("put-if", ("e1", "d"), "e2"), ("head", None, "e2")),
    ),
    "listing": (SPECS["object-store"], run(("list", None, ()), ("put", "c", "e1"), ("list", None, ("x",)))),
    "listing of versions": (
        SPECS["object-store"],
        run(("put", "c", "e1"), ("list", None, (("x", "e1"),)), ("delete", None, None), ("list", "x", ())),
    ),
    "listing of others": (SPECS["object-store"], run(("put", "c", "e1"), ("list", "y", ()))),
    "bank": (
        BANK,
        run(
            ("transfer", ("a", "b", 2), None), ("transfer", ("a", "b", 2), False), ("read", None, (("b", 2), ("a", 1)))
        ),
    ),
}

WRONG: dict[str, tuple[Spec, list[Op], str]] = {
    "stale read": (SPECS["register"], run(("write", 1, None), ("write", 2, None), ("read", None, 1)), "is stale"),
    "lost write": (SPECS["register"], run(("write", 1, None), ("read", None, None)), "read#1 of nothing is stale"),
    "value of nobody": (SPECS["register"], run(("read", None, 7)), "nobody had begun to write 7"),
    "other type": (SPECS["register"], run(("write", 1, None), ("read", None, True)), "nobody had begun to write True"),
    "two swaps": (SPECS["kv"], run(("put", 1, None), ("cas", (1, 2), 1), ("cas", (1, 3), 1)), "both swapped 1"),
    "failed swap of the value": (SPECS["kv"], run(("put", 1, None), ("cas", (1, 2), False)), "could only hold 1"),
    "swaps in a circle": (
        SPECS["kv"],
        [op(0, "cas", (1, 2), 1, 0, 3), op(1, "cas", (2, 1), 2, 1, 2)],
        "in a circle that no write began",
    ),
    "read before its write in a chain": (
        SPECS["kv"],
        run(("put", 1, None), ("cas", (1, 2), 1), ("get", None, 1)),
        "must come before",
    ),
    "lost append": (
        SPECS["kv-append"],
        run(("append", 1, None), ("append", 2, None), ("get", None, (2,))),
        "append(1)#0",
    ),
    "forked lists": (
        SPECS["kv-append"],
        [
            op(0, "append", 1, None, 0, 9),
            op(1, "append", 2, None, 1, 8),
            op(2, "get", None, (1,), 2, 3),
            op(3, "get", None, (2,), 4, 5),
        ],
        "of which neither begins with the other",
    ),
    "token twice": (
        SPECS["kv-append"],
        run(("append", 1, None), ("get", None, (1, 1))),
        "was done once, but shows twice",
    ),
    "counter too high": (SPECS["counter"], run(("add", 2, None), ("read", None, 3)), "only 2 to 2 were possible"),
    "element lost": (SPECS["set"], run(("add", 1, None), ("add", 2, None), ("read", None, (2,))), "add(1)#0"),
    "element back": (SPECS["set"], run(("add", 1, True), ("remove", 1, True), ("contains", 1, True)), "contains"),
    "swapped dequeue": (
        SPECS["queue"],
        run(("enqueue", 1, None), ("enqueue", 2, None), ("dequeue", None, 2), ("dequeue", None, 1)),
        "took the second first",
    ),
    "dequeued twice": (
        SPECS["queue"],
        run(("enqueue", 1, None), ("dequeue", None, 1), ("dequeue", None, 1)),
        "took one element",
    ),
    "empty though full": (SPECS["queue"], run(("enqueue", 1, None), ("dequeue", None, None)), "found nothing"),
    "two holders": (SPECS["lock"], run(("acquire", "a", 1), ("acquire", "b", 2)), "acquire('b')#1"),
    "token that falls": (
        SPECS["lock"],
        run(("acquire", "a", 2), ("release", "a", True), ("acquire", "b", 1)),
        "a token that is not greater",
    ),
    "offset twice": (SPECS["append-log"], run(("append", "r", 0), ("append", "s", 0)), "append('s')#1"),
    "record moved": (SPECS["append-log"], run(("append", "r", 0), ("read", 0, "s")), "read(0)#1"),
    "old version": (
        SPECS["object-store"],
        run(("put", "c", "e1"), ("put", "d", "e2"), ("get", None, ("c", "e1"))),
        "is stale",
    ),
    "deleted object listed": (
        SPECS["object-store"],
        run(("put", "c", "e1"), ("delete", None, None), ("list", None, ("x",))),
        "x",
    ),
    "old version listed": (
        SPECS["object-store"],
        run(("put", "c", "e1"), ("put", "d", "e2"), ("list", "", (("x", "e1"),))),
        "is stale",
    ),
    "object of the prefix not listed": (SPECS["object-store"], run(("put", "c", "e1"), ("list", "x", ())), "stale"),
    "money from nowhere": (BANK, run(("read", None, (("a", 3), ("b", 1)))), "the sum is 3"),
    "transfer lost": (BANK, run(("transfer", ("a", "b", 1), None), ("read", None, (("a", 3), ("b", 0)))), "read#1"),
}


@pytest.mark.parametrize("name", RIGHT)
def test_what_an_object_may_do_is_accepted(name: str) -> None:
    spec, ops = RIGHT[name]
    assert decide(history_of(ops), spec).status == "pass"


@pytest.mark.parametrize("name", WRONG)
def test_the_smallest_wrong_thing_is_rejected_and_told(name: str) -> None:
    spec, ops, said = WRONG[name]
    decision = decide(history_of(ops), spec)
    assert decision.status == "fail"
    assert said in decision.explain().sentence, decision.explain().sentence


@pytest.mark.parametrize("name", WRONG)
def test_both_searches_reject_it_too(name: str) -> None:
    spec, ops, _ = WRONG[name]
    history, whole = spec.fitted(history_of(ops))
    for make in (Search, Frontier):
        found = [make(part, whole.prepared(part)).run(10**6) for part in split(history, whole)]
        assert "fail" in [one.status for one in found if one is not None]


class Stack(Spec):
    """A user's own: two methods, and everything else still works."""

    name = "stack"

    def initial(self) -> State:
        return ()

    def step(self, state: State, op: Op) -> tuple[State, ...]:
        assert isinstance(state, tuple)
        if op.f == "push":
            return ((*state, op.arg),)
        if op.outcome == "unknown":
            return (state[:-1],)
        return (state[:-1],) if state and state[-1] == op.result else ()


def test_a_specification_of_two_methods_is_enough() -> None:
    right = run(("push", 1, None), ("push", 2, None), ("pop", None, 2), ("pop", None, 1))
    wrong = run(("push", 1, None), ("push", 2, None), ("pop", None, 1))
    assert decide(history_of(right), Stack()).status == "pass"
    decision = decide(history_of(wrong), Stack())
    assert decision.status == "fail"
    assert decision.explain().sentence.endswith("in between it could only hold (1, 2)")


class Die(Spec):
    """Nondeterministic: a roll gives one of six."""

    plain = True

    def initial(self) -> State:
        return 0

    def step(self, state: State, op: Op) -> tuple[State, ...]:
        if op.f == "roll":
            return (1, 2, 3, 4, 5, 6)
        return (state,) if op.result == state else ()


def test_a_step_may_lead_to_several_states() -> None:
    assert decide(history_of(run(("roll", None, None), ("look", None, 5), ("look", None, 5))), Die()).status == "pass"
    assert decide(history_of(run(("roll", None, None), ("look", None, 5), ("look", None, 4))), Die()).status == "fail"
    assert decide(history_of(run(("roll", None, None), ("look", None, 7))), Die()).status == "fail"


class Pairs(Spec):
    """Registers of which one operation may write two."""

    def initial(self) -> State:
        return ()

    def part(self, op: Op) -> Together | object:
        return Together(("x", "y")) if op.f == "both" else op.key

    def step(self, state: State, op: Op) -> tuple[State, ...]:
        assert isinstance(state, tuple)
        held = dict(state)
        if op.f == "get":
            return (state,) if held.get(op.key) == op.result else ()
        keys = ("x", "y") if op.f == "both" else (op.key,)
        return (tuple(sorted({**held, **dict.fromkeys(keys, op.arg)}.items())),)


def test_an_operation_on_two_parts_joins_them() -> None:
    ops = [
        op(0, "both", 1, None, 0, 1),
        op(1, "get", None, 1, 2, 3, key="x"),
        op(2, "get", None, 1, 4, 5, key="y"),
        op(3, "put", 9, None, 6, 7, key="z"),
    ]
    parts = split(history_of(ops), Pairs())
    assert [(part.name, len(part)) for part in parts] == [("x", 3), ("z", 1)]
    assert decide(history_of(ops), Pairs()).status == "pass"


def test_a_bank_takes_its_beginning_from_the_first_read_or_refuses() -> None:
    ops = run(("read", None, (("a", 5),)), ("transfer", ("a", "b", 2), None), ("read", None, (("a", 3), ("b", 2))))
    assert decide(history_of(ops), SPECS["bank"]).status == "pass"
    with pytest.raises(HistoryError, match="give the balances at the beginning"):
        decide(history_of(ops[1:]), SPECS["bank"])


def test_what_may_have_happened_late_explains_a_late_value() -> None:
    late = [op(0, "put", "a", None, 0, OPEN, "unknown"), op(1, "get", None, None, 1, 2), op(2, "get", None, "a", 3, 4)]
    assert decide(history_of(late), SPECS["kv"]).status == "pass"
    failed = op(0, "put", "a", None, 0, 9, "fail")
    assert decide(history_of([failed, *late[1:]]), SPECS["kv"]).status == "fail"


def test_one_and_true_are_two_values_in_a_search_too() -> None:
    """A search that merged them would forget that the unknown write may still come, and accuse the read."""
    ops = [
        op(0, "put", 1, None, 0, 1),
        op(1, "put", 1, None, 2, 3),
        op(2, "put", True, None, 4, OPEN, "unknown"),
        op(3, "get", None, True, 5, 6),
    ]
    for algorithm in ("auto", "search", "frontier"):
        assert decide(history_of(ops), SPECS["kv"], algorithm=algorithm).status == "pass"


def test_a_condition_on_a_version_of_unknown_content_fails_also_where_there_is_no_object() -> None:
    """Taken for a sight of some object, it would accuse whoever deleted it."""
    lost = op(0, "put", "c", None, 0, OPEN, "unknown")
    seen = [op(1, "head", None, "e1", 1, 2), op(2, "delete", None, None, 3, 4)]
    refused = op(3, "put-if", ("e1", "d"), False, 5, 6)
    assert decide(history_of([lost, *seen, refused]), SPECS["object-store"]).status == "pass"
