"""Links cut, degrade, stack and heal, and their chance is their own."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.world.distributions import Constant, LogNormal, Uniform
from sim.world.link_rule import LinkRule
from sim.world.message import Emitted
from sim.world.topology import Topology
from sim.world.trace import DELIVER, LOST
from sim.world.units import CERTAIN, MS, PERCENT, SECOND
from sim.world.world import Setting, World
from tests.world.actors import Heard, Listener, Speaker

Arrivals = list[tuple[int, str, int]]


def listen(world: World) -> Arrivals:
    """Two speakers `a` and `b` and one `ear`; what the ear hears, as (time, source, number)."""
    heard: Arrivals = []
    world.subscribe([Heard], lambda e: heard.append((e.t_ns, e.event.source, e.event.number)))  # type: ignore[attr-defined]
    for name, factory in (("a", Speaker), ("b", Speaker), ("ear", Listener)):
        world.add(name, factory)
    world.boot()
    return heard


def numbers(heard: Arrivals, source: str) -> list[int]:
    return [number for _, who, number in heard if who == source]


def test_messages_arrive_after_the_latency() -> None:
    world = World(1, Setting(latency=Constant(3 * MS)))
    heard = listen(world)
    world.run_until(SECOND)
    assert [time for time, who, _ in heard if who == "a"][:3] == [4 * MS, 5 * MS, 6 * MS]
    assert numbers(heard, "b") == list(range(100))


def test_a_cut_stops_what_is_on_its_way_and_mending_lets_the_rest_through() -> None:
    world = World(1, Setting(latency=Constant(3 * MS)))
    heard = listen(world)
    world.run_until(10 * MS)
    world.network.cut("a", "ear")
    world.run_until(20 * MS)
    world.network.mend("a", "ear")
    world.run_until(SECOND)
    assert numbers(heard, "a") == [*range(7), *range(20, 100)]
    assert numbers(heard, "b") == list(range(100))


def test_cuts_count() -> None:
    world = World(1)
    heard = listen(world)
    world.network.cut("a", "ear")
    world.network.cut("a", "ear")
    world.network.mend("a", "ear")
    world.run_until(50 * MS)
    assert numbers(heard, "a") == []
    assert world.network.is_cut("a", "ear")


@settings(max_examples=25)
@given(st.integers(0, 2**32), st.sampled_from(["loss", "duplicate", "reorder", "latency", "corrupt", "replay"]))
def test_a_fault_on_one_link_moves_nothing_on_another(seed: int, effect: str) -> None:
    rules = {
        "loss": LinkRule("f", loss=30 * PERCENT),
        "duplicate": LinkRule("f", duplicate=30 * PERCENT),
        "reorder": LinkRule("f", reorder=30 * PERCENT),
        "latency": LinkRule("f", latency=Uniform(0, 9 * MS)),
        "corrupt": LinkRule("f", corrupt=30 * PERCENT),
        "replay": LinkRule("f", replay=30 * PERCENT),
    }
    base = LinkRule("network", loss=10 * PERCENT, duplicate=10 * PERCENT, reorder=10 * PERCENT)

    def arrivals(with_fault: bool) -> Arrivals:
        world = World(seed, Setting(latency=LogNormal(2 * MS, 9 * MS), rule=base))
        heard = listen(world)
        if with_fault:
            world.network.degrade([("a", "ear")], rules[effect])
        world.run_until(SECOND)
        return [one for one in heard if one[1] == "b"]

    assert arrivals(True) == arrivals(False)


@settings(max_examples=25)
@given(st.integers(0, 2**32), st.integers(1, CERTAIN))
def test_a_second_rule_draws_the_same_whatever_the_first_does(seed: int, loss: int) -> None:
    def replayed(loss_of_first: int) -> list[int]:
        world = World(seed, Setting(latency=Constant(MS)))
        heard = listen(world)
        world.network.degrade([("a", "ear")], LinkRule("first", loss=loss_of_first))
        rule = LinkRule("second", replay=30 * PERCENT, age=Constant(60 * SECOND))
        world.network.degrade([("a", "ear")], rule)
        world.run_until(62 * SECOND)
        return [number for time, who, number in heard if who == "a" and time > 60 * SECOND]

    assert replayed(loss) == replayed(1)


def test_restoring_a_rule_restores_the_link() -> None:
    world = World(1, Setting(latency=Constant(MS)))
    heard = listen(world)
    before = world.network.state()
    handle = world.network.degrade([("a", "ear")], LinkRule("f", loss=CERTAIN))
    world.run_until(10 * MS)
    world.network.restore(handle)
    assert world.network.state() == before
    world.run_until(SECOND)
    assert numbers(heard, "a") == list(range(10, 100))


def test_reordering_overtakes_and_fifo_forbids_it() -> None:
    rule = LinkRule("network", reorder=50 * PERCENT, window=20 * MS)

    def said(fifo: bool) -> list[int]:
        world = World(3, Setting(latency=Constant(MS), rule=rule, fifo=fifo))
        heard = listen(world)
        world.run_until(SECOND)
        return numbers(heard, "a")

    assert said(fifo=False) != sorted(said(fifo=False))
    assert said(fifo=True) == list(range(100))


def test_bandwidth_queues_messages() -> None:
    world = World(1, Setting(latency=Constant(MS), rule=LinkRule("network", bandwidth=10_000)))
    heard = listen(world)
    world.run_until(2 * SECOND)
    gaps = {second[0] - first[0] for first, second in zip(heard[::2], heard[2::2], strict=False)}
    assert min(gaps) >= 4 * MS  # some 48 bytes at 10,000 bytes a second, though one is sent each millisecond


def test_old_messages_come_again_much_later() -> None:
    world = World(1, Setting(latency=Constant(MS)))
    heard = listen(world)
    world.network.degrade([("a", "ear")], LinkRule("f", replay=20 * PERCENT, age=Constant(60 * SECOND)))
    world.run_until(120 * SECOND)
    late = [time for time, who, _ in heard if who == "a" and time > 60 * SECOND]
    assert 5 < len(late) < 40


def test_corruption_is_dropped_by_the_checksum_and_altered_without_one() -> None:
    def heard_of_a(checksum: bool) -> list[int]:
        world = World(5, Setting(latency=Constant(MS)))
        heard = listen(world)
        world.network.degrade([("a", "ear")], LinkRule("f", corrupt=40 * PERCENT, checksum=checksum))
        world.run_until(SECOND)
        return numbers(heard, "a")

    assert len(heard_of_a(checksum=True)) < 80
    assert set(heard_of_a(checksum=True)) <= set(range(100))
    assert heard_of_a(checksum=False) != sorted(set(heard_of_a(checksum=False)) & set(range(100)))


def test_zones_are_as_far_apart_as_their_paths() -> None:
    zones = Topology(Constant(MS), {("east", "mid"): Constant(10 * MS), ("mid", "west"): Constant(20 * MS)})
    world = World(1, Setting(topology=zones))
    seen: list[Emitted] = []
    world.subscribe([Heard], seen.append)
    world.add("a", Speaker, zone="east")
    world.add("ear", Listener, zone="west")
    world.boot()
    world.run_until(40 * MS)
    assert seen[0].t_ns == 31 * MS


def test_every_message_sent_is_delivered_lost_or_still_on_its_way() -> None:
    rule = LinkRule("network", loss=20 * PERCENT, duplicate=20 * PERCENT, corrupt=10 * PERCENT)
    world = World(2, Setting(latency=Uniform(0, 5 * MS), rule=rule, keep_trace=True))
    listen(world)
    world.run_until(2 * SECOND)
    traffic = world.network.traffic
    fates = Counter(record[1] for record in world.trace.records())
    assert traffic.sent + traffic.duplicated == traffic.delivered + traffic.lost
    assert (fates[DELIVER], fates[LOST]) == (traffic.delivered, traffic.lost)


def test_a_name_that_is_no_node_is_said_so() -> None:
    world = World(1)
    world.add("a", Speaker)
    world.boot()
    with pytest.raises(LookupError, match="a sends to 'ear', which is not a node of this world"):
        world.run_until(SECOND)
