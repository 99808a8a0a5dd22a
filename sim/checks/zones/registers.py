"""Registers by zones: write, reads and swaps of unique values form blocks that no legal order tears apart.

A value's cluster is its one write and all its reads. A swap from a to b is the last operation of a's cluster and the
first of b's, so swaps chain clusters into blocks. An unknown write happened if its value was observed; one whose value
nobody observed can be left out: without readers of its value, taking it out of a legal order leaves all reads legal.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence

from sim.checks.certificate import Certificate
from sim.checks.found import Found
from sim.checks.part import Part
from sim.checks.zones.accesses import CAS, EMPTY, READ, UNLIKE, WRITE, Access, Accesses, read_accesses
from sim.checks.zones.blocks import FIRST, ORIGIN, Block, Clash, Item, find_clash, witness
from sim.checks.zones.unlike import insert_unlike


class _NotUnique(Exception):
    """An observed value has several possible writers: zones do not apply."""


def decide(part: Part, kinds: Mapping[str, int], empty: Hashable) -> Found | None:
    """Decide a register; None where an observed value has several possible writers, or a failed swap finds no place."""
    accesses = read_accesses(part, kinds, empty).all
    try:
        clusters = Clusters(accesses)
    except _NotUnique:
        return None
    if clusters.proof is not None:
        return Found("fail", certificate=clusters.proof)
    clash = find_clash(clusters.blocks)
    if clash is not None:
        return Found("fail", certificate=clusters.certify(clash))
    order = witness(clusters.blocks)
    unlike = [access for access in accesses if access.kind == UNLIKE]
    placed = insert_unlike(order, unlike, accesses) if unlike else order
    return None if placed is None else Found("pass", placed)


def find_impossible_read(part: Part, kinds: Mapping[str, int], empty: Hashable) -> Found | None:
    """A value that nobody wrote, or that nobody had begun to write when somebody had already seen it."""
    accesses = read_accesses(part, kinds, empty).all
    earliest = {value: min(access.call for access in writers) for value, writers in _by_value(accesses).items()}
    earliest[EMPTY] = -1
    for access in accesses:
        if access.kind in (READ, CAS) and not access.maybe and earliest.get(access.see, access.ret) >= access.ret:
            return Found("fail", certificate=Certificate("thin-air", blocks=((access.place,),), value=access.seen))
    return None


class Clusters:
    """The operations of a register by the value that they are about, joined to blocks by swaps."""

    def __init__(self, accesses: Sequence[Access]) -> None:
        self.proof: Certificate | None = None
        self.blocks: list[Block] = []
        self._readers: dict[int, list[Access]] = {}
        self._swap: dict[int, Access] = {}
        self._writer: dict[int, Access | None] = {}
        self._at: dict[int, tuple[list[int], int]] = {}
        for access in accesses:
            if access.kind == READ:
                self._readers.setdefault(access.see, []).append(access)
        self._writers = _by_value(accesses)
        observed, happened = self._close(accesses)
        self._sure = {access.place: None for access in happened}
        self.proof = self._find_writers(observed, happened) or self._find_swaps(happened)
        if self.proof is None:
            self._join(happened, observed)

    def certify(self, clash: Clash) -> Certificate:
        """The proof that a clash of blocks is, with the chains that put its operations there."""
        if clash.kind == "order":
            late, early = clash.pairs[0]
            return Certificate("order", clash.pairs, (self._chain_to((early, late)),))
        (a1, b1), (b2, a2) = clash.pairs
        return Certificate("overlap", clash.pairs, (self._chain_to((a1, a2)), self._chain_to((b1, b2))))

    def _close(self, accesses: Sequence[Access]) -> tuple[dict[int, None], list[Access]]:
        """The values that were surely observed, and the accesses that surely happened."""
        happened = [access for access in accesses if not access.maybe and access.kind != UNLIKE]
        observed = dict.fromkeys(access.see for access in happened if access.kind != WRITE)
        waiting = list(observed)
        while waiting:
            for access in self._writers.get(waiting.pop(), ()):
                if access.maybe:
                    happened.append(access)
                    if access.kind == CAS and access.see not in observed:
                        observed[access.see] = None
                        waiting.append(access.see)
        return observed, happened

    def _find_writers(self, observed: Iterable[int], happened: Sequence[Access]) -> Certificate | None:
        """The one writer of every observed value, None for the value that was there from the beginning."""
        orphan: Certificate | None = None
        for value in observed:
            writers = self._writers.get(value, [])
            if len(writers) + (value == EMPTY) > 1:
                raise _NotUnique
            if not writers and value != EMPTY:
                orphan = orphan or self._thin_air(value, happened)
            self._writer[value] = writers[0] if writers else None
        return orphan

    def _thin_air(self, value: int, happened: Sequence[Access]) -> Certificate:
        first = min((one for one in happened if one.see == value), key=lambda one: (one.maybe, one.call))
        return Certificate("thin-air", blocks=(self._evidence(first),), value=first.seen)

    def _evidence(self, access: Access) -> tuple[int, ...]:
        """The access and, if its outcome is unknown, those who saw what it left: they show that it happened."""
        found = [access.place]
        while access.maybe:
            seers = [one for one in self._seers(access.leave) if one.place not in found]
            if not seers:
                break
            access = min(seers, key=lambda one: (one.maybe, one.call))
            found.append(access.place)
        return tuple(found)

    def _seers(self, value: int) -> list[Access]:
        """Those that surely happened and saw a value."""
        swaps = [one for group in self._writers.values() for one in group if one.see == value]
        return [*self._readers.get(value, ()), *(one for one in swaps if one.place in self._sure)]

    def _find_swaps(self, happened: Sequence[Access]) -> Certificate | None:
        for access in happened:
            if access.kind == CAS:
                before = self._swap.setdefault(access.see, access)
                if before is not access:
                    evidence = (self._evidence(before), self._evidence(access))
                    return Certificate("two-swaps", blocks=evidence, value=access.seen)
        return None

    def _join(self, happened: Sequence[Access], observed: Mapping[int, None]) -> None:
        reached = 0
        if EMPTY in observed and self._writer[EMPTY] is None:
            reached += self._grow([ORIGIN], FIRST, EMPTY)
        for access in happened:
            if access.kind == WRITE:
                item = _item(access)
                reached += self._grow([item], access.place, access.leave if access.leave in observed else -1)
        if reached < len(self._swap):
            self.proof = self._find_loop()

    def _grow(self, head: list[Item], root: int, value: int) -> int:
        """Make the block that begins with `head`, which leaves `value`; returns how many swaps it took in."""
        layers, chain, swaps = [head], [root], 0
        self._at[root] = (chain, 1)
        while value >= 0:
            readers = self._readers.get(value)
            if readers:
                layers.append([_item(access) for access in readers])
                self._at.update((access.place, (chain, len(chain))) for access in readers)
            swap = self._swap.get(value)
            if swap is None:
                break
            swaps += 1
            layers.append([_item(swap)])
            chain.append(swap.place)
            self._at[swap.place] = (chain, len(chain))
            value = swap.leave if self._writer.get(swap.leave) is swap else -1
        self.blocks.append(Block(layers))
        return swaps

    def _find_loop(self) -> Certificate:
        """Swaps of which each saw what another left, and none what a write left."""
        start = next(access for access in self._swap.values() if access.place not in self._at)
        seen: dict[int, Access] = {}
        access: Access | None = start
        while access is not None and access.see not in seen:
            seen[access.see] = access
            access = self._writer[access.see]
        assert access is not None, "a swap that reaches no write stands in a loop"
        loop, value = [access.place], access.see
        before = self._writer[value]
        while before is not None and before.see != value:
            loop.append(before.place)
            before = self._writer[before.see]
        return Certificate("loop", blocks=(tuple(reversed(loop)),))

    def _chain_to(self, places: tuple[int, ...]) -> tuple[int, ...]:
        """What begins the clusters of the block of these, as far as the last of them, and they."""
        chain, _ = self._at[places[0]]
        length = max(self._at[place][1] for place in places)
        return tuple(dict.fromkeys((*chain[:length], *places)))


def components(accesses: Accesses) -> list[list[int]]:
    """Places grouped by value, values joined by swaps; none while a failed swap says only what the value was not."""
    if any(access.kind == UNLIKE for access in accesses.all):
        return []
    leader = list(range(len(accesses.values)))

    def find(value: int) -> int:
        while leader[value] != value:
            leader[value] = value = leader[leader[value]]
        return value

    for access in accesses.all:
        if access.kind == CAS:
            leader[find(access.leave)] = find(access.see)
    groups: dict[int, list[int]] = {}
    for access in accesses.all:
        groups.setdefault(find(access.see if access.see >= 0 else access.leave), []).append(access.place)
    return list(groups.values())


def _by_value(accesses: Sequence[Access]) -> dict[int, list[Access]]:
    writers: dict[int, list[Access]] = {}
    for access in accesses:
        if access.kind in (WRITE, CAS):
            writers.setdefault(access.leave, []).append(access)
    return writers


def _item(access: Access) -> Item:
    return Item(access.place, access.call, access.ret)
