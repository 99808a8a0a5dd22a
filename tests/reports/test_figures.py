"""Figures draw what the result holds, in a style of their own, and equal input gives equal bytes."""

import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.axes import Axes

from reports import figures
from reports.figures.state_bands import bands_of
from reports.figures.survival import kaplan_meier
from reports.recoveries import recoveries
from sim.explore.statistics import Wait, survival
from tests.reports.stage import hunted, stale, storm, swept

Draw = Callable[[Axes | None], Axes]

EVERY: dict[str, Draw] = {
    "fault_strip": lambda ax: figures.fault_strip(storm(), ax=ax),
    "timeline": lambda ax: figures.timeline(stale(), ax=ax),
    "space_time": lambda ax: figures.space_time(storm(), "4900ms", "5100ms", ax=ax),
    "state_bands": lambda ax: figures.state_bands(storm(), ax=ax),
    "latency": lambda ax: figures.latency(storm(), ax=ax),
    "shares": lambda ax: figures.shares(swept(), by="network.loss", ax=ax),
    "heat_map": lambda ax: figures.heat_map(swept(), "network.loss", "systems.kv.nodes", ax=ax),
    "accumulation": lambda ax: figures.accumulation(swept(), ax=ax),
    "recovery": lambda ax: figures.recovery([storm(), stale()], ax=ax),
    "survival": lambda ax: figures.survival(hunted(), ax=ax),
    "message_cost": lambda ax: figures.message_cost({"a": {4: [16, 18], 7: [49]}}, {"a": lambda n: n * n}, ax=ax),
}


@pytest.fixture(autouse=True)
def _without_a_screen() -> Iterator[None]:
    matplotlib.use("Agg")
    yield
    plt.close("all")


def test_every_figure_is_here() -> None:
    assert {*EVERY, "panels", "save"} == set(figures.__all__)


@pytest.mark.parametrize("name", EVERY)
def test_equal_input_gives_equal_bytes(name: str, tmp_path: Path) -> None:
    one, other = (figures.save(EVERY[name](None), tmp_path / f"{n}.svg").read_bytes() for n in (1, 2))
    assert one == other
    assert b"<dc:date>" not in one
    assert ElementTree.fromstring(one).tag.endswith("svg")


@pytest.mark.parametrize("name", EVERY)
def test_a_figure_draws_on_given_axes_names_its_units_and_counts(name: str) -> None:
    _, ax = plt.subplots()
    before = dict(plt.rcParams)
    assert EVERY[name](ax) is ax
    assert dict(plt.rcParams) == before, "a style is for one figure and not left behind"
    assert ax.get_xlabel()
    assert any(any(sign.isdigit() for sign in text.get_text()) for text in ax.texts), "how many is in the caption"


@pytest.mark.parametrize("name", ["fault_strip", "timeline", "state_bands"])
def test_bars_of_different_kinds_differ_in_more_than_colour(name: str) -> None:
    ax = EVERY[name](None)
    looks = {
        (str(patch.get_facecolor()), patch.get_hatch())
        for patch in ax.patches
        if np.asarray(patch.get_facecolor())[3] > 0.2
    }
    hatches = {hatch for _, hatch in looks}
    assert len(hatches) == len(looks) > 1


def test_what_a_violation_rests_on_is_drawn_thick_and_said() -> None:
    ax = figures.timeline(stale())
    thick = [patch for patch in ax.patches if patch.get_linewidth() > 1.5]
    (failed,) = [one for one in stale().failed if one.check == "linearizable"]
    assert len(thick) == len(failed.involved) > 1
    assert any("the violation rests on these" in text.get_text() for text in ax.texts)


def test_messages_that_never_arrived_end_in_a_cross() -> None:
    ax = figures.space_time(storm(), "4900ms", "5100ms")
    crosses = [line for line in ax.lines if line.get_marker() == "x"]
    (said,) = [text.get_text() for text in ax.texts if "messages sent" in text.get_text()]
    assert f"{len(crosses)} of those drawn never arrived" in said
    assert crosses


def test_panels_are_axes_in_the_same_style() -> None:
    above, below = figures.panels(2, share_y=True)
    assert figures.latency(storm(), ax=below) is below
    assert not above.spines["top"].get_visible()
    assert above.figure is below.figure


def test_too_many_messages_are_thinned_and_the_caption_says_so() -> None:
    said = [text.get_text() for text in figures.space_time(storm(), "0s", "5s").texts]
    assert any("one in " in text for text in said)


def test_a_window_that_is_empty_is_refused() -> None:
    with pytest.raises(ValueError, match="the window from 5s to 4s is empty"):
        figures.latency(storm(), "5s", "4s")


def test_a_path_that_was_not_varied_is_refused_with_those_that_were() -> None:
    with pytest.raises(LookupError, match=r"machines.disk was not varied; there are network.loss, systems.kv.nodes"):
        figures.shares(swept(), by="machines.disk")


def test_bands_cover_the_time_of_each_server_without_overlap() -> None:
    bands = bands_of(storm())
    assert {"leader", "follower"} <= {band.state for band in bands}
    for name in storm().servers:
        own = [band for band in bands if band.node == name]
        assert own[-1].until_ns == storm().virtual_ns
        assert all(one.until_ns == other.since_ns for one, other in pairwise(own))


def test_never_two_servers_are_shown_as_leader_at_once() -> None:
    leading = sorted((band.since_ns, band.until_ns) for band in bands_of(storm()) if band.state == "leader")
    assert all(one[1] <= other[0] for one, other in pairwise(leading))


def test_a_recovery_is_the_first_success_of_what_was_called_after_the_fault() -> None:
    for one in recoveries(storm()):
        healed = next(fault.heal_ns for fault in storm().fired if fault.id == one.fault)
        assert healed is not None
        back = [op.ret_ns for op in storm().history if op.outcome == "ok" and op.call_ns >= healed and op.ret_ns]
        assert one.after_ns == min(back) - healed


def test_the_survival_curve_is_kaplan_and_meiers_inside_its_interval() -> None:
    waits = [Wait(runs, found) for runs, found in ((1, True), (2, True), (2, False), (4, True), (6, False))]
    curve = kaplan_meier(waits)
    assert [runs for runs, *_ in curve] == [runs for runs, _ in survival(waits)]
    assert [share for _, share, *_ in curve] == pytest.approx([share for _, share in survival(waits)])
    assert all(low <= share <= high for _, share, low, high in curve)
