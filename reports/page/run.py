"""The page of a run: everything that one needs to see what broke, to see it again, and to see why."""

from dataclasses import dataclass
from typing import cast

from reports.page.bands import Band, bands_of
from reports.page.choice import Focus, chosen
from reports.page.clock import TICK_NS, ticks
from reports.page.document import Fact, document
from reports.page.lanes import FaultBar, Lane, faults_of, lanes_of
from reports.page.layers import LayerBand, layers_of
from reports.page.marks import Marks, marks_of
from reports.page.messages import Messages, kinds_of, messages_of
from reports.page.names import Contents
from reports.page.needs import Needs
from reports.page.operations import Judged, Operations, judged, operations_of
from reports.page.recording import Recording, record
from reports.page.series import Series, series_of
from reports.page.telling import Line, View, culprit_of, lines_of, told, view_of
from reports.page.text import visible, visible_lines
from sim import artefact
from sim.checks.verdict import Verdict
from sim.explore.commands import shrink_it
from sim.explore.crossing import lead_of
from sim.explore.telling import Record
from sim.result import Run
from sim.scenario.loader import Loaded
from sim.scenario.yaml_text import Data
from sim.scenario.yaml_writer import flow
from sim.world.units import show_ns

CONTENTS_BYTES = 700_000
"""For contents of messages and events, each text once."""


@dataclass(frozen=True)
class Flights:
    """Messages that were under way when the run ended: time of sending (ticks), route, kind in words."""

    at: list[int]
    route: list[int]
    kind: list[str]


@dataclass(frozen=True)
class RunData:
    """What the script of the page draws from. Times are ticks of `tick_ns`."""

    tick_ns: int
    end: int
    settle: int
    view: View
    lanes: list[Lane]
    faults: list[FaultBar]
    messages: Messages
    flights: Flights
    marks: Marks
    contents: list[str]
    bands: list[Band]
    operations: Operations
    judged: Judged
    series: Series
    story: list[Line]
    seed: str
    needs: Needs
    layers: list[LayerBand]


@dataclass(frozen=True)
class CheckLine:
    """A check for people: mark and word, its name, what it says, and the reasons behind that."""

    status: str
    name: str
    detail: str
    because: list[str]


@dataclass(frozen=True)
class Command:
    """A command to copy, and what it is good for."""

    label: str
    text: str


def run_page(loaded: Loaded, seed: int) -> str:
    """The page of a scenario under a seed, which is run for it. ModelCrash if a model raises."""
    return page_of(record(loaded, seed))


def page_of(recording: Recording, needs: Needs | None = None) -> str:
    """The page of a recorded run; `needs` says which faults the violation needs, if somebody has tried."""
    recording.speak()
    verdict = culprit_of(recording)
    records = told(recording, verdict)
    view = view_of(recording, verdict, records)
    data, left_out = _data(recording, verdict, records, view, needs or Needs())
    run = recording.run
    return document(
        "run",
        data,
        title=visible(f"{run.verdict}: {run.scenario} seed {run.seed}"),
        run=run,
        name=visible(run.scenario),
        about=visible(recording.loaded.scenario.about, 600),
        verdict=run.verdict,
        culprit=None if verdict is None else _line(verdict, 700),
        checks=[_line(one) for one in sorted(run.checks, key=_by_weight)],
        commands=_commands(recording),
        expected=visible(run.expect.replace("violates", "to violate"), 80) if run.expect != "pass" else "",
        numbers=_numbers(run),
        facts=_facts(recording),
        story=data.story,
        needs=data.needs.sentence,
        violation=view.violation,
        lead=visible(_lead(recording, verdict, records), 900),
        notes=[visible(note, 400) for note in run.notes],
        left_out=left_out,
        plan=[visible(flow(cast("Data", entry)), 400) for entry in run.plan],
        scenario=visible_lines(recording.loaded.text),
        show_ns=show_ns,
    )


