"""Events reach those who watch their kind, or a kind that theirs is made from."""

from sim.world.actor import Actor
from sim.world.message import Emitted, Event
from sim.world.world import World


class Told(Event):
    """A kind of events."""

    number: int


class ToldAloud(Told):
    """A kind made from it."""

    volume: int


class Speaker(Actor):
    def on_start(self) -> None:
        self.emit(Told(1))
        self.emit(ToldAloud(2, 11))


def test_who_watches_a_kind_sees_what_is_made_from_it_and_each_event_once() -> None:
    world = World(1)
    world.add("a", Speaker)
    general: list[Emitted] = []
    special: list[Emitted] = []
    both: list[Emitted] = []
    world.subscribe((Told,), general.append)
    world.subscribe((ToldAloud,), special.append)
    keep = both.append
    world.subscribe((Told, ToldAloud), keep)
    world.boot()
    world.run_until(1)
    assert [one.event for one in general] == [Told(1), ToldAloud(2, 11)]
    assert [one.event for one in special] == [ToldAloud(2, 11)]
    assert len(both) == 2
