"""Stories: calls, sleeping, gathering, racing, and what a crash or a pause does to them."""

import pytest

from sim.world.distributions import Constant
from sim.world.message import Refused, Timeout
from sim.world.tasks import Cancelled
from sim.world.units import MS, SECOND
from sim.world.world import Setting, World
from tests.world.actors import Double, Listener, Number, Teller


def tell(story, until: int = SECOND) -> World:  # type: ignore[no-untyped-def] # any story of a Teller
    world = World(1, Setting(latency=Constant(MS)))
    world.add("ear", Listener)
    world.add("teller", lambda: Teller(story))
    world.boot()
    world.run_until(until)
    return world


def test_a_call_ends_in_a_reply_a_refusal_or_a_timeout() -> None:
    ends: list[object] = []

    async def story(self: Teller) -> None:
        ends.append(await self.call("ear", Double(21), timeout=10 * MS))
        for value, timeout in ((-1, 10 * MS), (1, 1 * MS)):
            try:
                await self.call("ear", Double(value), timeout=timeout)
            except (Refused, Timeout) as error:
                ends.append((type(error), self.now()))

    tell(story)
    assert ends == [Number(42), (Refused, 4 * MS), (Timeout, 5 * MS)]


def test_operations_record_how_calls_ended() -> None:
    async def story(self: Teller) -> None:
        for value, timeout in ((1, 10 * MS), (-1, 10 * MS), (1, 1 * MS)):
            with self.operation("double", key="x", arg=value) as operation:
                reply = await self.call("ear", Double(value), timeout=timeout)
                operation.ok(reply.value)
        with self.operation("double", key="y"):
            await self.sleep(10 * SECOND)

    rows = tell(story).operations.rows
    assert [(row.outcome, row.result) for row in rows] == [
        ("ok", 2),
        ("fail", None),
        ("unknown", None),
        (None, None),
    ]
    assert [row.ret is None for row in rows] == [False, False, True, True]


def test_gather_waits_for_all_and_keeps_their_order() -> None:
    results: list[object] = []

    async def after(self: Teller, ns: int) -> int:
        await self.sleep(ns)
        return ns

    async def story(self: Teller) -> None:
        results.append(await self.gather(after(self, 30), after(self, 10), after(self, 20)))
        results.append(self.now())

    tell(story)
    assert results == [[30, 10, 20], 30]


def test_first_of_cancels_the_rest() -> None:
    seen: list[object] = []

    async def after(self: Teller, ns: int) -> int:
        await self.sleep(ns)
        seen.append(ns)
        return ns

    async def story(self: Teller) -> None:
        first = await self.first_of(after(self, 30), after(self, 10))
        seen.append((first.index, first.value))
        with pytest.raises(Timeout):
            await self.first_of(after(self, 50), timeout=20)
        seen.append(self.now())

    tell(story)
    assert seen == [10, (1, 10), 30]


def test_a_cancelled_task_says_so_to_who_awaits_it() -> None:
    seen: list[str] = []

    async def long(self: Teller) -> None:
        try:
            await self.sleep(SECOND)
        finally:
            seen.append("closed")

    async def story(self: Teller) -> None:
        task = self.spawn(long(self))
        await self.sleep(5)
        task.cancel()
        with pytest.raises(Cancelled):
            await task
        seen.append("seen")

    tell(story)
    assert seen == ["closed", "seen"]


@pytest.mark.parametrize("group", ["gather", "first_of"])
def test_failures_of_one_instant_and_a_crash_leave_nothing_behind(group: str) -> None:
    caught: list[str] = []

    async def fails(self: Teller, ns: int) -> None:
        await self.sleep(ns)
        raise Timeout(f"after {ns}")

    async def story(self: Teller) -> None:
        together = getattr(self, group)
        try:
            await together(fails(self, 10), fails(self, 10), self.sleep(20))
        except Timeout as error:
            caught.append(str(error))
        await together(fails(self, 50), self.sleep(60))

    world = World(1)
    world.add("teller", lambda: Teller(story))
    world.boot()
    world.run_until(30)
    world.crash("teller")
    world.run_until(100)
    assert caught == ["after 10"]


def test_a_crash_closes_stories_and_leaves_their_operations_open_as_unknown() -> None:
    seen: list[str] = []

    async def story(self: Teller) -> None:
        try:
            with self.operation("double", key="x"):
                await self.sleep(SECOND)
        finally:
            seen.append(f"closed at {self.now()}")

    world = World(1)
    world.add("teller", lambda: Teller(story))
    world.boot()
    world.run_until(10)
    world.crash("teller")
    world.start("teller")
    world.run_until(20)
    assert seen == ["closed at 10"]
    assert [row.outcome for row in world.operations.rows] == ["unknown", None]


def test_a_paused_node_goes_on_where_it_stood() -> None:
    seen: list[int] = []

    async def story(self: Teller) -> None:
        for _ in range(3):
            await self.sleep(10)
            seen.append(self.now())

    world = World(1)
    world.add("teller", lambda: Teller(story))
    world.boot()
    world.run_until(5)
    world.pause("teller")
    world.run_until(100)
    world.resume("teller")
    world.run_until(200)
    assert seen == [100, 110, 120]


@pytest.mark.parametrize("timeout", [1 * MS, 3 * MS])
def test_a_call_ends_once_though_answer_and_alarm_both_waited_for_a_paused_node(timeout: int) -> None:
    """Whichever came first is how it ends; the other one finds it ended, before the story has gone on."""
    ends: list[object] = []

    async def story(self: Teller) -> None:
        try:
            ends.append(await self.call("ear", Double(21), timeout=timeout))
        except Timeout:
            ends.append(Timeout)
        ends.append(await self.call("ear", Double(1), timeout=10 * MS))

    world = World(1, Setting(latency=Constant(MS)))
    world.add("ear", Listener)
    world.add("teller", lambda: Teller(story))
    world.boot()
    world.run_until(MS // 2)
    world.pause("teller")
    world.run_until(9 * MS)
    world.resume("teller")
    world.run_until(SECOND)
    assert ends == [Timeout if timeout == MS else Number(42), Number(2)]


def test_stories_await_simpy_resources_and_stores() -> None:
    seen: list[object] = []

    async def worker(self: Teller, name: str) -> None:
        with self.desk.request() as turn:  # type: ignore[attr-defined]
            await turn
            await self.sleep(10)
            seen.append((self.now(), name))

    async def story(self: Teller) -> None:
        self.desk = self.resource(1)  # type: ignore[attr-defined]
        shelf = self.store()
        await self.gather(worker(self, "a"), worker(self, "b"))
        shelf.put("book")
        seen.append(await self.wait(shelf.get()))

    tell(story)
    assert {str(one) for one in seen[:2]} in ({"(10, 'a')", "(20, 'b')"}, {"(10, 'b')", "(20, 'a')"})
    assert seen[2] == "book"


def test_an_awaited_thing_that_is_no_event_is_refused() -> None:
    class Odd:
        def __await__(self):  # type: ignore[no-untyped-def] # on purpose
            yield 3

    async def story(self: Teller) -> None:
        await Odd()

    with pytest.raises(TypeError, match="awaited 3; a story awaits simpy events"):
        tell(story)
