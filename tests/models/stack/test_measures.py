"""What pages and pictures of a stack are made of: what each layer has to do, and where operations spent their time."""

from functools import cache
from pathlib import Path

import matplotlib as mpl
import pytest

from models.stack import events
from models.stack.figure import (
    amplification,
    draw_amplification,
    draw_bands,
    draw_path,
    draw_recovery,
    draw_rows,
    draw_shares,
    faults_of,
    gauges_of,
    journeys,
    recoveries,
    rows_of,
)
from models.stack.metrics import Journey, recovery
from reports import emitted
from sim import SECOND, Emitted, Run, load, run

ROOT = Path(__file__).parents[3]


@cache
def incident() -> Run:
    """Five faults on a small stack, in its first seconds."""
    return run(load(ROOT / "notebooks/incident.yaml", ("duration=6s", "settle=2s")), 1)


def test_the_time_of_a_document_is_shared_out_whole_among_those_who_had_it() -> None:
    ways = [one for one in journeys(emitted(incident())) if one.end is not None]
    assert {one.name.split()[0] for one in ways} > {"document"}
    for one in ways:
        assert sum(one.shares().values()) == one.took
        assert all(a.end == b.begin for a, b in zip(one.stretches, one.stretches[1:], strict=False))
        assert (one.stretches[0].begin, one.stretches[-1].end) == (one.begin, one.end)
    documents = [one for one in ways if one.name.startswith("document")]
    assert all(one.shares()[hands] > 0 for one in documents for hands in ("agentflow", "veristore", "embedder"))


def test_what_is_not_there_by_the_end_took_no_time() -> None:
    journey = Journey("document 1", 5)
    journey.pass_to("agentflow", 7)
    assert (journey.took, journey.end) == (0, None)
    journey.arrive(9)
    journey.arrive(11)
    assert journey.took == 4
    assert journey.shares()["agentflow"] == journey.shares()["smartsearch"] == 2


def test_every_layer_has_a_gauge_whose_course_never_falls_below_nothing() -> None:
    gauges = gauges_of(incident(), emitted(incident()))
    assert list(gauges) == ["agentflow", "smartsearch", "serving", "veriflow", "veristore"]
    for _, course in gauges.values():
        assert min(value for _, value in course) >= 0
        assert [t_ns for t_ns, _ in course] == sorted(t_ns for t_ns, _ in course)
        assert max(value for _, value in course) > 0


def test_faults_are_called_by_what_they_hit() -> None:
    said = [name.replace("\n", " ") for name, _, _ in faults_of(incident())]
    assert said[0] == "veristore n2 crash"
    assert said[1:] == [
        "agentflow notifier n17 partition",
        "veriflow runtime n27 crash",
        "smartsearch broker n4 pause",
        "smartsearch database n8 clock",
    ]


def test_a_layer_has_recovered_when_it_has_no_more_to_do_than_before() -> None:
    gauge = ("open", [(1 * SECOND, 2), (5 * SECOND, 9), (8 * SECOND, 3), (9 * SECOND, 2)])
    assert recovery(gauge, 4 * SECOND, 6 * SECOND, 20 * SECOND) == 3 * SECOND
    assert recovery(gauge, 4 * SECOND, 6 * SECOND, 8 * SECOND) is None
    assert recovery(gauge, 4 * SECOND, 9 * SECOND, 20 * SECOND) == 0


def test_calls_that_repeat_a_key_count_as_amplification() -> None:
    def called(key: str) -> Emitted:
        return Emitted(0, "n1", 1, 0, events.PortCalled("inference", "generate", "s", "c1.q1", key, "ann", 1, 0))

    costs = {one.name: one.value for one in amplification([called("a"), called("a"), called("b")])}
    assert costs == {"calls at inference": 1.5, "generations of a question": 3}


def test_rows_of_the_ledger_never_overlap_on_a_device_that_is_taken_whole() -> None:
    bars = rows_of(emitted(incident()), incident().virtual_ns)
    assert {bool(bar.size) for bar in bars} == {True, False}
    whole = [bar for bar in bars if not bar.size]
    for one in whole:
        others = [bar for bar in bars if bar is not one and (bar.node, bar.device) == (one.node, one.device)]
        assert all(other.end <= one.begin or other.begin >= one.end for other in others)


@pytest.mark.filterwarnings("ignore")
def test_every_picture_draws_what_there_is() -> None:
    mpl.use("Agg")
    import matplotlib.pyplot as plt

    result, told = incident(), emitted(incident())
    gauges, ways = gauges_of(result, told), journeys(told)
    _, axes = plt.subplots(len(gauges), 1)
    draw_bands(axes, gauges, [(0, SECOND)], result.virtual_ns, SECOND)
    assert [ax.get_ylabel() for ax in axes] == list(gauges)
    _, (one, two, three, four, five) = plt.subplots(5, 1)
    assert len(draw_shares(one, ways).patches) > 4
    assert len(draw_amplification(two, {"run": amplification(told)}).patches) >= 4
    assert len(draw_recovery(three, recoveries(gauges, faults_of(result), result.virtual_ns)).texts) > 0
    assert len(draw_rows(four, rows_of(told, result.virtual_ns)).patches) == len(rows_of(told, result.virtual_ns))
    assert len(draw_path(five, max(ways, key=lambda way: way.took)).patches) > 2
    plt.close("all")
