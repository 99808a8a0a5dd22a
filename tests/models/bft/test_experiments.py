"""The experiments at reduced size: expected numbers inside their intervals, attacks that hold and attacks that fail."""

import subprocess
import sys
from math import log
from pathlib import Path

import pytest

from benchmarks.agreement.__main__ import main
from benchmarks.agreement.experiments import POWERS
from benchmarks.agreement.figure import draw
from benchmarks.agreement.intervals import Interval, exponent
from benchmarks.agreement.measure import measure
from benchmarks.agreement.paper import cells
from benchmarks.agreement.settings import FAIR, HOSTILE, play
from models.bft.mmr import MmrConf
from models.bft.parts import Parts
from tests.models.bft.stage import Stage

SILENT = "{at: 0s, byzantine: {nodes: n4, silent: {}}}"
PREDICTABLE = "{at: 0s, coin: {predictable: true}}"


@pytest.mark.parametrize("n", [4, 7])
@pytest.mark.parametrize("power", ["and own votes", "and own proof"])
def test_one_candidate_takes_f_plus_2_over_2_agreements(power: str, n: int) -> None:
    own, faults, _ = POWERS[power]
    found = Interval.of([play("pmvba", faults, n, seed, own_proof=own).iterations for seed in range(1, 41)])
    assert ((n - 1) // 3 + 2) / 2 in found
    assert found.half < 0.5


def test_who_holds_proposals_only_gains_next_to_nothing() -> None:
    own, faults, _ = POWERS["proposals"]
    found = Interval.of([play("pmvba", faults, 7, seed, own_proof=own).iterations for seed in range(1, 31)])
    assert found.middle < 1.3


def test_messages_grow_with_the_square_in_fair_runs_and_faster_against_one_candidate() -> None:
    def grows(faults: str) -> Interval:
        return exponent(
            {n: [float(play("pmvba", faults, n, seed).messages) for seed in range(1, 6)] for n in (4, 7, 10)}
        )

    fair, hostile = grows(FAIR), grows(HOSTILE["pmvba"])
    assert 1.7 < fair.middle < 2.1
    assert hostile.middle > 2.1


def test_an_exponent_is_the_slope_of_the_logarithms() -> None:
    found = exponent({n: [3.0 * n**2.5] * 4 for n in (4, 7, 10)})
    assert found.middle == pytest.approx(2.5)
    assert found.half == pytest.approx(0)


def test_an_interval_gets_narrower_with_the_root_of_the_number() -> None:
    few, many = Interval.of([0.0, 1.0] * 8), Interval.of([0.0, 1.0] * 32)
    assert log(few.half / many.half, 2) == pytest.approx(1, abs=0.1)
    assert 0.5 in few
    assert 2.0 not in few


@pytest.mark.parametrize(("protocol", "own"), [("bca", "foreseen"), ("mmr14conf", "foreseen"), ("mmr14", "coin-aware")])
def test_a_predictable_coin_holds_every_binary_agreement_undecided(protocol: str, own: str) -> None:
    attack = f"{{at: 0s, schedule: {{sees: all, own: {{name: bft/{own}-splitter}}}}}}"
    faults = f"{SILENT}, {PREDICTABLE}, {attack}"
    found = measure(4, {"protocol": protocol, "inputs": "split"}, 1, faults, loopback="5us", duration="1500ms")
    assert found.turns > 150
    assert not found.decided


@pytest.mark.parametrize("n", [4, 7])
def test_the_same_schedule_fails_if_it_only_guesses_the_coin(n: int) -> None:
    corrupt = "n4" if n == 4 else "n2, n4"
    attack = "{at: 0s, schedule: {sees: all, own: {name: bft/foreseen-splitter, with: {coin: public}}}}"
    faults = f"{{at: 0s, byzantine: {{nodes: [{corrupt}], silent: {{}}}}}}, {attack}"
    for seed in range(1, 6):
        found = measure(n, {"protocol": "bca", "inputs": "split"}, seed, faults, loopback="5us", duration="3s")
        assert len(found.decided) == n - (n - 1) // 3
        assert found.turns < 20


class CarriesBin(MmrConf):
    """Tells all of `bin` in CONF: reported as a bug of liveness elsewhere, and none, as docs/agreement.md proves."""

    def told(self, values: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(sorted(self.bin))


def test_conf_that_carries_bin_still_decides() -> None:
    stage = Stage(4, parts=Parts(conf=CarriesBin), protocol="mmr14conf")
    for place, name in enumerate(stage.names):
        stage.put_in(name, place % 2)
    stage.settle()
    assert len({stage.decided(name)[-1] for name in stage.names}) == 1


def test_cryptography_that_takes_time_changes_when_and_not_what() -> None:
    free = measure(4, {"protocol": "smvba"})
    costly = measure(4, {"protocol": "smvba", "sign": "1ms", "verify": "1ms", "combine": "1ms"})
    assert costly.sent == free.sent
    assert costly.latency_ns > 3 * free.latency_ns
    listed = measure(4, {"protocol": "smvba", "certificates": "multisig", "verify": "1ms"})
    assert listed.latency_ns > measure(4, {"protocol": "smvba", "verify": "1ms"}).latency_ns


def test_the_figure_is_drawn_twice_the_same(tmp_path: Path) -> None:
    found = cells(1, (4,))
    for name in ("first.svg", "second.svg"):
        draw(found, tmp_path / name)
    first = (tmp_path / "first.svg").read_text()
    assert first == (tmp_path / "second.svg").read_text()
    for word in ("rounds at unit delay", "agreements or views until the decision", "latency", "messages of the honest"):
        assert word in first


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["figur"], "no experiment named 'figur'"),
        (["figure"], "write: figure -o FILE"),
        (["figure", "-o", "figure.bmp"], "ends in one of .svg, .pdf, .png"),
        (["figure", "-o", "/nowhere/figure.svg"], "there is no folder /nowhere"),
        (["counts", "0"], "at least one seed"),
    ],
)
def test_a_wrong_command_is_one_clear_line(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 4
    shown = capsys.readouterr().err
    assert said in shown
    assert shown.count("\n") == 1


def test_measuring_loads_no_plotting_library() -> None:
    code = "import benchmarks.agreement.__main__, sys; assert 'matplotlib' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
