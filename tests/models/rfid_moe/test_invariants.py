"""Each promise is broken by what may not happen and holds for what may: on events made by hand."""

from models.rfid_moe import events as e
from models.rfid_moe.bank import bank_of
from models.rfid_moe.invariants import CHECKS
from models.rfid_moe.quality import UNIT
from models.rfid_moe.settings import Settings
from models.rfid_moe.shards import ABSENT, DRAINING, FULL, LOADING, READY, SHADOW, Copy, PlacementMap
from sim import SECOND, Emitted, Event, RunRecord, System
from sim.checks.history import History

SETTINGS = Settings(layers=1)
CALM = RunRecord(History(), 40 * SECOND, 80 * SECOND, 0, ("n1", "n6", "n7"), ("c1",))
BANK = bank_of(SETTINGS.shape)
WANTED = BANK.wanted(0, 5, 0)
Told = tuple[float, str, Event]


def judge(name: str, *told: Told) -> str:
    """The verdict: pass, unknown or the sentence of a failure."""
    check = CHECKS[name](System("moe", ("n1",), SETTINGS))
    for number, (at, node, event) in enumerate(told):
        assert isinstance(event, check.watches)
        check.observe(Emitted(int(at * SECOND), node, 1, number, event))
    verdict = check.conclude(CALM)
    return verdict.detail if verdict.status == "fail" else verdict.status


def state(target: str, row: int = 1, kind: str = FULL, why: str = "", **more: object) -> e.ShardState:
    fields: dict[str, object] = {"row": row, "layer": 0, "expert": 2, "kind": kind, "release": 1, "size": 100}
    return e.ShardState(**{**fields, "source": ABSENT, "target": target, "why": why, **more})  # type: ignore[arg-type]


def total(weights: tuple[int, ...], numbers: tuple[int, ...], rung: int = 0, **more: object) -> e.Combined:
    terms = tuple(
        e.Used(expert, expert, FULL, 0, weight, rung, number)
        for (expert, _), weight, number in zip(WANTED, weights, numbers, strict=True)
    )
    fields: dict[str, object] = {"terms": terms, "output": BANK.truth(0, 5, 0), "bound": 0, **more}
    return e.Combined(7, 1, 0, "r1", 0, 5, 0, **fields)  # type: ignore[arg-type]


WEIGHTS = tuple(weight for _, weight in WANTED)
SENT = e.Dispatched(7, 1, 1, 0, "n6", 1, 3, 0, tuple(e.Sent(0, expert, expert, FULL, 0) for expert, _ in WANTED))
BACK = e.Returned(7, 1, True)


def test_a_budget_is_spent_exactly() -> None:
    assert judge("budget-exact", (0, "n2", e.Compressed(1, 0, 5, (3, 2), (8, 8), 10, 10))) == "pass"
    assert "4 ranks of a budget of 5" in judge("budget-exact", (0, "n2", e.Compressed(1, 0, 5, (2, 2), (8, 8), 9, 10)))
    assert "not all between" in judge("budget-exact", (0, "n2", e.Compressed(1, 0, 5, (5, 0), (8, 8), 9, 10)))
    assert "11 bytes of 10" in judge("budget-exact", (0, "n2", e.Compressed(1, 0, 5, (3, 2), (8, 8), 11, 10)))


def test_memory_has_rows_and_rows_have_memory() -> None:
    rows = (0, "n1", e.Vram("n6", 100, 0, 1000))
    assert judge("vram-kept", rows, (1, "n6", state(LOADING))) == "pass"
    assert "holds 200 bytes and has rows of 100" in judge(
        "vram-kept", rows, (1, "n6", state(LOADING)), (2, "n6", state(LOADING, row=2))
    )
    assert judge(
        "vram-kept", rows, (1, "n6", state(READY)), (2, "n6", e.NodeStarted(2)), (3, "n6", state(LOADING, 2))
    ) == ("pass")
    assert "claims of 950" in judge("vram-kept", (0, "n1", e.Vram("n6", 100, 950, 1000)))


def test_weights_are_one_together_over_different_experts() -> None:
    assert judge("weights-sum", (0, "n4", total(WEIGHTS, (1, 1, 1)))) == "pass"
    short = total((WEIGHTS[0] - 1, *WEIGHTS[1:]), (1, 1, 1))
    assert f"sum to {UNIT - 1}" in judge("weights-sum", (0, "n4", short))


def test_each_pair_ends_once_by_the_part_that_was_waited_for() -> None:
    story: list[Told] = [(0, "n4", SENT), (1, "n4", BACK)]
    assert judge("tokens-conserved", *story, (2, "n4", total(WEIGHTS, (1, 1, 1)))) == "pass"
    assert "not the last one sent" in judge("tokens-conserved", *story, (2, "n4", total(WEIGHTS, (1, 1, 9))))
    assert "which is not back" in judge("tokens-conserved", story[0], (2, "n4", total(WEIGHTS, (1, 1, 1))))
    fewer = e.Combined(7, 1, 0, "r1", 0, 5, 0, total(WEIGHTS, (1, 1, 1)).terms[:2], (), 0)
    assert "combined and dropped" in judge("tokens-conserved", *story, (2, "n4", fewer))
    dropped = e.Dropped(7, 1, 0, 0, WANTED[2][0])
    assert judge("tokens-conserved", *story, (1, "n4", dropped), (2, "n4", fewer)) == "pass"