def _data(
    recording: Recording, verdict: Verdict | None, records: list[Record], view: View, needs: Needs
) -> tuple[RunData, list[str]]:
    run = recording.run
    kinds = kinds_of(recording)
    story = {one.number for one in records}
    focus = Focus(story, view.since * TICK_NS, view.until * TICK_NS)
    kept = chosen(recording, focus, kinds)
    contents = Contents(CONTENTS_BYTES)
    place = {name: number for number, name in enumerate(recording.nodes)}
    data = RunData(
        tick_ns=TICK_NS,
        end=ticks(run.virtual_ns),
        settle=ticks(recording.loaded.scenario.duration - recording.loaded.scenario.settle),
        view=view,
        lanes=lanes_of(recording),
        faults=faults_of(recording),
        messages=messages_of(recording, kept, kinds, contents),
        flights=Flights(
            [ticks(one.sent_ns) for one in recording.flying],
            [place[one.source] * len(place) + place[one.target] for one in recording.flying],
            [visible(type(one.message).__name__, 60) for one in recording.flying],
        ),
        marks=marks_of(recording, kept, kinds, contents),
        contents=contents.list,
        bands=bands_of(recording),
        operations=operations_of(recording, set() if verdict is None else set(verdict.involved)),
        judged=judged(recording),
        series=series_of(recording),
        story=lines_of(records, recording.layered),
        seed=str(run.seed),
        needs=needs,
        layers=layers_of(recording),
    )
    return data, _left_out(data, contents)


def _left_out(data: RunData, contents: Contents) -> list[str]:
    """What the page does not hold, in sentences."""
    said = []
    kept = sum(one.kept for one in data.messages.kinds)
    if kept < data.messages.total:
        said.append(
            f"{kept:,} of {data.messages.total:,} messages are drawn: all that were lost, all of rare kinds and all "
            "around the violation, and of the rest whole trees of cause and effect, chosen by their numbers. "
            "Counts over time are of all messages."
        )
    there = sum(one.kept for one in data.marks.kinds)
    if there < data.marks.total:
        how = "chosen in the same way" if said else "all of rare kinds and all around the violation, some of the rest"
        said.append(f"{there:,} of {data.marks.total:,} events are drawn: {how}.")
    if len(data.operations.number) < data.operations.total:
        said.append(f"{len(data.operations.number):,} of {data.operations.total:,} operations are drawn.")
    if contents.spared:
        said.append(f"The contents of {contents.spared:,} messages and events are left out; their kinds are there.")
    return said


def _lead(recording: Recording, verdict: Verdict | None, records: list[Record]) -> str:
    """Which layers kept their promises, if something broke in a system that has layers."""
    if recording.layered is None or verdict is None or verdict.status != "fail":
        return ""
    return lead_of(recording.run, verdict, records, recording.layered)


_WEIGHT = {"fail": 0, "unknown": 1, "pass": 2}


def _by_weight(verdict: Verdict) -> int:
    return _WEIGHT[verdict.status]


def _line(verdict: Verdict, most: int = 2000) -> CheckLine:
    because = [visible(line, 400) for line in (*verdict.because, *verdict.notes)]
    return CheckLine(verdict.status, visible(verdict.check, 80), visible(verdict.detail, most), because)


def _commands(recording: Recording) -> list[Command]:
    run, loaded = recording.run, recording.loaded
    found = [Command("Reproduce", visible(run.reproduce, 2000))]
    if run.failed:
        shrink = shrink_it(loaded, (), run.seed)
        found.append(Command("Explain", visible(shrink.replace("sim shrink", "sim explain", 1), 2000)))
        found.append(Command("Shrink", visible(shrink, 2000)))
    return found


def _numbers(run: Run) -> list[Fact]:
    """The size of the run in a few numbers."""
    counts = run.counts
    lost = f"{100 * counts.lost / counts.sent:.1f}% lost" if counts.sent else ""
    ended = [f"{counts.ok:,} ok", f"{counts.fail:,} fail", f"{counts.unknown:,} unknown"]
    total = counts.ok + counts.fail + counts.unknown
    faults = f"{len(run.skipped)} skipped" if run.skipped else ""
    return [
        Fact("servers", f"{len(run.servers)}", f"{len(run.clients)} client{'s' * (len(run.clients) != 1)}"),
        Fact("virtual time", show_ns(run.virtual_ns), ""),
        Fact("messages", f"{counts.sent:,}", lost),
        Fact("operations", f"{total:,}", ", ".join(ended) if total else "none called"),
        Fact("faults", f"{len(run.fired)}", faults),
        Fact("events", f"{counts.events:,}", ""),
    ]


def _facts(recording: Recording) -> list[Fact]:
    run, loaded = recording.run, recording.loaded
    versions = [Fact(name, visible(text, 80), "") for name, text in artefact.versions().items()]
    expected = "as it is" if run.met else "but not so"
    return [
        Fact("fingerprint", run.fingerprint, ""),
        Fact("seed", str(run.seed), ""),
        Fact("scenario", visible(loaded.path, 200), ""),
        Fact("expected", visible(run.expect, 80), expected),
        *([Fact("laid over", visible(" ".join(loaded.overrides), 400), "")] if loaded.overrides else []),
        *versions,
    ]
