"""Which blocks of a text are in memory: a tree with edges of several blocks, split where texts part, as in SGLang.

Zheng and others, "SGLang: Efficient Execution of Structured Language Model Programs" (NeurIPS 2024), section 3. A place
on an edge is one piece of tokens with all blocks that hold it behind the same path. Keys are not needed.
"""

from collections.abc import Callable

from models.llm_cache.block import Block, path
from models.llm_cache.lookup import Sought
from models.llm_cache.settings import Settings
from sim import Event

Piece = tuple[bytes, bytes]
"""Owner and tokens of one block."""


class Place:
    """One piece on an edge, and the blocks that hold it."""

    __slots__ = ("copies", "piece")

    def __init__(self, piece: Piece) -> None:
        self.piece = piece
        self.copies: list[Block] = []


class Edge:
    """Places in a row, and the edges behind the last, by their first piece."""

    __slots__ = ("below", "places", "up")

    def __init__(self, up: "Edge | None") -> None:
        self.up = up
        self.places: list[Place] = []
        self.below: dict[Piece, Edge] = {}


class RadixPrefixes:
    """The tree. `home` says on which edge a block lies."""

    def __init__(self, settings: Settings, emit: Callable[[Event], None]) -> None:  # noqa: ARG002
        self._root = Edge(None)
        self._home: dict[int, tuple[Edge, Place]] = {}

    def longest(self, sought: Sought) -> list[Block]:
        """Down the tree as far as the text goes."""
        edge, number, last = self._root, 0, None
        pieces = list(zip(sought.extras, sought.pieces, strict=False))
        while number < len(pieces):
            below = edge.below.get(pieces[number])
            if below is None:
                break
            edge = below
            for place in edge.places:
                if number == len(pieces) or place.piece != pieces[number] or not place.copies:
                    return path(last)
                last = place.copies[0]
                number += 1
        return path(last)

    def insert(self, block: Block) -> None:
        """Behind its parent: on the same edge if that ends there, on a new one otherwise."""
        edge, at = self._behind(block.parent)
        piece = (block.extra, block.tokens)
        if at < len(edge.places):
            if edge.places[at].piece == piece:
                self._put(edge, edge.places[at], block)
                return
            self._split(edge, at)
        if piece in edge.below:
            found = edge.below[piece]
            self._put(found, found.places[0], block)
        elif edge is not self._root and not edge.below:
            self._grow(edge, block, piece)
        else:
            edge.below[piece] = new = Edge(edge)
            self._grow(new, block, piece)

    def forget(self, block: Block) -> None:
        """Take it off its place; an edge that holds nothing goes too."""
        edge, place = self._home.pop(block.number)
        place.copies.remove(block)
        while edge.places and not edge.places[-1].copies and not edge.below:
            first = edge.places.pop().piece
            if not edge.places and edge.up is not None:
                del edge.up.below[first]
                edge = edge.up

    def _behind(self, parent: Block | None) -> tuple[Edge, int]:
        if parent is None:
            return self._root, 0
        edge, place = self._home[parent.number]
        return edge, next(at for at, one in enumerate(edge.places) if one is place) + 1

    def _split(self, edge: Edge, at: int) -> None:
        """What stands from `at` on becomes an edge below."""
        rest = Edge(edge)
        rest.places, edge.places = edge.places[at:], edge.places[:at]
        rest.below, edge.below = edge.below, {rest.places[0].piece: rest}
        for below in rest.below.values():
            below.up = rest
        for place in rest.places:
            for block in place.copies:
                self._home[block.number] = (rest, place)

    def _grow(self, edge: Edge, block: Block, piece: Piece) -> None:
        place = Place(piece)
        edge.places.append(place)
        self._put(edge, place, block)

    def _put(self, edge: Edge, place: Place, block: Block) -> None:
        place.copies.append(block)
        self._home[block.number] = (edge, place)
