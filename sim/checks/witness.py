"""Replays a witness: an order of operations that is said to be a linearization. Shares no code with the checkers."""

from collections.abc import Hashable, Sequence
from typing import Protocol

from sim.checks.history import OPEN, Op
from sim.checks.part import Part


class Steps(Protocol):
    """All that a replay needs of a specification."""

    def initial(self) -> Hashable:
        """The state before the first operation."""

    def step(self, state: Hashable, op: Op) -> tuple[Hashable, ...]:
        """The states that may follow."""


def replay(part: Part, order: Sequence[int], spec: Steps) -> str:
    """What is wrong with `order` (places) as a linearization of a part, in a sentence; empty if nothing is."""
    wrong = replay_times(part, order)
    states = {spec.initial()}
    for place in order if not wrong else ():
        op = part.op(place)
        states = {after for state in states for after in spec.step(state, op)}
        if not states:
            return f"{op} is illegal where it stands"
    return wrong


def replay_times(part: Part, order: Sequence[int]) -> str:
    """What is wrong with an order as to time: each completed operation once, none behind those called after it."""
    if len(set(order)) < len(order):
        return "an operation stands twice"
    if len(order) - sum(part.ret[place] == OPEN for place in order) < sum(ret < OPEN for ret in part.ret):
        return "an operation is missing"
    latest_call = -1
    for place in order:
        if part.ret[place] < latest_call:
            return f"{part.op(place)} stands behind an operation that was called after it returned"
        latest_call = max(latest_call, part.call[place])
    return ""


def replay_lists(part: Part, order: Sequence[int]) -> str:
    """The same for lists of tokens (get, put, append), without making a new tuple at every step."""
    wrong = replay_times(part, order)
    tokens: list[object] = []
    shown: tuple[object, ...] = ()
    for place in order if not wrong else ():
        verb, arg, result = part.verb[place], part.arg[place], part.result[place]
        if verb != "get":
            piece = arg if isinstance(arg, tuple) else (arg,)
            if verb == "put":
                tokens, shown = list(piece), ()
            else:
                tokens.extend(piece)
        elif not part.maybe[place]:
            value, known = result if isinstance(result, tuple) else (), len(shown)
            if len(value) != len(tokens) or value[:known] != shown or value[known:] != tuple(tokens[known:]):
                return f"{part.op(place)} is illegal where it stands"
            shown = value
    return wrong


def replay_texts(part: Part, order: Sequence[int]) -> str:
    """The same for texts that grow."""
    wrong = replay_times(part, order)
    text = ""
    for place in order if not wrong else ():
        verb = part.verb[place]
        if verb == "put":
            text = str(part.arg[place])
        elif verb == "append":
            text += str(part.arg[place])
        elif not part.maybe[place] and (part.result[place] or "") != text:
            return f"{part.op(place)} is illegal where it stands"
    return wrong
