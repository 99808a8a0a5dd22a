"""Every fold says on random events what its definition says, whoever is Byzantine and whenever that is known."""

from collections.abc import Callable

import pytest

from sim.checks.agreement.accountability import Accountability
from sim.checks.agreement.availability import DataAvailable
from sim.checks.agreement.binding import Binding
from sim.checks.agreement.certificates import CertificateQuorum, QuorumIntersection, UnforgedCertificates
from sim.checks.agreement.coins import CoinSecrecy, SameCoin
from sim.checks.agreement.decisions import Agreement, Integrity
from sim.checks.agreement.events import (
    Certified,
    CoinRevealed,
    CoinShare,
    CrusaderOutput,
    CrusaderVoted,
    DataDropped,
    DataHeld,
    Decided,
    Proposed,
    Signed,
)
from sim.checks.agreement.forks import NoFork
from sim.checks.agreement.group import Group
from sim.checks.agreement.promise import Promise, judge
from sim.checks.agreement.signatures import SignsOnce
from sim.checks.agreement.validity import StrongValidity, WeakValidity
from sim.world.message import Emitted, Event
from sim.world.streams import Stream
from tests.checks.agreement import definitions as by
from tests.checks.agreement.runs import NODES, Row, events, record

GROUP = Group.byzantine(NODES)
LOW = Group(NODES, f=1, quorum=2)
SEEDS = 2_500

Draw = Callable[[Stream], Event]
Given = frozenset[str] | None
Case = tuple[str, Callable[[Given], Promise], Callable[[list[Emitted], frozenset[str]], by.Truth], dict[Draw, int], int]


def proposed(stream: Stream) -> Event:
    return Proposed(stream.choice((1, True)), stream.choice((0, 1)))


def decided(stream: Stream) -> Event:
    return Decided(stream.choice((1, True, 2)), stream.choice((0, 1, 1, 1)))


def held(stream: Stream) -> Event:
    return DataHeld(stream.below(2))


def dropped(stream: Stream) -> Event:
    return DataDropped(stream.below(2))


def signed(stream: Stream) -> Event:
    return Signed(1, stream.below(2), stream.choice((b"a", b"a", b"b")))


def certified(stream: Stream) -> Event:
    signers = tuple(stream.shuffled([*NODES, stream.choice(NODES), "x9"])[: 3 + stream.below(3)])
    return Certified(stream.below(2), stream.below(3), stream.choice((b"a", b"a", b"b")), signers, stream.below(4) == 0)


def signed_by_three(stream: Stream) -> Event:
    return Certified(1, stream.below(2), b"a", tuple(stream.shuffled(NODES)[:2]))


def share(stream: Stream) -> Event:
    return CoinShare(stream.below(2))


def revealed(stream: Stream) -> Event:
    return CoinRevealed(stream.below(2), stream.choice((1, 1, 1, True)))


def voted(stream: Stream) -> Event:
    return CrusaderVoted(1 + stream.below(2), stream.choice((None, None, None, None, 0, 1)))


def output(stream: Stream) -> Event:
    return CrusaderOutput(1 + stream.below(2), stream.choice((None, None, None, 0)))


CASES: list[Case] = [
    ("agreement", lambda b: Agreement(byzantine=b), lambda e, b: by.agreement(e), {decided: 1}, 4),
    ("integrity", lambda b: Integrity(byzantine=b), lambda e, b: by.integrity(e), {decided: 1}, 4),
    ("weak", lambda b: WeakValidity(byzantine=b), by.weak_validity, {decided: 1, proposed: 3}, 7),
    ("strong", lambda b: StrongValidity(byzantine=b), lambda e, b: by.strong_validity(e), {decided: 1, proposed: 1}, 5),
    ("quorum", lambda b: CertificateQuorum(GROUP, byzantine=b), lambda e, b: by.quorum(e, GROUP), {certified: 1}, 3),
    ("unforged", lambda b: UnforgedCertificates(GROUP, byzantine=b), lambda e, b: by.unforged(e, GROUP, b),
     {signed: 9, signed_by_three: 1}, 16),
    ("intersection", lambda b: QuorumIntersection(GROUP, byzantine=b), lambda e, b: by.intersection(e, GROUP),
     {certified: 1}, 3),
    ("signs-once", lambda b: SignsOnce(byzantine=b), lambda e, b: by.signs_once(e), {signed: 1}, 6),
    ("no-fork", lambda b: NoFork(GROUP, byzantine=b), lambda e, b: by.no_fork(e, GROUP), {certified: 1}, 5),
    ("accountability", lambda b: Accountability(GROUP, byzantine=b), lambda e, b: by.accountability(e, GROUP, b),
     {certified: 1}, 5),
    ("accountability-low", lambda b: Accountability(LOW, byzantine=b), lambda e, b: by.accountability(e, LOW, b),
     {certified: 1}, 4),
    ("coin-secrecy", lambda b: CoinSecrecy(2, byzantine=b), lambda e, b: by.coin_secrecy(e, 2, b),
     {share: 5, revealed: 1}, 8),
    ("same-coin", lambda b: SameCoin(byzantine=b), lambda e, b: by.same_coin(e), {revealed: 1}, 4),
    ("data", lambda b: DataAvailable(2, byzantine=b), lambda e, b: by.data_available(e, 2),
     {held: 8, decided: 1, dropped: 1}, 10),
    ("binding", lambda b: Binding(GROUP, byzantine=b), lambda e, b: by.binding(e, GROUP, b), {voted: 5, output: 1}, 7),
]  # fmt: skip


def random_events(stream: Stream, draws: dict[Draw, int], most: int) -> list[Emitted]:
    names = {draw.__name__: draw for draw in draws}
    weights = {draw.__name__: weight for draw, weight in draws.items()}
    rows: list[Row] = [
        (t, stream.choice(NODES), names[stream.weighted(weights)](stream)) for t in range(1 + stream.below(most))
    ]
    return events(*rows)


@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
def test_the_fold_is_its_definition(case: Case) -> None:
    _, make, define, draws, most = case
    found = {"pass": 0, "fail": 0, "unknown": 0}
    for seed in range(SEEDS):
        stream = Stream(seed, "events")
        emitted = random_events(stream, draws, most)
        byzantine = frozenset(stream.shuffled(NODES)[: stream.choice((0, 0, 1, 1, 2))])
        honest = [one for one in emitted if one.node not in byzantine]
        late = judge(make(None), emitted, record(byzantine=byzantine))
        online = make(byzantine)
        early = judge(online, emitted, record(byzantine=byzantine))
        assert late == early, "when the honest set became known changes nothing"
        assert online.violated == (early.status == "fail")
        found[late.status] += 1
        if any(isinstance(one.event, online.evidence) for one in honest):
            truth = {True: "pass", False: "fail", None: "unknown"}[define(honest, byzantine)]
            assert late.status == truth, (seed, late, honest)
        else:
            assert late.status in ("unknown", "fail"), "nothing was shown"
    assert found["pass"] > SEEDS // 20, found
    assert found["fail"] > SEEDS // 20, found
