"""Any order of deliveries and any words of one corrupt party: the honest never contradict each other."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from models.bft.invariants import CHECKS
from models.bft.messages import (
    Aux,
    Body,
    Bval,
    Conf,
    Decide,
    Echo1,
    Echo2,
    Echo3,
    PbSend,
    RbcEcho,
    RbcReady,
    RbcSend,
    Toss,
)
from models.bft.protocol import Protocol
from models.bft.settings import Settings
from sim import System
from sim.checks.check import RunRecord
from sim.checks.history import History
from tests.models.bft.stage import Stage

VALUES = st.sampled_from([b"ok:v", b"ok:w", b"bad"])
BITS = st.integers(0, 1)
TURNS = st.integers(1, 3)
WORDS: dict[str, st.SearchStrategy[Body]] = {
    "rbc": st.one_of(st.builds(RbcSend, VALUES), st.builds(RbcEcho, VALUES), st.builds(RbcReady, VALUES)),
    "bca": st.one_of(
        st.builds(Echo1, TURNS, BITS), st.builds(Echo2, TURNS, BITS), st.builds(Echo3, TURNS, st.none() | BITS),
        st.builds(Decide, BITS),
    ),
    "mmr14conf": st.one_of(
        st.builds(Bval, TURNS, BITS), st.builds(Aux, TURNS, BITS),
        st.builds(Conf, TURNS, st.sampled_from([(0,), (1,), (0, 1)])), st.builds(Decide, BITS),
    ),
    "consistent": st.builds(PbSend, st.just(1), VALUES),
}  # fmt: skip
INSTANCE = {"rbc": "1", "bca": "1", "mmr14conf": "1", "consistent": "1/n1"}
steps = st.lists(st.tuples(st.integers(0, 999), st.booleans()), min_size=20, max_size=80)


def judged(stage: Stage, protocol: str) -> list[str]:
    """What the safety promises of this protocol have against what the honest said."""
    system = System("abc", stage.names, Settings.model_validate({"protocol": protocol}))
    record = RunRecord(History.from_log([], []), 0, 10**12, 1, stage.names, (), (), frozenset(stage.corrupt))
    found = []
    for name, make in CHECKS.items():
        check = make(system)
        for one in stage.events:
            if isinstance(one.event, check.watches):
                check.observe(one)
        verdict = check.conclude(record)
        if verdict.status == "fail" and verdict.kind != "liveness":
            found.append(f"{name}: {verdict.detail}")
    return found


def play(protocol: str, moves: list[tuple[int, bool]], data: Any) -> Stage:
    stage = Stage(4, corrupt=("n1",), protocol=protocol)
    for place, name in enumerate(("n2", "n3", "n4")):
        stage.put_in(name, place % 2 if protocol in ("bca", "mmr14conf") else f"ok:{name}".encode())
    for pick, corrupt in moves:
        if corrupt:
            target = ("n2", "n3", "n4")[pick % 3]
            body = toss(stage, pick % 3 + 1) if pick % 11 == 0 and protocol in ("bca", "mmr14conf") else None
            stage.say("n1", target, body or data.draw(WORDS[protocol]), INSTANCE[protocol])
        else:
            deliver_one(stage, pick)
    return stage


def toss(stage: Stage, turn: int) -> Toss:
    root = stage.party("n2").find("1")
    assert isinstance(root, Protocol)
    return Toss("coin", turn, stage.world.nodes["n1"].signer.coin_share(root.tag("coin", turn)))


def deliver_one(stage: Stage, pick: int) -> None:
    ready = [flight for flight in stage.held if flight.target not in stage.corrupt]
    if ready:
        flight = ready[pick % len(ready)]
        stage.held.remove(flight)
        flight.depart(0)
        stage._go()


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(sorted(WORDS)), steps, st.data())
def test_no_schedule_and_no_words_make_the_honest_disagree(
    protocol: str, moves: list[tuple[int, bool]], data: Any
) -> None:
    stage = play(protocol, moves, data)
    assert judged(stage, protocol) == []
    stage.settle()
    assert judged(stage, protocol) == []
    if protocol in ("bca", "mmr14conf"):
        assert {len(stage.decided(name)) for name in ("n2", "n3", "n4")} == {1}


def test_every_delivery_order_of_one_broadcast_with_an_equivocator_agrees() -> None:
    """All orders in which three parties can take the first steps, by depth first search over choices of 0, 1 or 2."""
    seen = 0
    stack: list[tuple[int, ...]] = [()]
    while stack:
        choices = stack.pop()
        stage = Stage(4, corrupt=("n1",), protocol="rbc")
        for name, value in (("n2", b"ok:v"), ("n3", b"ok:v"), ("n4", b"ok:w")):
            stage.say("n1", name, RbcSend(value))
            stage.say("n1", name, RbcEcho(value))
            stage.say("n1", name, RbcReady(value))
        for choice in choices:
            deliver_one(stage, choice * 5)
        stage.settle()
        seen += 1
        assert len({value for name in ("n2", "n3", "n4") for value in stage.decided(name)}) <= 1
        if len(choices) < 3:
            stack += [(*choices, choice) for choice in range(3)]
    assert seen == 40
