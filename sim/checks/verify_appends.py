"""Verifies certificates about lists on the raw history: the values that were read show where every token stands."""

from collections.abc import Hashable, Mapping

from sim.checks.certificate import Certificate
from sim.checks.history import OPEN, Op
from sim.checks.values import typed

ORIGIN = -1

Tokens = tuple[Hashable, ...]


def verify_appends(ops: Mapping[int, Op], proof: Certificate) -> str:
    """What is wrong with a proof about a list; empty if nothing is."""
    return _Lists(ops).check(proof)


class _Lists:
    """Who wrote which token, and what was read."""

    def __init__(self, ops: Mapping[int, Op]) -> None:
        self._ops = ops
        self._writers: dict[Hashable, list[int]] = {}
        for place, op in ops.items():
            if op.f != "get":
                for token in self._of(op):
                    self._writers.setdefault(token, []).append(place)

    def check(self, proof: Certificate) -> str:
        """What is wrong with the proof."""
        if proof.proof == "thin-air":
            return self._check_thin_air(self._ops[proof.blocks[0][0]])
        if proof.proof == "fork":
            return self._check_fork(self._value(proof.blocks[0][0]), self._value(proof.blocks[1][0]))
        if proof.proof == "misplaced":
            return self._check_misplaced(proof)
        for returned, called in proof.pairs:
            if not self._ret(returned) < self._call(called):
                return "an operation did not return before the other was called"
        shown = [self._shown(group) for group in proof.blocks]
        for group, value in zip(proof.blocks, shown, strict=True):
            if not self._one_block(group, value):
                return "what was read does not put these into one block"
        if proof.proof == "order":
            ((returned, called),) = proof.pairs
            ahead = self._depth(called, shown[0]) < self._depth(returned, shown[0])
            return "" if ahead else "the operation called later need not stand in front"
        return self._check_overlap(proof, shown)

    def _check_thin_air(self, reader: Op) -> str:
        text = reader.result
        if isinstance(text, str):
            return "" if self._split(text, reader.ret) is None else "the text is made of tokens that were written"
        known = all(self._written(token, reader.ret) for token in self._value_of(reader) or ())
        return "all of its tokens were written before" if known else ""

    def _check_fork(self, one: Tokens | None, other: Tokens | None) -> str:
        if one is None or other is None:
            return "a text is not made of tokens"
        length = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), -1)
        if length < 0:
            return "one value begins with the other"
        if length > 0:
            return "" if len(self._writers.get(one[0], ())) == 1 else "the root was written twice"
        puts = [place for token in (one[0], other[0]) for place in self._writers.get(token, ()) if self._is_put(place)]
        return "the roots are two" if puts else ""

    def _check_misplaced(self, proof: Certificate) -> str:
        token = typed(proof.value)
        writers = self._writers.get(token, [])
        if len(writers) != 1:
            return "the token has several writers"
        values = [self._value(group[0]) or () for group in proof.blocks[1:]]
        before = dict.fromkeys(value[:i] for value in values for i, one in enumerate(value) if one == token)
        wrong = len(before) > 1 or (self._is_put(writers[0]) and any(before))
        return "" if wrong else "the token stands in one place"

    def _check_overlap(self, proof: Certificate, shown: list[Tokens]) -> str:
        (a1, b1), (b2, a2) = proof.pairs
        if not ({a1, a2} <= set(proof.blocks[0]) and {b1, b2} <= set(proof.blocks[1])):
            return "the pairs are not of these blocks"
        roots = [self._root(value) for value in shown]
        alone = [group[0] for group, value in zip(proof.blocks, shown, strict=True) if value == () and group[0] >= 0]
        foreign = [
            p for p in alone if self._ops[p].f != "get" and not set(self._of(self._ops[p])) & {*shown[0], *shown[1]}
        ]
        return "" if roots[0] != roots[1] or foreign else "these are not two blocks"

    def _one_block(self, group: tuple[int, ...], value: Tokens) -> bool:
        """Every read of the group is a beginning of `value`, every other operation put one token of it there, alone."""
        if len(set(group)) == 1 and group[0] != ORIGIN and self._ops[group[0]].f != "get":
            return self._ops[group[0]].ret < OPEN
        if value and len(self._writers.get(value[0], ())) != 1:
            return False
        for place in group:
            if place == ORIGIN or self._ops[place].f == "get":
                tokens = () if place == ORIGIN else self._value(place)
                if tokens is None or value[: len(tokens)] != tokens or (not tokens and self._root(value) is not None):
                    return False
            elif not any(token in value and self._writers[token] == [place] for token in self._of(self._ops[place])):
                return False
        return True

    def _root(self, value: Tokens) -> Hashable:
        """The put that a value goes back to; None if it goes back to the beginning."""
        return value[0] if value and any(map(self._is_put, self._writers.get(value[0], ()))) else None

    def _depth(self, place: int, value: Tokens) -> int:
        """Twice the number of tokens before, and one more for a read."""
        if place == ORIGIN:
            return 0
        op = self._ops[place]
        return 2 * len(self._value(place) or ()) + 1 if op.f == "get" else 2 * value.index(self._of(op)[0]) + 2

    def _shown(self, group: tuple[int, ...]) -> Tokens:
        values = [self._value(place) or () for place in group if place >= 0 and self._ops[place].f == "get"]
        return max(values, key=len, default=())

    def _value(self, place: int) -> Tokens | None:
        return self._value_of(self._ops[place])

    def _value_of(self, op: Op) -> Tokens | None:
        if isinstance(op.result, str):
            return self._split(op.result, OPEN)
        return tuple(map(typed, op.result)) if isinstance(op.result, tuple) else ()

    def _split(self, text: str, before: int) -> Tokens | None:
        """A text as tokens that somebody began to write before that event; None if it cannot be made of them."""
        found: list[Hashable] = []
        while text:
            token = next((one for one in self._writers if isinstance(one, str) and text.startswith(one)), None)
            if token is None or not self._written(token, before):
                return None
            found.append(token)
            text = text[len(token) :]
        return tuple(found)

    def _written(self, token: Hashable, before: int) -> bool:
        return any(self._ops[place].call < before for place in self._writers.get(token, ()))

    def _of(self, op: Op) -> Tokens:
        """The token that an operation writes."""
        return tuple(map(typed, op.arg)) if op.f == "put" and isinstance(op.arg, tuple) else (typed(op.arg),)

    def _is_put(self, place: int) -> bool:
        return self._ops[place].f == "put"

    def _ret(self, place: int) -> int:
        return -1 if place == ORIGIN else self._ops[place].ret

    def _call(self, place: int) -> int:
        return -2 if place == ORIGIN else self._ops[place].call
