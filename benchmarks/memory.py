"""Memory of a run per million messages, with the trace off (flat) and on."""

import tracemalloc

from benchmarks.messages import Returner, Server
from sim.world.distributions import LogNormal
from sim.world.units import MS, SECOND
from sim.world.world import Setting, World

STEPS = (50_000, 100_000, 200_000)


def bytes_after(keep: bool) -> list[tuple[int, int]]:
    """(messages delivered, bytes held) after each of STEPS messages."""
    tracemalloc.start()
    try:
        world = World(7, Setting(latency=LogNormal(1 * MS, 8 * MS), keep_trace=keep))
        world.add("a", Server)
        world.add("b", Returner)
        world.boot()
        held = []
        for step in STEPS:
            while world.network.traffic.delivered < step:
                world.run_until(world.now + SECOND)
            held.append((world.network.traffic.delivered, tracemalloc.get_traced_memory()[0]))
        return held
    finally:
        tracemalloc.stop()


def main() -> None:
    """Print the growth from the first step to the last, as MB per million messages."""
    for keep in (False, True):
        held = bytes_after(keep)
        (first_n, first_b), (last_n, last_b) = held[0], held[-1]
        growth = (last_b - first_b) / (last_n - first_n)
        print(
            f"trace {'on ' if keep else 'off'}   {growth:8.2f} MB per million messages"
            f"   ({last_b / 1e6:.2f} MB at {last_n:,})"
        )
