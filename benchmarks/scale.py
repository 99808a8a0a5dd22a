"""Cost of a message as the world grows, in two ways: the same traffic in a larger world, and everybody talking at once.

Nodes play ping-pong in pairs. With the same traffic ten of them play, however many there are. When all play, thousands
of messages are under way at a time, each between objects that no cache of the processor holds any more.
"""

from collections.abc import Callable
from functools import partial

from benchmarks.messages import Ping, Pong
from benchmarks.timing import alternate
from sim.world.actor import Actor, on
from sim.world.distributions import LogNormal
from sim.world.units import MS
from sim.world.world import Setting, World

SIZES = (10, 100, 1_000, 10_000)
HOPS = 60_000


class Player(Actor):
    """Plays with `partner`; the one that `begins` sends first."""

    def __init__(self, partner: str, begins: bool) -> None:
        self.partner = partner
        self.begins = begins

    def on_start(self) -> None:
        if self.begins:
            self.send(self.partner, Ping(0))

    @on(Ping)
    def ping(self, source: str, message: Ping) -> None:
        self.send(source, Pong(message.number))

    @on(Pong)
    def pong(self, source: str, message: Pong) -> None:
        self.send(source, Ping(message.number + 1))


class Pairs:
    """A world of `size` nodes of which `playing` play, which has been running; each call passes about HOPS messages."""

    def __init__(self, size: int, playing: int) -> None:
        self.world = World(7, Setting(latency=LogNormal(1 * MS, 8 * MS)))
        self.step = HOPS * 3 * MS // playing  # a hop takes 1.5 ms on average; each pair has one message under way
        for index in range(size):
            self.world.add(f"n{index}", partial(Player, f"n{index ^ 1}", index % 2 == 0 and index < playing))
        self.world.boot()
        self.world.run_until(20 * MS)

    def __call__(self) -> int:
        """Messages delivered."""
        before = self.world.network.traffic.delivered
        self.world.run_until(self.world.now + self.step)
        return self.world.network.traffic.delivered - before


def _print(title: str, playing: Callable[[int], int]) -> None:
    cost = alternate({str(size): Pairs(size, playing(size)) for size in SIZES}, rounds=5)
    least = cost[str(SIZES[0])]
    for size, seconds in cost.items():
        ratio = seconds / least
        print(
            f"{title:<12} {int(size):>6,} nodes   {seconds * 1e6:5.2f} us a message   {ratio:4.2f} x that at {SIZES[0]}"
        )


def main() -> None:
    """Print the cost of a message at each size and its ratio to the smallest."""
    _print("10 playing", lambda _: 10)
    _print("all playing", lambda size: size)
