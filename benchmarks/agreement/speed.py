"""What simulating one agreement costs as the group grows: time for each message, and memory.

Seconds are those of the processor, the least of some rounds taken in turn: what else runs on a machine costs wall time.
"""

import time
import tracemalloc
from collections.abc import Callable, Mapping
from math import inf

from benchmarks.agreement.measure import BASE
from sim.running import Running
from sim.scenario.loader import Loaded, load_text

SIZES = (10, 31, 100)
ROUNDS = 2
PROTOCOLS = ("ckps", "vaba", "smvba", "pmvba")
MESSAGES_MIN = 6000


def calm(protocol: str, n: int) -> Loaded:
    """One agreement of n parties without a fault."""
    return load_text(
        BASE.format(
            n=n,
            parameters=f"protocol: {protocol}",
            faults="",
            latency="1ms",
            loopback="1ms",
            duration="50ms",
            settle="0s",
        )
    )


def agree(scenario: Loaded, keep_trace: bool = False) -> int:
    """Messages delivered in one run, with the world and its checks made anew."""
    running = Running(scenario, 1, keep_trace=keep_trace)
    running.finish()
    return running.world.network.traffic.delivered


def repeated(scenario: Loaded) -> Callable[[], int]:
    """As many runs as make enough messages to be timed."""
    times = max(1, MESSAGES_MIN // agree(scenario))
    return lambda: sum(agree(scenario) for _ in range(times))


def peak(scenario: Loaded) -> tuple[int, float]:
    """(messages, MB held at the worst moment) of one run with its trace."""
    tracemalloc.start()
    try:
        messages = agree(scenario, keep_trace=True)
        return messages, tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()


def turns(sides: Mapping[int, Callable[[], int]]) -> dict[int, float]:
    """Least seconds per message of each side."""
    least = dict.fromkeys(sides, inf)
    for _ in range(ROUNDS):
        for n, side in sides.items():
            began = time.process_time()
            messages = side()
            least[n] = min(least[n], (time.process_time() - began) / messages)
    return least


def main() -> None:
    """Print messages per second at each size with the ratio to the smallest, then memory at the largest."""
    for protocol in PROTOCOLS:
        cost = turns({n: repeated(calm(protocol, n)) for n in SIZES})
        for n, seconds in cost.items():
            ratio = seconds / cost[SIZES[0]]
            print(
                f"{protocol:<6} n={n:<4} {1 / seconds:>9,.0f} messages/s   {seconds * 1e6:6.2f} us a message   "
                f"{ratio:4.2f} x that at {SIZES[0]}",
                flush=True,
            )
    for protocol, size in ((protocol, size) for protocol in PROTOCOLS for size in SIZES[1:]):
        messages, megabytes = peak(calm(protocol, size))
        print(
            f"{protocol:<6} n={size:<4} {messages:>9,} messages   {megabytes:7.1f} MB at most   "
            f"{megabytes * 1e3 / messages:5.2f} kB a message",
            flush=True,
        )


if __name__ == "__main__":
    main()
