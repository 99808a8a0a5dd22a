"""What a cache can hit at best, and what least recently used hits exactly, on a fixed order of requests.

Mattson and others, "Evaluation Techniques for Storage Hierarchies" (1970): a stack algorithm holds in a small memory
what it holds in a large one, so one pass gives its hits for all sizes. Belady, "A Study of Replacement Algorithms"
(1966): nothing hits more than giving up what is asked for again last; first in, first out is no stack algorithm.
"""

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from heapq import heappop, heappush
from types import SimpleNamespace

from models.llm_cache import tokens
from models.llm_cache.chain import Chain
from models.llm_cache.lookup import HashPrefixes, Sought
from models.llm_cache.pool import Pool
from models.llm_cache.settings import Settings
from models.llm_cache.teller import Teller

Text = list[int]
"""A request as its blocks, first block first: equal numbers are equal blocks behind equal blocks."""
NEVER = 1 << 60
ONE = Settings(block_tokens=1)


def named(chains: Sequence[Sequence[Hashable]]) -> list[Text]:
    """Chains with a number for each block behind its own beginning."""
    names: dict[tuple[int, Hashable], int] = {}
    found = []
    for chain in chains:
        text: Text = []
        for block in chain:
            text.append(names.setdefault((text[-1] if text else -1, block), len(names)))
        found.append(text)
    return found


def stack_distances(texts: Sequence[Text]) -> list[int]:
    """Of every block asked for again: how many different blocks were touched since, itself and its request's counted.

    Mattson and others, 1970. A request touches its blocks from the last to the first, so the first is freshest.
    """
    place: dict[int, int] = {}
    tree = [0] * (1 + sum(map(len, texts)))
    now, found = 0, []
    for text in texts:
        alive = [_sum_to(tree, place[block]) for block in text if block in place]
        found += [len(place) - below + 1 for below in alive]
        for block in text:
            if block in place:
                _add(tree, place[block], -1)
        for block in reversed(text):
            now += 1
            place[block] = now
            _add(tree, now, 1)
    return sorted(found)


def _add(tree: list[int], at: int, by: int) -> None:
    while at < len(tree):
        tree[at] += by
        at += at & -at


def _sum_to(tree: Sequence[int], at: int) -> int:
    total = 0
    while at:
        total += tree[at]
        at -= at & -at
    return total


def hits_of_pool(texts: Sequence[Text], total: int) -> int:
    """What the model's own pool and index reuse, one request at a time."""
    owner = SimpleNamespace(emit=lambda _: None, elapsed=lambda: 0, epoch=1)
    prefixes = HashPrefixes(ONE, owner.emit)
    pool = Pool(owner, total, prefixes, Teller(owner, lambda _: None, silent=True))
    return sum(_serve(pool, prefixes, text) for text in texts)


def _serve(pool: Pool, prefixes: HashPrefixes, text: Text) -> int:
    """How many blocks of it were there; afterwards all of them are."""
    pieces, extras = [tokens.spell([number]) for number in text], [b""] * len(text)
    wanted = Sought(pieces, Chain(ONE).keys(pieces, extras), extras)
    path = prefixes.longest(wanted)
    pool.pin("a", path)
    blocks = list(path)
    fresh = pool.take("a", len(text) - len(path))
    for at, block in enumerate(fresh, len(path)):
        block.label(wanted.keys[at], pieces[at], extras[at])
        block.parent = blocks[-1] if blocks else None
        blocks.append(block)
    if fresh:
        pool.complete(fresh, 0)
    pool.unpin("a", blocks[::-1])
    return len(path)


def hits_of_fifo(texts: Sequence[Text], total: int) -> int:
    """What goes first is what was filled first, however often it was used since; a prefix ends where one is missing."""
    held: OrderedDict[int, None] = OrderedDict()
    hits = 0
    for text in texts:
        matched = next((at for at, block in enumerate(text) if block not in held), len(text))
        hits += matched
        pinned = {*text}
        for block in reversed(text[matched:]):  # what lies behind a gap is filled anew
            held.pop(block, None)
            held[block] = None
        while len(held) > total:
            del held[next(block for block in held if block not in pinned)]
    return hits


def hits_of_optimum(texts: Sequence[Text], total: int) -> int:
    """What goes first is what is asked for again last (Belady, 1966): no order of going hits more.

    A block is asked for whenever one behind it is, so the last block of a text can always go before those it stands on.
    """
    following: list[list[int]] = [[] for _ in texts]
    last: dict[int, int] = {}
    for number in range(len(texts) - 1, -1, -1):
        following[number] = [last.get(block, NEVER) for block in texts[number]]
        last.update(dict.fromkeys(texts[number], number))
    held: dict[int, int] = {}
    heap: list[tuple[int, int, int]] = []
    hits = 0
    for number, text in enumerate(texts):
        hits += sum([block in held for block in text])
        room = total - len(text)
        for block in text:
            held.pop(block, None)
        while len(held) > room:
            next_use, _, block = heappop(heap)
            if held.get(block) == -next_use:
                del held[block]
        for at, block in enumerate(text):
            held[block] = following[number][at]
            heappush(heap, (-following[number][at], -at, block))
    return hits
