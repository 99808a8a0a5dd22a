"""The checks: who feeds the world that they share, and how long a job may take behind others."""

from collections.abc import Callable

import msgspec

from models.veriflow import events as e
from models.veriflow.invariants import CHECKS
from models.veriflow.invariants.devices import OneGpuLedger
from models.veriflow.invariants.liveness import Liveness
from models.veriflow.invariants.world import FACTS, PHYSICAL, World
from models.veriflow.objects import ADMITTED, QUEUED, SUCCEEDED, Job
from models.veriflow.settings import Settings
from sim import SECOND, Emitted, RunRecord
from sim.checks import History
from tests.models.veriflow.boards import job, node, queue

SETTINGS = Settings.model_validate({"age_max": "10s", "patience": "20s", "ttl": "1000s"})


class Told:
    """Facts of a store, shown to the check of liveness."""

    def __init__(self) -> None:
        self.world = World()
        self.check = Liveness(self.world, SETTINGS, {})
        self._count = 0
        self._states: dict[str, str] = {}
        self.tell(0, e.QueueSet, queue("q", 8))
        self.tell(0, e.NodeState, node("n1", 8))

    def tell(self, second: int, kind: Callable[..., e.Fact], *fields: object) -> None:
        """One fact, in a transaction of its own."""
        self._count += 1
        fact = kind(self._count, 0, second * SECOND, "t", *fields)
        emitted = Emitted(second * SECOND, "n1", 0, self._count, fact)
        self.world.see(emitted)
        if type(fact) in self.check.watches:
            self.check.observe(emitted)

    def job(self, second: int, one: Job, state: str) -> None:
        """A job is in this state from then on."""
        before = self._states.get(one.name, "")
        self._states[one.name] = state
        self.tell(second, e.JobState, msgspec.structs.replace(one, state=state), before)

    def verdict(self, end: int) -> str:
        """What liveness says when the run ends after so many seconds."""
        return self.check.conclude(RunRecord(History(), 0, end * SECOND, 0, (), ())).status


def turns(first_uid: int) -> str:
    """Seven jobs, a new one every five seconds, hold all GPUs in turn; the wish came first, and is served last."""
    told = Told()
    wish = job("wish", 1, 8, uid=10)
    told.job(0, wish, QUEUED)
    for turn in range(7):
        one = job(f"j{turn}", 1, 8, uid=first_uid + turn)
        told.job(5 * turn, one, QUEUED)
        told.job(5 * turn, one, ADMITTED)
        told.job(5 * turn + 5, one, SUCCEEDED)
    told.job(35, wish, ADMITTED)
    told.job(38, wish, SUCCEEDED)
    return told.verdict(200)


def test_an_elder_may_wait_behind_older_ones_but_not_behind_younger_ones() -> None:
    assert turns(first_uid=1) == "pass"
    assert turns(first_uid=20) == "fail"


def test_who_was_let_in_before_it_was_an_elder_is_before_it() -> None:
    told = Told()
    wish, long = job("wish", 1, 8, uid=10), job("long", 1, 8, uid=20)
    told.job(0, wish, QUEUED)
    told.job(9, long, QUEUED)
    told.job(9, long, ADMITTED)
    told.job(28, long, SUCCEEDED)
    told.job(28, wish, ADMITTED)
    told.job(31, wish, SUCCEEDED)
    assert told.verdict(200) == "pass"


def test_nobody_hides_behind_another_who_does_not_end() -> None:
    told, older = Told(), job("older", 1, 8, uid=5)
    told.job(0, older, QUEUED)
    told.job(1, older, ADMITTED)
    told.job(2, job("wish", 1, 8, uid=10), QUEUED)
    assert told.verdict(200) == "fail"


def test_the_first_check_of_a_run_feeds_the_world_that_all_share() -> None:
    assert next(iter(CHECKS)) == OneGpuLedger.name
    assert set(OneGpuLedger.watches) == {*FACTS, *PHYSICAL}
