"""The world outside: what admins hear, what was really delivered, and who is told no."""

import pytest

from models.gandom.events import Announced, Arrived, Entry, Moved, OrderPlaced, Reviewed, Scanned, Uploaded
from models.gandom.figure import draw_pair
from models.gandom.ledger import RECEIVE
from models.gandom.metrics import measure, middle
from models.gandom.model import MODEL
from models.gandom.settings import Settings
from sim import SECOND
from sim.scenario.errors import ScenarioErrors
from sim.scenario.loader import load
from tests.models.gandom.stage import emitted, problems, scenario, shipped, told, written


def test_every_tab_rings_once_for_every_order_through_reloads() -> None:
    found = shipped("admin-reload")
    orders = {one.order for one in told(found, Entry) if one.what == "placed"}
    for admin in ("n5", "n6"):
        rung = [one.order for one in told(found, Announced) if one.admin == admin]
        assert len(rung) == len(set(rung))
        assert len(orders - set(rung)) <= 2, "only what came in the last instant may still be on its way"


def test_a_wiped_tab_begins_another_life_at_the_oldest_open_order() -> None:
    orders = [f"{{at: {4 + n}s, client: c{n}, order: [k1, 1, none]}}" for n in range(1, 5)]
    found = written(orders, ["{at: 20s, for: 1s, crash: {nodes: n4, disk: wipe}}"], duration="45s", settle="20s")
    lives = {one.life for one in told(found, Announced)}
    assert problems(found) == []
    assert len(lives) == 2 or len(told(found, Announced)) == 4


@pytest.mark.parametrize("name", ["double-scan", "offline-scanner"])
def test_what_is_received_is_what_really_arrived(name: str) -> None:
    found = shipped(name)
    boxes = {(one.delivery, one.label): one.quantity for one in told(found, Arrived) if one.label}
    received = [one.movement for one in told(found, Moved) if one.movement.kind == RECEIVE]
    labelled = {one.reason: one.quantity for one in received if one.reason.startswith("label/")}
    assert labelled
    assert labelled == {f"label/{d}/{label}": quantity for (d, label), quantity in boxes.items()}
    assert len(told(found, Scanned)) > len(labelled), "some boxes were scanned twice"
    assert {(one.device, one.serial) for one in told(found, Uploaded)} == {
        (one.device, one.serial) for one in told(found, Scanned)
    }


def test_bad_lines_of_a_file_wait_for_a_person_once() -> None:
    found = shipped("import-twice")
    items = [one.item for one in told(found, Reviewed)]
    assert items
    assert len(items) == len(set(items))


@pytest.mark.parametrize(
    "operation",
    ["order: [k0, -1, good]", "order: [k9, 1, good]", "order: [k0, 1, gold]", "sell: [k0, 0]", "edit: [k0, -3]"],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(operation: str) -> None:
    found = written([f"{{at: 5s, client: c1, {operation}}}"])
    assert problems(found) == []
    if "gold" not in operation:
        assert [op.outcome for op in found.history.ops] == ["fail"]
        assert told(found, OrderPlaced) == []
    kinds = {one.movement.kind for one in told(found, Moved)}
    assert kinds <= {"receive", "transfer", "hold", "release"}


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("systems.bakery.parameters.prices=[-5]", "expected at least 1, found -5"),
        ("systems.bakery.parameters.opening=-1", "expected at least 0, found -1"),
        ("systems.bakery.parameters.admins=9", "office and storefront need 2"),
        ("systems.bakery.parameters.stock=shared", "escrow"),
        ("systems.bakery.parameters.poll=0s", "webhook_lost"),
        ("systems.bakery.parameters.contact=100ms", "sync"),
    ],
)
def test_parameters_that_contradict_are_refused_with_a_sentence(override: str, said: str) -> None:
    with pytest.raises(ScenarioErrors, match=said):
        load(scenario("swarm"), (override,))


def test_money_must_be_whole_and_positive() -> None:
    assert MODEL.parameters is Settings
    with pytest.raises(ValueError, match="prices"):
        Settings(prices=(0,))


def test_central_stock_turns_customers_away_while_it_is_cut_and_escrow_does_not() -> None:
    central = measure(emitted(shipped("central-mode")))
    escrow = measure(emitted(shipped("central-mode", 1, "systems.bakery.parameters.stock=escrow", "checks=[]")))
    assert central.refused_cut_off > 0
    assert escrow.refused_cut_off < central.refused_cut_off
    assert escrow.refused_stranded > 0


def test_the_metrics_of_a_calm_day_agree_with_what_was_told() -> None:
    found = shipped("calm")
    metrics = measure(emitted(found))
    assert metrics.charged - metrics.refunded > 0
    assert 0 <= middle(metrics.announce) <= 2 * SECOND
    assert 0 <= middle(metrics.word) <= 10 * SECOND
    assert min(value for steps in metrics.rights.values() for _, value in steps) >= 0
    assert min(value for _, value in metrics.under_way) >= 0


def test_the_picture_shows_what_was_sold_twice() -> None:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    escrow, counter = (measure(emitted(shipped(name))) for name in ("last-loaf", "pn-counter"))
    above, below = draw_pair(escrow, counter, "k1", [(6 * SECOND, 10 * SECOND)])
    assert above.get_ylim()[0] > -1
    assert min(value for _, value in counter.stock["k1"]) < 0
    assert below.get_legend() is not None
    matplotlib.pyplot.close(above.figure)


@pytest.mark.parametrize("seed", [2, 3, 4])
@pytest.mark.parametrize(
    "name",
    [
        "central-mode", "charge-lost-reply", "clock-jump", "count-short", "crash-every-step", "double-click",
        "double-scan", "expiry-race", "import-twice", "provider-500", "two-tabs", "webhook-lost",
    ],
)  # fmt: skip
def test_no_alarm_in_further_seeds(name: str, seed: int) -> None:
    assert problems(shipped(name, seed)) == []


@pytest.mark.parametrize("seed", range(1, 6))
def test_the_bakery_survives_the_swarm(seed: int) -> None:
    assert problems(shipped("swarm", seed)) == []
