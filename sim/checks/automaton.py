"""A specification as both searches see it: states and classes of operations are numbers, and each step is made once."""

from collections.abc import Callable, Hashable

from sim.checks.part import Part
from sim.checks.specs.spec import Exit, Spec
from sim.checks.values import typed


class Automaton:
    """The object of one part. `classes[i]` is the class of operation i, state 0 the initial one.

    Operations of one class step alike. With `abstract` states that the part cannot tell apart are one, represented by
    the first that was met: the abstraction is a bisimulation for this part, so its steps are everybody's.
    """

    def __init__(self, part: Part, spec: Spec, *, abstract: bool = True) -> None:
        self.part = part
        self.spec = spec
        self.classes, self._model = _classes(part, spec)
        self._ops = [part.op(i) for i in self._model]
        self.reads = [spec.read_only(op) for op in self._ops]
        self._abstraction = spec.abstraction(part) if abstract else None
        self._codes: dict[Hashable, int] = {}
        self._states: list[Hashable] = []
        self._views: list[Hashable] = []
        self._steps: list[dict[int, tuple[int, ...]]] = [{} for _ in self._model]
        self._exits: Callable[[Hashable, Hashable], Exit | None] | None = spec.exits(part)
        self.code(spec.initial())

    def code(self, state: Hashable) -> int:
        """The number of a state."""
        view = state if self._abstraction is None else self._abstraction(state)
        key = typed(view)
        code = self._codes.get(key)
        if code is None:
            code = self._codes[key] = len(self._states)
            self._states.append(state)
            self._views.append(view)
        return code

    def state(self, code: int) -> Hashable:
        """The first state met of this number."""
        return self._states[code]

    def view(self, code: int) -> Hashable:
        """The state of this number as far as the part can see it."""
        return self._views[code]

    def step(self, code: int, kind: int) -> tuple[int, ...]:
        """The states that an operation of class `kind` can lead to."""
        steps = self._steps[kind]
        found = steps.get(code)
        if found is None:
            after = self.spec.step(self._states[code], self._ops[kind])
            found = steps[code] = tuple(dict.fromkeys(map(self.code, after)))
        return found

    def exit_of(self, before: int, after: int) -> Exit | None:
        """What would be stranded by leaving one state for another."""
        return None if self._exits is None or before == after else self._exits(self._views[before], self._views[after])


def _classes(part: Part, spec: Spec) -> tuple[list[int], list[int]]:
    """The class of each operation, and for each class one operation of it."""
    if not spec.plain:
        return list(range(len(part))), list(range(len(part)))
    numbers: dict[tuple[int, ...], int] = {}
    model: list[int] = []
    classes = []
    for i, kind in enumerate(part.classes()):
        number = numbers.setdefault(kind, len(numbers))
        if number == len(model):
            model.append(i)
        classes.append(number)
    return classes, model
