"""An object store: put, get, head, delete, conditional put, and list. Each object is a register of (etag, content)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sim.checks.history import OPEN, History, HistoryError, Op
from sim.checks.specs.register import Register
from sim.checks.specs.spec import Spec
from sim.checks.values import typed


@dataclass(frozen=True, slots=True)
class _Object:
    """What a version of an object is told apart by."""

    etag: object
    content: object


class ObjectStore(Register):
    """Objects by key. Every version has an etag, and no two versions of an object have the same.

    put(content) gives the etag. get gives (content, etag), or None if there is no object. head gives the etag or None.
    put-if((etag or None, content)) gives the new etag, or False if the object's etag was another. list gives the keys
    that exist, or (key, etag) of each, and is taken as one read of each object: that they are of one moment is not
    checked. list(prefix) is about the objects alone whose keys begin so.
    """

    verbs = {
        "put": "(content): its etag",
        "get": "(content, etag) or nil",
        "head": "the etag or nil",
        "delete": "",
        "put-if": "(etag or nil, content): the new etag, or False",
        "list": "(prefix or nil): the keys, or (key, etag) of each",
    }

    def __init__(self) -> None:
        super().__init__("object-store")

    def refuse(self, op: Op) -> str:
        """Also a conditional put without a pair."""
        if op.f not in self.verbs:
            return super().refuse(op)
        pair = isinstance(op.arg, tuple) and len(op.arg) == 2
        return "put-if with (etag or nil, content)" if op.f == "put-if" and not pair else ""

    def fitted(self, history: History) -> tuple[History, Spec]:
        """The same as operations of registers."""
        return History(_Registers(history).ops()), Register("object-store")


class _Registers:
    """Turns operations of an object store into operations of registers, one for each object that they touch."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._contents: dict[object, object] = {}
        self._etags: dict[object, list[object]] = {}
        self._guessing = any(op.outcome == "unknown" and op.f.startswith("put") for op in history)
        told: dict[object, None] = {}
        for op in history:
            for etag, content in _versions(op):
                if self._contents.setdefault((typed(op.key), typed(etag)), content) != content:
                    raise HistoryError(f"{op} shows other content under the etag {etag!r} than was seen before")
                if op.f == "get":
                    self._etags.setdefault((typed(op.key), typed(content)), []).append(etag)
                else:
                    told[typed(op.key), typed(etag)] = None
        self._told = told
        self._keys = {typed(op.key): op.key for op in history if op.f != "list"}

    def ops(self) -> Iterator[Op]:
        """The operations of registers, in order of call. Those of a list have processes and events of their own."""
        fresh = 1 + max((op.process for op in self._history), default=0)
        spread = len(self._keys) + 1
        for op in self._history:
            wide = replace(op, call=op.call * spread, ret=op.ret if op.ret == OPEN else op.ret * spread)
            if op.f != "list":
                yield self._turn(wide)
            elif op.outcome == "ok":
                yield from self._turn_list(wide, fresh)
                fresh += len(self._keys)

    def _turn(self, op: Op) -> Op:
        if op.f in ("put", "put-if"):
            return self._turn_put(op)
        if op.f == "get":
            shown = op.result
            seen = None if not isinstance(shown, tuple) else _Object(typed(shown[1]), typed(shown[0]))
            return replace(op, result=seen)
        if op.f == "head":
            if op.result is not None and self._is_lost(op, op.result):
                return _exists(op)
            return replace(op, f="get", result=None if op.result is None else self._version(op, op.result))
        return op

    def _turn_put(self, op: Op) -> Op:
        content = op.arg
        if op.f == "put-if":
            assert isinstance(op.arg, tuple), f"{op} has no (etag, content)"
            expected, content = op.arg
            if expected is not None and self._is_lost(op, expected):
                return _says_nothing(op) if op.result is False else replace(op, f="put", arg=self._new(op, content))
            old = None if expected is None else self._version(op, expected)
            result = None if op.outcome == "unknown" else op.result is not False
            return replace(op, f="cas", arg=(old, self._new(op, content)), result=result)
        return replace(op, arg=self._new(op, content))

    def _is_lost(self, op: Op, etag: object) -> bool:
        """Whether the version of an etag may be that of a put of unknown outcome, nobody knows which.

        What names it is then taken for less than it says, so that nobody is accused wrongly.
        """
        return (typed(op.key), typed(etag)) not in self._contents and self._guessing

    def _new(self, op: Op, content: object) -> _Object:
        """The version that a put makes; if its etag is not known, one read with this content that nobody else put."""
        if op.outcome == "ok" and op.result is not None and op.result is not False:
            return _Object(typed(op.result), typed(content))
        key = typed(op.key)
        seen = self._etags.get((key, typed(content)), [])
        etag = next((one for one in seen if (key, typed(one)) not in self._told), ("etag unknown", op.op))
        return _Object(typed(etag), typed(content))

    def _version(self, op: Op, etag: object) -> _Object:
        return _Object(typed(etag), typed(self._contents.get((typed(op.key), typed(etag)), ("content unknown",))))

    def _turn_list(self, op: Op, fresh: int) -> Iterator[Op]:
        shown = dict(map(self._shown, op.result)) if isinstance(op.result, tuple) else {}
        prefix = op.arg if isinstance(op.arg, str) else ""
        for number, (name, key) in enumerate(self._keys.items()):
            if prefix and not (isinstance(key, str) and key.startswith(prefix)):
                continue
            one = replace(op, key=key, arg=None, process=fresh + number, call=op.call + number, ret=op.ret + number)
            if name not in shown:
                yield replace(one, f="get", result=None)
            elif shown[name] is None:
                yield _exists(one)
            else:
                yield self._turn(replace(one, f="head", result=shown[name]))

    def _shown(self, element: object) -> tuple[object, object]:
        """What a list shows of one object: its key, and its etag or None."""
        name = typed(element)
        if isinstance(element, tuple) and len(element) == 2 and name not in self._keys:
            return typed(element[0]), element[1]
        return name, None


def _exists(op: Op) -> Op:
    """An operation of a register that says no more than that the object exists."""
    return replace(op, f="cas", arg=(None, None), result=False)


def _says_nothing(op: Op) -> Op:
    """An operation of a register that fits any state: the object may be another version, or may not exist."""
    return replace(op, f="cas", arg=(("a version that never was", op.op), None), result=False)


def _versions(op: Op) -> list[tuple[object, object]]:
    """(etag, content) that an operation shows to belong together."""
    if op.outcome != "ok" or op.result is None or op.result is False:
        return []
    if op.f == "put":
        return [(op.result, op.arg)]
    if op.f == "put-if" and isinstance(op.arg, tuple):
        return [(op.result, op.arg[1])]
    if op.f == "get" and isinstance(op.result, tuple):
        return [(op.result[1], op.result[0])]
    return []
