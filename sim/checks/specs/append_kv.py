"""A list per key: get, put, append. Values are tuples of tokens, or texts that are tokens joined."""

from collections.abc import Callable, Mapping, Sequence

from sim.checks.certificate import Certificate
from sim.checks.found import Found
from sim.checks.history import Op
from sim.checks.part import Part
from sim.checks.specs.spec import Exit, Spec, State
from sim.checks.values import same, typed
from sim.checks.verify_appends import verify_appends
from sim.checks.witness import replay_lists, replay_texts
from sim.checks.zones import appends

_DEAD = ("no read shows this list or a longer one",)


class AppendKv(Spec):
    """One list per key. `put` replaces it by one token (or a tuple of them), `append` adds one, `get` shows it.

    With `text` the list is a text, and tokens are pieces of it: a part is prepared so if one of its gets shows text.
    A missing list is empty: None, () and "" are one.
    """

    name = "kv-append"
    verbs = {"get": "the list", "put": "(token)", "append": "(token)"}
    reads = frozenset(("get",))
    plain = True
    by_key = True

    def __init__(self, *, text: bool = False) -> None:
        self._text = text

    def prepared(self, part: Part) -> Spec:
        """With text if texts were read."""
        shown = zip(part.verb, part.result, strict=True)
        return AppendKv(text=any(verb == "get" and isinstance(result, str) for verb, result in shown))

    def refuse(self, op: Op) -> str:
        """Also a list that is none, or texts and tuples side by side."""
        if super().refuse(op) or op.f != "get" or op.outcome != "ok":
            return super().refuse(op)
        return "" if op.result is None or isinstance(op.result, (tuple, str)) else "a list or a text"

    def initial(self) -> State:
        """The empty list."""
        return "" if self._text else ()

    def step(self, state: State, op: Op) -> tuple[State, ...]:
        """The one list that follows, or none."""
        if op.f == "get":
            shown = self.initial() if op.result is None else op.result
            return (state,) if op.outcome == "unknown" or same(shown, state) else ()
        token = self._piece(op.arg)
        if op.f == "put":
            return (token,)
        return (state + token,)  # type: ignore[operator]  # both are texts or both tuples

    def _piece(self, arg: object) -> State:
        if self._text:
            return str(arg)
        return arg if isinstance(arg, tuple) else (arg,)

    def monitor(self, part: Part) -> Found | None:
        """Zones, where the tokens that were observed are unique."""
        order = None if self._text else appends.guess(part)
        if order is not None and not self.replay(part, order):
            return Found("pass", order, replayed=True)
        return appends.decide(part, text=self._text)

    def abstraction(self, part: Part) -> Callable[[State], State]:
        """A list that no read shows, nor any longer one, is as good as any other such."""
        shown: dict[object, None] = {}
        for value in self._shown(part):
            for length in range(len(value), -1, -1):
                beginning = typed(value[:length])
                if beginning in shown:
                    break
                shown[beginning] = None
        return lambda state: state if typed(state) in shown else _DEAD

    def exits(self, part: Part) -> Callable[[State, State], Exit | None]:
        """A list must not be left while somebody still has to see it, or more of it, and no put can begin it again."""
        puts = [(self._piece(part.arg[i]), i) for i, verb in enumerate(part.verb) if verb == "put"]
        reads = [
            (self.initial() if part.result[place] is None else part.result[place], place)
            for place, verb in enumerate(part.verb)
            if verb == "get" and not part.maybe[place]
        ]

        def exit_of(before: State, after: State) -> Exit | None:
            stranded = [(value, i) for value, i in reads if _begins(value, before) and not _begins(value, after)]
            makers = [[i for piece, i in puts if _begins(value, piece)] for value, _ in stranded]
            lost = [i for (_, i), ways in zip(stranded, makers, strict=True) if not ways]
            if lost:
                return Exit(lost, ())
            return Exit([i for _, i in stranded], [i for ways in makers for i in ways]) if stranded else None

        return exit_of

    def replay(self, part: Part, order: Sequence[int]) -> str:
        """Without a new list at every step."""
        return replay_texts(part, order) if self._text else replay_lists(part, order)

    def verify(self, ops: Mapping[int, Op], proof: Certificate) -> str:
        """By the values that were read."""
        return verify_appends(ops, proof)

    def removable(self, part: Part) -> Sequence[Sequence[int]]:
        """What nobody read: one by one; then whatever goes back to one put, with those who read it."""
        shown = [value for value in self._shown(part) if value]
        writes = [i for i, verb in enumerate(part.verb) if verb != "get"]
        unseen = [i for i in writes if not any(_holds(value, self._piece(part.arg[i])) for value in shown)]
        if unseen or self._text:
            return [[i] for i in unseen]
        roots = [i for i in writes if part.verb[i] == "put"]
        return [block for root in roots if (block := self._block(part, self._piece(part.arg[root]), root))]

    def _block(self, part: Part, root: State, put: int) -> list[int]:
        """A put, all lists that begin with it, and whoever appended to them; empty if that is not all of something."""
        reads = [i for i, verb in enumerate(part.verb) if verb == "get" and _begins(part.result[i], root)]
        tokens = {typed(token): None for i in reads for token in part.result[i]}  # type: ignore[attr-defined]
        others = [value for i, value in enumerate(part.result) if part.verb[i] == "get" and i not in reads]
        if any(typed(token) in tokens for value in others if isinstance(value, tuple) for token in value):
            return []
        writes = [i for i, verb in enumerate(part.verb) if verb != "get" and typed(part.arg[i]) in tokens]
        return sorted({put, *reads, *writes})

    def _shown(self, part: Part) -> list[tuple[object, ...] | str]:
        shown = zip(part.verb, part.result, part.maybe, strict=True)
        read = [result for verb, result, maybe in shown if verb == "get" and not maybe]
        return (
            [result for result in read if isinstance(result, (str, tuple))]
            + [""] * self._text
            + [()] * (not self._text)
        )

    def say(self, state: State) -> str:
        """The last few tokens of a list."""
        if state is _DEAD:
            return "a list that nobody read"
        if isinstance(state, str):
            return repr(state if len(state) <= 40 else f"…{state[-40:]}")
        tail = state[-4:] if isinstance(state, tuple) else ()
        more = "…, " if isinstance(state, tuple) and len(state) > len(tail) else ""
        return f"[{more}{', '.join(map(repr, tail))}]"


def _begins(value: object, beginning: State) -> bool:
    if isinstance(value, str):
        return isinstance(beginning, str) and value.startswith(beginning)
    return isinstance(value, tuple) and isinstance(beginning, tuple) and value[: len(beginning)] == beginning


def _holds(value: tuple[object, ...] | str, piece: State) -> bool:
    """Whether a list shows a piece of it."""
    if isinstance(value, str):
        return str(piece) in value
    return isinstance(piece, tuple) and any(token in value for token in piece)
