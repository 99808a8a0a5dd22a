"""Lists that grow by zones: puts and appends of unique tokens, and reads that show the whole list.

A value that was read says in which order its tokens came. A put begins a block; an append that was observed is a swap
from what stands before its token to that and the token; so all values with one root must be prefixes of one another. A
put or append that nobody observed is a block of its own: nobody can read behind it before the next put.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from sim.checks.certificate import Certificate
from sim.checks.found import Found
from sim.checks.history import OPEN
from sim.checks.part import Part
from sim.checks.zones.blocks import FIRST, ORIGIN, Block, Clash, Item, find_clash, witness

List = Sequence[Hashable]
"""A tuple of tokens, or a text that is tokens joined."""

_INITIAL = object()
"""The root of all that was appended before any put."""


class _NotDecodable(Exception):
    """Tokens are not unique, or do not tell how a text is made of them."""


@dataclass(slots=True)
class _Chain:
    """All that was read under one root: the longest value, what appended each of its tokens, who read which length."""

    value: List
    makers: list[int] = field(default_factory=list)
    reader: int = FIRST
    readers: dict[int, list[int]] = field(default_factory=dict)


class _Doubtful(Exception):
    """A value is not what a glance at its ends would have it."""


def guess(part: Part) -> Sequence[int] | None:
    """An order of a list of tuples that is right if every value begins the longest with its first token.

    Only the ends of shorter values are looked at: whoever replays the order compares the rest. None is no answer.
    """
    if part.history.values.mixed:
        return None
    try:
        growth = _Growth(part, text=False, glance=True)
    except (_NotDecodable, _Doubtful):
        return None
    if growth.proof is not None:
        return None
    blocks = growth.blocks()
    return witness(blocks) if find_clash(blocks) is None else None


def decide(part: Part, *, text: bool) -> Found | None:
    """Decide a list; None if tokens that were observed are not unique or texts cannot be taken apart."""
    if part.history.values.mixed:
        return None
    try:
        growth = _Growth(part, text)
    except _NotDecodable:
        return None
    if growth.proof is not None:
        return Found("fail", certificate=growth.proof)
    blocks = growth.blocks()
    clash = find_clash(blocks)
    if clash is not None:
        return Found("fail", certificate=growth.certify(clash))
    return Found("pass", witness(blocks))


class _Growth:
    """The chains of a part, decoded from its distinct values by ascending length: linear in the size of the input."""

    def __init__(self, part: Part, text: bool, *, glance: bool = False) -> None:
        self._part = part
        self._text = text
        self.proof: Certificate | None = None
        self._chains: dict[object, _Chain] = {}
        self._at: dict[int, tuple[object, int]] = {}
        self._shown: dict[Hashable, int] = {}
        self._writers, self._repeated = self._find_writers()
        if text:
            self._lengths = _token_lengths(self._writers)
        values = self._by_value()
        read = self._glance if glance else self._read
        for value, readers in reversed(values) if glance else values:
            read(value, readers)
            if self.proof is not None:
                return

    def _glance(self, value: List, readers: list[int]) -> None:
        """Like `_read`, the longest value first: a shorter one has its place by its first and last token."""
        root = self._root(value, readers[0])
        chain = self._chains.get(root)
        if chain is None:
            self._read(value, readers)
            return
        if value and self._at.get(self._writers.get(value[-1], FIRST)) != (root, len(value)):
            raise _Doubtful
        chain.readers.setdefault(len(value), []).extend(readers)
        self._at.update((reader, (root, len(value))) for reader in readers)

    def _find_writers(self) -> tuple[dict[Hashable, int], dict[Hashable, None]]:
        writers: dict[Hashable, int] = {}
        repeated: dict[Hashable, None] = {}
        for place, (verb, arg) in enumerate(zip(self._part.verb, self._part.arg, strict=True)):
            if verb != "get":
                if isinstance(arg, tuple):
                    if len(arg) != 1:
                        raise _NotDecodable
                    arg = arg[0]
                if self._text and not arg:
                    raise _NotDecodable
                if writers.setdefault(arg, place) != place:
                    repeated[arg] = None
        return writers, repeated

    def _by_value(self) -> list[tuple[List, list[int]]]:
        """Each distinct value with the places of its reads, the shortest first."""
        part, codes = self._part, self._part.history.columns.result
        found: dict[int, tuple[List, list[int]]] = {}
        for place, (verb, result, maybe) in enumerate(zip(part.verb, part.result, part.maybe, strict=True)):
            if verb == "get" and not maybe:
                empty: List = "" if self._text else ()
                value = result if isinstance(result, (tuple, str)) else empty
                if result is not None and not isinstance(result, str if self._text else tuple):
                    raise _NotDecodable
                found.setdefault(codes[part.rows[place]], (value, []))[1].append(place)
        return sorted(found.values(), key=lambda one: len(one[0]))

    def _read(self, value: List, readers: list[int]) -> None:
        root = self._root(value, readers[0])
        if self.proof is not None:
            return
        chain = self._chains.setdefault(root, _Chain(value[:0]))
        known = chain.value
        if value[: len(known)] != known:
            self._fork(chain, value, readers[0])
            return
        for token in self._tokens(value, len(known), readers[0]):
            self._append(chain, root, token, readers[0])
            if self.proof is not None:
                return
        chain.value, chain.reader = value, readers[0]
        length = len(chain.makers)
        chain.readers.setdefault(length, []).extend(readers)
        self._at.update((reader, (root, length)) for reader in readers)

    def _fork(self, chain: _Chain, value: List, reader: int) -> None:
        """Two values with one root of which neither begins with the other, unless one has a token that is nobody's."""
        for token in self._tokens(value, 0, reader):
            if token in self._repeated:
                raise _NotDecodable
            if token not in self._writers:
                self.proof = Certificate("thin-air", blocks=((reader,),), value=token)
        self.proof = self.proof or Certificate("fork", blocks=((chain.reader,), (reader,)), value=value)

    def _root(self, value: List, reader: int) -> object:
        if not value:
            return _INITIAL
        first = self._tokens(value, 0, reader, 1)
        maker = self._writers.get(first[0], FIRST) if first else FIRST
        return first[0] if maker >= 0 and self._part.verb[maker] == "put" else _INITIAL

    def _append(self, chain: _Chain, root: object, token: Hashable, reader: int) -> None:
        maker = self._writers.get(token, FIRST)
        if token in self._repeated:
            raise _NotDecodable
        if maker < 0:
            self.proof = Certificate("thin-air", blocks=((reader,),), value=token)
            return
        other = self._shown.setdefault(token, reader)
        if maker in self._at or (self._part.verb[maker] == "put" and chain.makers):
            self.proof = Certificate("misplaced", blocks=((maker,), (other,), (reader,)), value=token)
            return
        chain.makers.append(maker)
        self._at[maker] = (root, len(chain.makers))

    def _tokens(self, value: List, start: int, reader: int, most: int = OPEN) -> Sequence[Hashable]:
        """The tokens of a value from an index on, `most` at most."""
        if not isinstance(value, str):
            return value[start : start + most] if most < OPEN else value[start:]
        found: list[Hashable] = []
        while start < len(value) and len(found) < most:
            size = next((size for size in self._lengths if value[start : start + size] in self._writers), 0)
            if not size:
                self.proof = Certificate("thin-air", blocks=((reader,),), value=value[start : start + 40])
                return ()
            found.append(value[start : start + size])
            start += size
        return found

    def blocks(self) -> list[Block]:
        """The blocks: chains, and what nobody observed."""
        part = self._part
        found = [self._block(root, chain) for root, chain in self._chains.items()]
        for place, (verb, maybe) in enumerate(zip(part.verb, part.maybe, strict=True)):
            if verb != "get" and not maybe and place not in self._at:
                found.append(Block([[self._item(place)]]))
                self._at[place] = (("alone", place), 0)
        return found

    def _block(self, root: object, chain: _Chain) -> Block:
        call, ret = self._part.call, self._part.ret
        layers: list[list[Item]] = [[ORIGIN]] if root is _INITIAL else []
        if root is _INITIAL and chain.readers.get(0):
            layers.append([self._item(reader) for reader in chain.readers[0]])
        for length, maker in enumerate(chain.makers, 1):
            layers.append([Item(maker, call[maker], ret[maker])])
            readers = chain.readers.get(length)
            if readers:
                layers.append([Item(reader, call[reader], ret[reader]) for reader in readers])
        return Block(layers)

    def certify(self, clash: Clash) -> Certificate:
        """The proof that a clash of blocks is. The values that were read show where its operations stand."""
        if clash.kind == "order":
            return Certificate("order", clash.pairs, (self._evidence(clash.pairs[0]),))
        (a1, b1), (b2, a2) = clash.pairs
        return Certificate("overlap", clash.pairs, (self._evidence((a1, a2)), self._evidence((b1, b2))))

    def _evidence(self, places: tuple[int, ...]) -> tuple[int, ...]:
        """The root and the longest read that shows what these did, and they."""
        root = next((self._at[place][0] for place in places if place != FIRST), _INITIAL)
        chain = self._chains.get(root)
        if chain is None:
            return tuple(dict.fromkeys(places))
        first = FIRST if root is _INITIAL else chain.makers[0]
        return tuple(dict.fromkeys((first, *places, chain.reader)))

    def _item(self, place: int) -> Item:
        return Item(place, self._part.call[place], self._part.ret[place])


def _token_lengths(tokens: dict[Hashable, int]) -> list[int]:
    """The lengths of texts that tell where one token ends: none is the beginning of another."""
    texts = sorted(str(token) for token in tokens)
    if any(after.startswith(text) for text, after in pairwise(texts)):
        raise _NotDecodable
    return sorted({len(text) for text in texts})