def test_a_loss_is_said_and_no_loss_is_exact() -> None:
    exact, answered = total(WEIGHTS, (1, 1, 1)), e.Answered("r1", False, (), False, 0, 0)
    assert judge("no-silent-loss", (0, "n4", exact), (1, "n4", answered)) == "pass"
    off = total(WEIGHTS, (1, 1, 1), output=(exact.output[0] + 1, *exact.output[1:]))
    assert "claims no loss" in judge("no-silent-loss", (0, "n4", off))
    lossy = total(WEIGHTS, (1, 1, 1), rung=3)
    assert "used rungs [3] and says []" in judge("no-silent-loss", (0, "n4", lossy), (1, "n4", answered))
    tagged = e.Answered("r1", True, (3,), False, 0, 1)
    assert judge("no-silent-loss", (0, "n4", lossy), (1, "n4", tagged)) == "pass"
    assert "which nobody gave" in judge("no-silent-loss", (1, "c1", e.Taken("r1", False, False)))


def test_errors_keep_their_bounds() -> None:
    truth = BANK.truth(0, 5, 0)
    for bound, said in ((10, "pass"), (9, "certified are 9")):
        off = total(WEIGHTS, (1, 1, 1), rung=3, output=(truth[0] + 10, *truth[1:]), bound=bound)
        assert said in judge("bound-holds", (0, "n4", off))
    assert "certified are 4" in judge("bound-holds", (0, "n4", e.Answered("r1", True, (3,), False, 5, 4)))
    assert "not the matrix" in judge("bound-holds", (0, "n6", state(READY, kind=SHADOW, digest=b"wrong")))


def test_copies_stand_apart_and_are_of_one_release() -> None:
    twice = [(0, "n6", state(READY)), (1, "n6", state(LOADING, row=2, kind=SHADOW))]
    assert "twice: full and shadow" in judge("copies-apart", *twice)
    assert judge("copies-apart", twice[0], (1, "n7", twice[1][2])) == "pass"
    assert "parts of releases [1, 2, 2]" in judge("one-version", (0, "n6", state(READY, parts=(1, 2, 2))))
    assert "for epoch 1" in judge("one-version", (0, "n6", e.Computing(1, 2, ())))
    assert "another release" in judge("one-version", (0, "n6", e.Computing(2, 2, ((0, 2, SHADOW, 2, 1),))))


def mapped(version: int, *rows: tuple[int, str]) -> e.MapChanged:
    copies = tuple(Copy(row, node, 1, 0, 2, FULL, 0) for row, node in rows)
    return e.MapChanged(PlacementMap(version, copies, (("n6", 1), ("n7", 1))), "a shard")


def test_maps_go_forward_and_cover() -> None:
    first, second = (0, "n1", mapped(1, (1, "n6"))), (2, "n1", mapped(2, (2, "n7")))
    taken = (1, "n4", e.MapTaken(1))
    asks = e.Dispatched(7, 1, 1, 0, "n6", 1, 1, 0, (e.Sent(0, 2, 2, FULL, 0),))
    assert judge("map-forward", first, taken, (1, "n4", asks)) == "pass"
    assert "went from map 1 to 1" in judge("map-forward", first, taken, taken)
    wrong = e.Dispatched(7, 1, 1, 0, "n7", 1, 1, 0, asks.pairs)
    assert "asks for full 0/2 of n7, not in map 1" in judge("map-forward", first, taken, (1, "n4", wrong))
    gone = (3, "n6", state(DRAINING, why="too many", map=2))
    assert judge("covered", first, second, gone) == "pass"
    early = (3, "n6", state(DRAINING, why="too many", map=1))
    assert "still sends there" in judge("covered", first, early)
    bare = (2, "n1", mapped(2))
    assert "has no other copy" in judge("covered", first, bare, gone)
    assert "whose last copy is ready on n6" in judge("covered", first, (1, "n6", state(READY)), bare)


def test_nobody_is_waited_for_too_long() -> None:
    assert "waited 80000ms" in judge("covered", (0, "n4", SENT))
    assert judge("covered", (0, "n4", SENT), (0.05, "n4", e.Expired(7, 1, 50))) == "pass"


def test_service_must_be_full_again_and_lose_nothing() -> None:
    full = (10, "n2", e.FullService(True))
    assert judge("liveness", full) == "pass"
    assert "no full service" in judge("liveness", full, (39, "n2", e.FullService(False)))
    lossy: list[Told] = [(70, "c1", e.Asked("r1")), (71, "c1", e.Taken("r1", True, False))]
    assert "is degraded" in judge("liveness", full, *lossy)
    assert "has no answer" in judge("liveness", full, (60, "c1", e.Asked("r1")))
