"""Each promise holds for what may happen and is broken by what may not: on events made by hand."""

from models.tyche import events as e
from models.tyche.function import result_of
from models.tyche.invariants import CHECKS
from models.tyche.settings import Settings
from sim import SECOND, Check, Emitted, Event, RunRecord, System
from sim.checks.history import History
from sim.checks.timeline import FaultSpan

SETTINGS = Settings.model_validate(
    {
        "functions": [
            {"name": "f", "load": "1s", "mb": 500, "user": "u1"},
            {"name": "g", "load": "2s", "mb": 900, "user": "u2"},
        ],
        "limit_mb": 1000,
        "ram_mb": 2000,
        "keep_alive": "60s",
    }
)
CALM = RunRecord(History(), 100 * SECOND, 200 * SECOND, 0, ("n1", "n2"), ("c1",))


def check(name: str, settings: Settings = SETTINGS) -> Check:
    return CHECKS[name](System("serverless", ("n1", "n2"), settings))


def judge(name: str, *told: tuple[float, str, Event], record: RunRecord = CALM, settings: Settings = SETTINGS) -> str:
    """What the check says of these events (seconds, node, event): the status, and if it fails the sentence."""
    one = check(name, settings)
    for number, (at, node, event) in enumerate(told):
        assert isinstance(event, one.watches) or not one.watches
        one.observe(Emitted(round(at * SECOND), node, 1, number, event))
    verdict = one.conclude(record)
    return verdict.detail if verdict.status == "fail" else verdict.status


def load(source: str, target: str, n: int = 1, function: str = "f", why: str = "", container: str = "n2.1.1") -> Event:
    mb = 500 if function == "f" else 900
    return e.LoadState(function, 1, n, container, 0, mb, source, target, why)


def container(source: str, target: str, request: str = "", mb: int = 0, user: str = "u1") -> Event:
    return e.ContainerState("n2.1.1", user, source, target, request, 0, mb)


PLAN = e.Predicted("f", 1, 1, 2 * SECOND, 20 * SECOND, 30 * SECOND, False)
STARTED = (0.0, "n2", e.WorkerStarted(1, (2000,)))


def test_memory_beyond_a_limit_and_a_ledger_that_lies_are_seen() -> None:
    made = (1.0, "n2", container(e.COLD, e.WARMING, "r1", 500))
    assert judge("memory-kept", STARTED, made, (1.0, "n2", e.Memory(0, 600, 0))) == "pass"
    assert "the ledger says 100 MB, 600 MB are used" in judge(
        "memory-kept", STARTED, made, (1.0, "n2", e.Memory(0, 100, 0))
    )
    more = [(2.0, "n2", load(e.PLANNED, e.LOADING, function="g")), (2.0, "n2", e.Memory(0, 1500, 900))]
    assert "holds 1500 of 1000 MB" in judge("memory-kept", STARTED, made, *more)
    claimed = [(2.0, "n2", e.Claimed(0, 1900)), (2.0, "n2", e.Memory(0, 2500, 0))]
    assert "holds 2500 of 2000 MB" in judge("memory-kept", STARTED, made, *claimed)
    entry = [(2.0, "n2", container(e.WARMING, e.IDLE)), (3.0, "n2", load(e.PLANNED, e.LOADING))]
    assert "rows of 0 MB for preloaded" in judge("memory-kept", STARTED, made, *entry, (3.0, "n2", e.Memory(0, 100, 0)))


def test_a_model_in_a_container_of_another_user_is_seen() -> None:
    made = (1.0, "n2", container(e.COLD, e.WARMING, "r1"))
    assert judge("users-apart", made, (2.0, "n2", load(e.PLANNED, e.LOADING))) == "pass"
    assert "belongs to u1" in judge("users-apart", made, (2.0, "n2", load(e.PLANNED, e.LOADING, function="g")))


def served(took: float, how: str = "warm") -> Event:
    return e.Served("r1", "f", "n2.1.1", how, False, 0, 0, round(took * SECOND), 0, 0, result_of("f", "r1"))


