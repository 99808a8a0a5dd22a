"""Short runs over behaviours and schedulers: no alarm with at most f corrupt, and an alarm beyond."""

from pathlib import Path

import pytest

from benchmarks.agreement.campaign import BEHAVIOURS, PROTOCOLS, SCHEDULERS, text
from benchmarks.agreement.measure import measure
from benchmarks.agreement.tightness import BEYOND, beyond
from sim.agreement import CrusaderOutput
from sim.running import Running, run
from sim.scenario.errors import ScenarioErrors
from sim.scenario.loader import load, load_text
from sim.world.message import Emitted

CELLS = [(b, s) for b in BEHAVIOURS for s in SCHEDULERS]


@pytest.mark.parametrize("protocol", sorted(PROTOCOLS))
def test_at_most_f_corrupt_raise_no_alarm(protocol: str) -> None:
    for place, (behaviour, scheduler) in enumerate(CELLS):
        if place % 4 != sorted(PROTOCOLS).index(protocol) % 4:
            continue
        form = ("threshold", "multisig")[place % 2]
        loaded = load_text(text(4, 1, f"{PROTOCOLS[protocol]}, certificates: {form}", behaviour, scheduler))
        result = run(loaded, place + 1)
        assert result.verdict == "pass", (
            behaviour,
            scheduler,
            [one.detail for one in result.checks if one.status != "pass"],
        )


def test_a_party_that_hears_the_order_before_the_values_shows_votes_that_come_too_early() -> None:
    for seed in range(1, 13):
        told = text(4, 1, "protocol: ckps", "denies", "uneven")
        told = told.replace("model: bft", "model: bft, mutant: ckps-early-vote")
        if any(one.check == "termination" for one in run(load_text(told), seed).failed):
            return
    pytest.fail("not found")


@pytest.mark.parametrize("name", ["too-many-corrupt", "n-is-3f", "f-plus-one-silent"])
def test_beyond_f_the_run_breaks_and_says_that_it_is_outside_the_model(name: str) -> None:
    result = run(load(f"scenarios/bft/{name}.yaml"))
    assert result.failed
    if name != "n-is-3f":
        assert all("outside the fault model" in one.detail for one in result.failed if "2 faulty" in one.detail)
        assert any("outside the fault model" in one.notes for one in result.checks)


@pytest.mark.parametrize("protocol", sorted(BEYOND))
def test_f_plus_one_corrupt_break_every_protocol(protocol: str) -> None:
    loaded, promise = load_text(beyond(protocol)), BEYOND[protocol][0]
    for seed in range(1, 13):
        if any(one.check == promise for one in run(loaded, seed).failed):
            return
    pytest.fail(f"{promise} held in 12 seeds")


def test_the_splitter_holds_mmr14_for_a_thousand_rounds_and_the_others_for_a_few() -> None:
    def rounds(protocol: str) -> tuple[int, bool]:
        attack = (
            "{at: 0s, byzantine: {nodes: n4, silent: {}}}, "
            "{at: 0s, schedule: {sees: all, own: {name: bft/coin-aware-splitter}}}"
        )
        found = measure(4, {"protocol": protocol, "inputs": "split"}, 1, attack, loopback="5us", duration="5200ms")
        return found.turns, len(found.decided) == 3

    turns, decided = rounds("mmr14")
    assert turns >= 1000
    assert not decided
    for protocol in ("mmr14conf", "bca"):
        turns, decided = rounds(protocol)
        assert decided
        assert turns < 20


def test_too_few_parties_for_f_is_one_clear_message() -> None:
    with pytest.raises(Exception, match="3 parties tolerate 0 corrupt ones, not f = 1"):
        load("scenarios/bft/n-is-3f.yaml", ("systems.abc.parameters.unsafe=false",))


