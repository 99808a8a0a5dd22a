"""Two indexes, one answer; and what a smaller memory holds is in a larger one too."""

from collections.abc import Callable
from types import SimpleNamespace

from hypothesis import given, settings
from hypothesis import strategies as st

from models.llm_cache import tokens
from models.llm_cache.block import Block
from models.llm_cache.chain import Chain
from models.llm_cache.lookup import HashPrefixes, Prefixes, Sought
from models.llm_cache.messages import Origin
from models.llm_cache.oracles import hits_of_optimum, hits_of_pool, named, stack_distances
from models.llm_cache.pool import Pool
from models.llm_cache.radix import RadixPrefixes
from models.llm_cache.settings import Settings
from models.llm_cache.teller import Teller
from sim import Stream

SIZE = 2
SHORT = Settings(block_tokens=SIZE, hash_bits=8)
TEXTS = st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=5), min_size=1, max_size=20)


def sought(numbers: list[int], tenant: str = "t", options: Settings = SHORT) -> Sought:
    """Each number is a block of equal tokens."""
    pieces = [tokens.spell([number] * SIZE) for number in numbers]
    chain = Chain(options)
    extras = chain.extras(Origin(tenant, "m", "", 0), 1, len(pieces))
    return Sought(pieces, chain.keys(pieces, extras), extras)


class Cache:
    """A pool that serves requests one by one, over either index."""

    def __init__(self, make: Callable[..., Prefixes], total: int, pool: type[Pool] = Pool) -> None:
        owner = SimpleNamespace(emit=lambda _: None, elapsed=lambda: 0, epoch=1)
        self.prefixes = make(SHORT, owner.emit)
        teller = Teller(owner, lambda _: None, silent=True)
        self.pool = pool(owner, total, self.prefixes, teller)
        self.hits = 0

    def serve(self, wanted: Sought) -> list[int]:
        """The numbers of the blocks that were there."""
        path = self.prefixes.longest(wanted)
        self.pool.pin("a", path)
        blocks = list(path)
        fresh = self.pool.take("a", len(wanted.pieces) - len(path))
        for at, block in enumerate(fresh, len(path)):
            block.label(wanted.keys[at], wanted.pieces[at], wanted.extras[at])
            block.parent = blocks[-1] if blocks else None
            blocks.append(block)
        if fresh:
            self.pool.complete(fresh, 0)
        self.pool.unpin("a", blocks[::-1])
        self.hits += len(path)
        return [block.number for block in path]

    def resident(self) -> set[tuple[bytes, ...]]:
        """The texts that end in a block in memory."""
        return {_text(block) for block in self.pool.cached.values()}


class FirstInFirstOut(Pool):
    """Gives up what was filled first, however often it was used since: in effect no clock at all."""

    order: dict[int, int]

    def complete(self, blocks: list[Block], parent: int) -> None:  # type: ignore[override]
        self.order = getattr(self, "order", {})
        for block in reversed(blocks):
            self.order[block.number] = 1 + max(self.order.values(), default=0)
        super().complete(blocks, parent)

    def victim(self) -> Block:
        return min(self.cached.values(), key=lambda block: self.order[block.number])


def _text(block: Block | None) -> tuple[bytes, ...]:
    return () if block is None else (*_text(block.parent), block.tokens)


@settings(max_examples=80, deadline=None)
@given(TEXTS, st.integers(6, 20))
def test_hash_and_radix_give_the_same_blocks_on_every_trace(texts: list[list[int]], total: int) -> None:
    by_hash, by_tree = Cache(HashPrefixes, total), Cache(RadixPrefixes, total)
    for number, text in enumerate(texts):
        wanted = sought(text, tenant=f"t{number % 2}")
        assert by_hash.serve(wanted) == by_tree.serve(wanted)
    assert by_hash.resident() == by_tree.resident()


@settings(max_examples=50, deadline=None)
@given(TEXTS, st.integers(6, 16), st.integers(1, 8))
def test_what_a_smaller_memory_holds_a_larger_one_holds_too(texts: list[list[int]], total: int, more: int) -> None:
    """Mattson and others, 1970: least recently used is a stack algorithm, so hits never fall with memory."""
    small, large = Cache(HashPrefixes, total), Cache(HashPrefixes, total + more)
    for text in texts:
        small.serve(sought(text))
        large.serve(sought(text))
        assert small.resident() <= large.resident()
    assert small.hits <= large.hits


@settings(max_examples=50, deadline=None)
@given(TEXTS, st.integers(5, 20))
def test_the_pool_hits_what_stack_distances_say_and_never_more_than_the_optimum(
    texts: list[list[int]], total: int
) -> None:
    """Mattson and others, 1970, in one pass for all sizes of memory; Belady, 1966, as the bound."""
    chains = named(texts)
    told = sum(distance <= total for distance in stack_distances(chains))
    assert hits_of_pool(chains, total) == told <= hits_of_optimum(chains, total)


def test_first_in_first_out_may_hit_less_with_more_memory() -> None:
    """Belady's anomaly, on his own trace: each page is a text of one block."""
    trace = [1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 4, 5]
    hits = {}
    for total in (3, 4):
        cache = Cache(HashPrefixes, total, FirstInFirstOut)
        for page in trace:
            cache.serve(sought([page]))
        hits[total] = cache.hits
    assert hits == {3: 3, 4: 2}


def test_equal_keys_of_different_blocks_are_told_apart_by_their_parents() -> None:
    """Keys of four bits: two first blocks with one key have children with equal tokens and one key."""
    options = Settings(block_tokens=SIZE, hash_bits=4)
    stream, firsts = Stream(1, "firsts"), dict[int, int]()
    while True:
        number = stream.below(1 << 16)
        key = sought([number], options=options).keys[0]
        if firsts.setdefault(key, number) != number:
            break
    cache = Cache(HashPrefixes, 10)
    one, other = [firsts[key], 7], [number, 7]
    cache.serve(sought(one, options=options))
    cache.serve(sought(other[:1], options=options))
    assert sought(one, options=options).keys == sought(other, options=options).keys
    assert len(cache.prefixes.longest(sought(other, options=options))) == 1
    assert len(cache.prefixes.longest(sought(one, options=options))) == 2