def test_a_request_that_waited_for_somebody_else_is_seen_and_a_pause_excuses() -> None:
    assert judge("never-hurts", STARTED, (50.0, "n2", served(1.12))) == "pass"
    assert "1.1s without preloading" in judge("never-hurts", STARTED, (50.0, "n2", served(2.0)))
    paused = RunRecord(
        History(), 100 * SECOND, 200 * SECOND, 1, ("n1", "n2"), ("c1",),
        (FaultSpan("pause n2 (f1)", 40 * SECOND, 60 * SECOND),),
    )  # fmt: skip
    assert judge("never-hurts", STARTED, (50.0, "n2", served(2.0)), record=paused) == "pass"
    assert judge("never-hurts", STARTED, (1.0, "n2", e.Slowed(10)), (50.0, "n2", served(9.0))) == "pass"


def test_a_container_for_nobody_and_one_that_expired_early_are_seen() -> None:
    asked, made = (0.5, "c1", e.Asked("r1", "f")), (1.0, "n2", container(e.COLD, e.WARMING, "r1"))
    assert judge("creates-nothing", asked, made) == "pass"
    assert "which nobody asked" in judge("creates-nothing", made)
    idle = (2.0, "n2", container(e.RUNNING, e.IDLE))
    assert judge("creates-nothing", asked, made, idle, (62.0, "n2", container(e.IDLE, e.EXPIRED))) == "pass"
    assert "the keep-alive is 60s" in judge(
        "creates-nothing", asked, made, idle, (32.0, "n2", container(e.IDLE, e.EXPIRED))
    )


def test_two_ends_an_end_too_late_and_none_at_all_are_seen() -> None:
    begun = [(1.0, "n1", PLAN), (3.0, "n2", load(e.PLANNED, e.LOADING)), (4.0, "n2", load(e.LOADING, e.RESIDENT))]
    dropped = (21.5, "n2", load(e.RESIDENT, e.DROPPED))
    assert judge("ends-once", *begun, dropped) == "pass"
    assert "was DROPPED" in judge("ends-once", *begun, dropped, (22.0, "n2", load(e.RESIDENT, e.USED)))
    assert "resident 4s too long" in judge("ends-once", *begun, (25.02, "n2", load(e.RESIDENT, e.DROPPED)))
    assert judge("ends-once", *begun, (25.0, "n2", load(e.RESIDENT, e.USED))) == "pass"
    assert "is RESIDENT since" in judge("ends-once", *begun)
    assert "is LOADING since" in judge("ends-once", *begun[:2])
    dead = (5.0, "n2", container(e.RUNNING, e.DEAD))
    assert "still lies in it" in judge("ends-once", *begun, dead)
    assert judge("ends-once", (0.0, "n2", container(e.COLD, e.WARMING)), *begun, (9.0, *STARTED[1:])) == "pass"
    assert "never was" in judge("ends-once", begun[0])


def test_a_timer_of_an_older_ticket_is_seen() -> None:
    later = (10.0, "n1", e.Predicted("f", 1, 2, 2 * SECOND, 20 * SECOND, 30 * SECOND, False))
    unload = e.Sent("f", 1, 2, "unload", "n2")
    assert judge("one-ticket", (1.0, "n1", PLAN), later, (30.0, "n1", unload)) == "pass"
    assert "the timer is an older one's" in judge("one-ticket", (1.0, "n1", PLAN), later, (21.0, "n1", unload))
    old = e.Sent("f", 1, 1, "load", "n2")
    assert "the newest is ticket 1.2" in judge("one-ticket", (1.0, "n1", PLAN), later, (12.0, "n1", old))
    assert "comes after" in judge("one-ticket", later, (11.0, "n1", PLAN))


def test_hints_that_are_false_old_or_of_a_silent_worker_are_seen() -> None:
    heard = [(1.0, "n1", e.Heard("n2", 2, 1)), (2.0, "n1", e.Heard("n2", 2, 2))]
    assert judge("hint-corrected", *heard) == "pass"
    assert "epoch 2 was known" in judge("hint-corrected", *heard, (3.0, "n1", e.Heard("n2", 1, 9)))
    assert "believed twice" in judge("hint-corrected", *heard, (3.0, "n1", e.Heard("n2", 2, 1)))
    routed = e.Routed("r1", "f", "n2", "idle", 3 * SECOND)
    assert "silent for 3s" in judge("hint-corrected", (3.0, "n1", routed))
    hint = (5.0, "n1", e.Hinted("n2", "n2.1.1", "f", True))
    assert "the table was wrong about f" in judge("hint-corrected", hint)
    assert judge("hint-corrected", hint, (6.0, "n1", e.Hinted("n2", "n2.1.1", "f", False))) == "pass"
    assert judge("hint-corrected", hint, (6.0, "n1", e.ControllerStarted(2, ()))) == "pass"