def test_a_log_needs_a_multivalued_agreement() -> None:
    with pytest.raises(Exception, match="a log needs one of ckps"):
        load("scenarios/bft/log-calm.yaml", ("systems.abc.parameters.protocol=bca",))


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("systems.abc.parameters.f=2", "4 parties tolerate 1 corrupt ones, not f = 2"),
        ("systems.abc.parameters.k2=n", "found 'n'; there are f\\+1, q"),
        ("systems.abc.parameters.stages=4", "'stages' is a parameter of provable; the protocol is pmvba"),
        ("systems.abc.parameters.sign=5", "duration 5 has no unit"),
        (
            'faults=[{"at": "0s", "byzantine": {"nodes": "n1", "own": {"name": "bft/lies"}}}]',
            "no such behaviour; model",
        ),
        (
            'faults=[{"at": "0s", "schedule": {"own": {"name": "bft/one-candidate"}}}]',
            "reads messages: write 'sees: all'",
        ),
        ('faults=[{"at": "0s", "schedule": {"by-round": {"rounds": [[["n9"]]]}}}]', "no node named 'n9'"),
        (
            'faults=[{"at": "0s", "byzantine": {"nodes": "n1", "twin": {"rounds": [{"first": ["n9"]}]}}}]',
            "no node named",
        ),
    ],
)
def test_bad_input_is_one_clear_message(override: str, said: str) -> None:
    with pytest.raises(ScenarioErrors, match=said):
        load("scenarios/bft/pmvba-calm.yaml", (override,))


def test_a_log_with_crashes_comes_back_and_is_linearizable() -> None:
    overrides = ("systems.abc.parameters.durable=true", "systems.abc.parameters.reliable=true")
    faults = 'faults=[{"at": "1s", "for": "300ms", "crash": {"nodes": "n2", "disk": "torn"}}]'
    result = run(load("scenarios/bft/log-calm.yaml", (*overrides, faults)), 3)
    assert result.verdict == "pass", [one.detail for one in result.checks if one.status != "pass"]
    assert result.counts.ok > 10


def outputs_of_round_1(protocol: str, side: int, seed: int, schedule: str) -> set[object]:
    """What the honest got out of the first round; runs that differ in the coin alone are equal up to its release."""
    faults = (
        '[{"at": "0s", "byzantine": {"nodes": "n4", %s}}, {"at": "0s", "schedule": {%s}}, '
        '{"at": "0s", "coin": {"scripted": [%d]}}]'
    )
    liar = '"silent": {}' if "own" in schedule else '"equivocate": {"field": "value"}'
    overrides = (
        f"systems.abc.parameters.protocol={protocol}", f"faults={faults % (liar, schedule, side)}", "expect=pass",
        "duration=2600ms", "settle=2500ms",
    )  # fmt: skip
    running = Running(load("scenarios/bft/bca-splitter.yaml", overrides), seed, keep_trace=False)
    found: set[object] = set()

    def note(emitted: Emitted) -> None:
        event = emitted.event
        if isinstance(event, CrusaderOutput) and event.instance == ("1", 1) and emitted.node != "n4":
            found.add(event.value)

    running.world.subscribe([CrusaderOutput], note)
    running.finish()
    return found - {None}


SPLIT = '"sees": "all", "own": {"name": "bft/coin-aware-splitter"}'


@pytest.mark.parametrize("protocol", ["bca", "mmr14conf"])
def test_what_a_round_gives_does_not_hang_on_its_coin(protocol: str) -> None:
    for seed in range(1, 9):
        for schedule in (SPLIT, '"random": {}', '"rushing": {}'):
            both = [outputs_of_round_1(protocol, side, seed, schedule) for side in (0, 1)]
            assert len(both[0] | both[1]) <= 1, (seed, schedule)


def test_what_a_round_of_mmr14_gives_hangs_on_its_coin() -> None:
    assert [outputs_of_round_1("mmr14", side, 1, SPLIT) for side in (0, 1)] == [{1}, {0}]


def test_nothing_of_a_party_but_its_links_uses_a_timer() -> None:
    folder = Path(__file__).parents[3] / "models" / "bft"
    found = {
        file.name for file in folder.rglob("*.py") if ".timer(" in file.read_text() or ".sleep(" in file.read_text()
    }
    assert found == {"link.py", "client.py", "labour.py"}  # clients are no parties, and work decides nothing


def test_a_party_that_begins_last_asks_those_who_tossed_before() -> None:
    loaded = load("scenarios/bft/swarm.yaml", ("systems.abc.parameters.protocol=smvba",))
    assert run(loaded, 216).failed == (), "a liar told all others of its broadcast, and they had tossed already"
