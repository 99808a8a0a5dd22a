"""Serving against what must hold: stack distances, the optimum by Belady, Little's law, and the curve over w.

python -m benchmarks.serving_oracles memory    hits against memory: the model's pool, stack distances, FIFO, the optimum
python -m benchmarks.serving_oracles little    what is in engines at a time = rate of arrivals x mean time there
python -m benchmarks.serving_oracles weight    hits, balance and latency over the weight of missing blocks
"""

import sys
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from heapq import heappop, heappush
from statistics import mean
from types import SimpleNamespace

from benchmarks.serving import SCENARIO, SEEDS, SETUP, P, interval, outcome, watched
from models.llm_cache import events, tokens, truth
from models.llm_cache.chain import Chain
from models.llm_cache.lookup import HashPrefixes, Sought
from models.llm_cache.pool import Pool
from models.llm_cache.settings import Settings
from models.llm_cache.teller import Teller
from sim import SECOND
from sim.scenario.loader import load

Text = list[int]
"""A request as the blocks of its prompt, first block first: equal numbers are equal blocks behind equal blocks."""
SIZE = 16
SHARES = (2, 4, 8, 12, 16, 24, 32, 48, 64, 100)
"""Memory in percent of all different blocks of a trace."""
NEVER = 1 << 60
ONE = Settings(block_tokens=1)


def trace(seed: int = 1) -> list[Text]:
    """Prompts of one run of conversations in the order in which they were asked."""
    loaded = load(SCENARIO, (*SETUP, P + "traffic.gap=200ms"))
    asked = [one.event for one in watched(loaded, seed, events.Asked) if isinstance(one.event, events.Asked)]
    return named([truth.contents(one.prompt, SIZE, one.origin.tenant.encode()) for one in asked])


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


def memory() -> None:
    """Hits over memory. The pool must hit what stack distances say, and nothing hits more than the optimum."""
    texts = trace()
    asked, different = sum(map(len, texts)), len({block for text in texts for block in text})
    distances = stack_distances(texts)
    print(f"{len(texts):,} requests, {asked:,} blocks, {different:,} different ones")
    for share in SHARES:
        total = max(different * share // 100, max(map(len, texts)))
        lru, told = hits_of_pool(texts, total), bisect_right(distances, total)
        fifo, best = hits_of_fifo(texts, total), hits_of_optimum(texts, total)
        assert lru == told, f"the pool hits {lru} times, stack distances say {told}"
        assert best >= max(lru, fifo), f"the optimum hits {best} times, LRU {lru}, FIFO {fifo}"
        excess = (asked - lru) / (asked - best)
        print(
            f"    {total:6,} blocks ({share:3}%)   LRU {lru / asked:.3f}   FIFO {fifo / asked:.3f}"
            f"   best {best / asked:.3f}   misses of LRU to those of the best {excess:.2f}"
        )


def little(seconds: int = 300) -> None:
    """Requests in engines at a time, as engines say it every 100 ms, against arrivals x mean time from queue to end."""
    for gap in (800, 400, 250):
        loaded = load(SCENARIO, (*SETUP, P + f"traffic.gap={gap}ms", f"duration={seconds + 60}s"))
        seen = watched(loaded, 1, events.Loaded, events.Queued, events.Gone)
        span = range(30 * SECOND, (seconds + 30) * SECOND)
        loads = [one.event.queued + one.event.running for one in seen if _is_load(one.event) and one.t_ns in span]
        samples = len(loads) // 4
        began: dict[str, int] = {}
        times = []
        for one in seen:
            if isinstance(one.event, events.Queued) and not one.event.again and one.t_ns in span:
                began[one.event.attempt] = one.t_ns
            elif isinstance(one.event, events.Gone) and one.event.why != "preempted" and one.event.attempt in began:
                times.append(one.t_ns - began.pop(one.event.attempt))
        rate, stay, there = len(times) / seconds, mean(times) / SECOND, sum(loads) / samples
        print(
            f"    {rate:6.2f} requests/s x {stay:.3f} s = {rate * stay:7.3f}   counted {there:7.3f}"
            f"   ratio {there / (rate * stay):.4f}   ({len(times):,} requests)"
        )


def _is_load(event: object) -> bool:
    return isinstance(event, events.Loaded)


def weight() -> None:
    """More weight on what is missing: more hits, less balance."""
    for w in (0, 1, 2, 4, 16, 64):
        loaded = load(SCENARIO, (*SETUP, P + "traffic.gap=250ms", P + f"w={w}"))
        found = [outcome(loaded, seed) for seed in SEEDS]
        columns = ("hits", "imbalance", "first_mean", "first_p95", "total_mean")
        told = [interval([getattr(one, name) for one in found]) for name in columns]
        said = [f"{name} {middle:.3f} +- {half:.3f}" for name, (middle, half) in zip(columns, told, strict=True)]
        print(f"    w = {w:2}   {'   '.join(said)}")


PARTS = {"memory": memory, "little": little, "weight": weight}


def main(words: list[str]) -> int:
    """Run what is named; 4 for a word there is not."""
    wrong = [word for word in words if word not in PARTS]
    if wrong:
        print(f"no part {wrong[0]!r}; there are {', '.join(PARTS)}", file=sys.stderr)
        return 4
    for word in words or PARTS:
        print(f"== serving {word}")
        PARTS[word]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
