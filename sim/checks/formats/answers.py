"""What an operation asked and was told, from the values at its call and at its end: Jepsen has one value for both.

| verb | value at the call | at ``ok`` | argument | result |
|---|---|---|---|---|
| read, get, contains, dequeue, head, list, tail | value | seen | value | seen |
| cas | [old new] | the same, or nil | (old, new) | True |
| cas | [old new] | true or false | (old, new) | the same |
| txn | steps | steps, filled in | steps | steps, filled in |
| transfer | {:from a, :to b, :amount n} | | (a, b, n) | as with any other |
| any other | value | the same, or nil | value | None |
| any other | value | another one | value | the other one |

Where this says the wrong thing, a field `result` at the end says the right one. So does it for a cas that failed
because the value was another: ``{"type": "fail", "f": "cas", "value": [1, 2], "result": false}``, or the value it saw.
"""

from dataclasses import replace
from typing import NoReturn

from sim.checks.formats.entries import ABSENT, Absent, Entry
from sim.checks.formats.error import FormatError, shown
from sim.checks.values import same

ASKING = frozenset(("read", "get", "contains", "dequeue", "head", "list", "tail"))
"""Verbs whose value at the end is an answer, even if it is the value of the call."""
STEPS = ("r", "append", "w")
"""What a step of a transaction does."""


def argument_of(call: Entry) -> object:
    """The argument of a call; FormatError for a cas without a pair, a transaction without steps."""
    if call.f == "cas" and not _is_row(call.value, 2):
        raise FormatError(f"a cas of {shown(call.value)}", "a pair, the old value and the new", call.line)
    if call.f == "txn":
        _check_steps(call)
    return _moved(call.value) if call.f == "transfer" else call.value


def answer_of(call: Entry, end: Entry) -> tuple[object, object]:
    """Argument and result of an operation that ended ok."""
    argument = argument_of(call)
    if not isinstance(end.result, Absent):
        return argument, end.result
    if call.f == "cas":
        return argument, _swapped(call, end)
    if call.f == "txn":
        _check_filled(call, end)
        return argument, end.value
    if call.f not in ASKING and same(call.value, end.value):
        return argument, None
    return argument, end.value


def mismatch_of(call: Entry, end: Entry, *, assumed: bool) -> object:
    """The result of a cas that ended with fail because the value was another; ABSENT if that is not what it says.

    `assumed` takes every failed cas for one.
    """
    if end.type != "fail" or end.f != "cas":
        return ABSENT
    if isinstance(end.result, Absent):
        return False if assumed else ABSENT
    if swapped(call.value, end.result):
        raise FormatError(f"a cas that failed with result {shown(end.result)}", "false, or the value seen", end.line)
    return end.result


def swapped(pair: object, result: object) -> bool:
    """Whether a cas that returned this did swap: True, or the old value as the one it saw."""
    if type(result) is bool:
        return result
    return isinstance(pair, tuple) and same(result, pair[0])


def values_of(f: str, argument: object, result: object) -> tuple[object, object, object]:
    """What to write of an operation that ended ok: the values at call and end, and a `result` or ABSENT."""
    if f == "cas":
        return argument, argument, ABSENT if result is True else result
    at_end = argument if result is None else result
    call = Entry(0, None, None, 0, "invoke", f, None, argument)
    end = replace(call, type="ok", value=at_end)
    told = f != "txn" or _fits(argument, at_end)
    if told and all(map(same, answer_of(call, end), (argument, result))):
        return argument, at_end, ABSENT
    return argument, at_end, result


def _moved(value: object) -> object:
    """From, to and amount of a transfer that is written as a map, as Jepsen does."""
    pairs = value if isinstance(value, tuple) and all(_is_row(pair, 2) for pair in value) else ()
    named = {pair[0]: pair[1] for pair in pairs}
    return (named["from"], named["to"], named["amount"]) if named.keys() == {"from", "to", "amount"} else value


def _swapped(call: Entry, end: Entry) -> bool:
    if type(end.value) is bool:
        return end.value
    if end.value is None or same(end.value, call.value):
        return True
    wanted = f"{shown(call.value)} as at its call in line {call.line}, true or false"
    raise FormatError(f"a cas that ended with {shown(end.value)}", wanted, end.line)


def _check_steps(call: Entry) -> None:
    if not isinstance(call.value, tuple):
        raise FormatError(f"a txn of {shown(call.value)}", "a list of steps such as [:r key nil]", call.line)
    for step in call.value:
        if not _is_row(step, 3):
            _refuse_step(call, step)
        if step[0] not in STEPS:
            raise FormatError(
                f"a step {shown(step[0])}", f"one of {', '.join(STEPS)}", call.line, near=(str(step[0]), STEPS)
            )


def _check_filled(call: Entry, end: Entry) -> None:
    if not isinstance(end.value, tuple):
        raise FormatError(f"a txn that ended ok with {shown(end.value)}", "its steps, filled in", end.line)
    for step in end.value:
        if not _is_row(step, 3):
            _refuse_step(end, step)
    if not _fits(call.value, end.value):
        wanted = f"the steps of its call in line {call.line}, {shown(call.value, 80)}"
        raise FormatError(f"steps {shown(end.value, 80)}", wanted, end.line)


def _fits(asked: object, told: object) -> bool:
    """Whether steps are those of the call with the reads filled in."""
    if not isinstance(asked, tuple) or not isinstance(told, tuple) or len(asked) != len(told):
        return False
    return all(
        _is_row(step, 3) and same(step[:2], began[:2]) and (step[0] == "r" or same(step[2], began[2]))
        for began, step in zip(asked, told, strict=True)
    )


def _is_row(value: object, length: int) -> bool:
    return isinstance(value, tuple) and len(value) == length


def _refuse_step(entry: Entry, step: object) -> NoReturn:
    raise FormatError(f"a step {shown(step)}", "[what key value], with what one of r, append, w", entry.line)