def test_another_answer_and_an_answer_twice_are_seen() -> None:
    right, asked = result_of("f", "r1"), (1.0, "c1", e.Asked("r1", "f"))
    taken = (2.0, "c1", e.Taken("r1", "f", right))
    assert judge("answer-same", asked, taken) == "pass"
    assert "without preloading" in judge("answer-same", asked, (2.0, "c1", e.Taken("r1", "f", right + 1)))
    assert "took effect twice" in judge("answer-same", asked, taken, taken)
    assert "nobody asked" in judge("answer-same", taken)


def arrivals(*times: float) -> list[tuple[float, str, Event]]:
    return [(at, "n1", e.Arrived("f", f"r{n}", round(at * SECOND))) for n, at in enumerate(times)]


def plan(span: float, load_s: float = 1, drop_s: float = 9) -> Event:
    return e.Predicted("f", 1, 1, round(load_s * SECOND), round(drop_s * SECOND), round(span * SECOND), False)


def test_predictions_that_are_wrong_or_missing_are_seen() -> None:
    five = arrivals(1, 2, 3, 4, 5)
    assert judge("prediction-sane", *five, (5.0, "n1", plan(4))) == "pass"
    assert "span 4s" in judge("prediction-sane", *five, (5.0, "n1", plan(3)))
    assert "drops it after 9s" in judge("prediction-sane", *five, (5.0, "n1", plan(4, load_s=10)))
    assert "not full" in judge("prediction-sane", *five[:3], (3.0, "n1", plan(2)))
    assert "no prediction followed" in judge("prediction-sane", *five, *arrivals(6))
    night = [(5.0, "n1", plan(4)), *arrivals(200), (200.0, "n1", plan(198))]
    assert "not full" in judge("prediction-sane", *five, *night)
    assert "T_w is 0" in judge("prediction-sane", *arrivals(1, 1, 1, 1, 1), (1.0, "n1", plan(0)))
    assert "died of IndexError" in judge("prediction-sane", (1.0, "n1", e.PlannerFailed("f", "IndexError")))


def test_a_chance_beyond_one_is_seen() -> None:
    right = e.Planned("f", 1_000_000_000 - 553_084, 40 * SECOND, 1, 0, True, 0)  # 1 - exp(-60 * 5 / 40)
    assert judge("prediction-sane", (1.0, "n1", right)) == "pass"
    wrong = e.Planned("f", 1_300_000_000, 40 * SECOND, 1, 0, True, 0)
    assert "it is 999 thousandths" in judge("prediction-sane", (1.0, "n1", wrong))


def test_a_request_that_nobody_answers_is_seen() -> None:
    asked = (110.0, "c1", e.Asked("r1", "f"))
    assert "never answered" in judge("liveness", asked)
    assert judge("liveness", asked, (140.0, "c1", e.Taken("r1", "f", 1))) == "pass"
    assert "answered at 151s" in judge("liveness", asked, (151.0, "c1", e.Taken("r1", "f", 1)))
    assert judge("liveness", (10.0, "c1", e.Asked("r1", "f")), (139.0, "c1", e.Taken("r1", "f", 1))) == "pass"


def test_shares_far_from_the_closed_form_are_seen() -> None:
    settings = Settings.model_validate(
        {"functions": [{"name": "f", "load": "0s", "mb": 1, "execution": "0s"}], "rate": "known", "oracle": True}
    )
    told: list[tuple[float, str, Event]] = []
    for n in range(600):  # as if every gap were a minute: always hit
        at = 60.0 * n
        told += [
            (at, "n1", e.Arrived("f", f"r{n}", 0)),
            (at, "n1", e.Predicted("f", 1, n, 7 * SECOND, 337 * SECOND, 0, False)),
            (at + 7.4, "n2", load(e.PLANNED, e.LOADING, n)),
            (at + 7.4, "n2", load(e.LOADING, e.RESIDENT, n)),
        ]
    assert judge("oracle-met", *told, settings=settings).startswith("f: hit 1.0000")
    assert judge("oracle-met", *told[:40], settings=settings) == "unknown"
