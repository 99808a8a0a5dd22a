"""Pages of sweeps and of kill matrices: what they count, and that a browser draws it and runs no text."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from reports.page import sweep_page
from reports.page.matrices import Measured, measured_page, read_matrix
from sim.cli import main
from sim.explore.failure import Failure
from sim.explore.feed import Order
from sim.explore.row import Row
from sim.explore.sweep import Sweep
from sim.scenario.loader import load
from tests.reports.page.browser import Browser, browsing, needs_browser
from tests.reports.page.recordings import BACKWARDS, HOSTILE, LONG, ROOT

LOSSES = ("0%", "1%", "5%")
ELECTIONS = ("[150ms, 300ms]", "[1s, 2s]")
KINDS = (Failure("election-safety", "invariant", "term N has two leaders"), Failure("linearizable", "history", ""))


def swept(seeds: int = 60, path: str = "scenarios/raft/calm.yaml", more: str = "") -> Sweep:
    """A sweep over two axes, in which some seeds fail in two ways, some are undecided and one crashed."""
    loaded = replace(load(ROOT / "scenarios/raft/calm.yaml"), path=path)
    points = tuple((f"network.loss={loss}", f"systems.kv.wait={wait}") for loss in LOSSES for wait in ELECTIONS)
    rows = tuple(_row(point, place, seed, more) for place, point in enumerate(points) for seed in range(1, seeds + 1))
    return Sweep(Order(loaded, range(1, seeds + 1), points), rows, "serial", 1.0)


def _row(point: tuple[str, ...], place: int, seed: int, more: str) -> Row:
    if (seed * 7 + place) % 40 < 3 * place:
        kind = KINDS[seed % 2]
        kind = replace(kind, check=kind.check + more, sentence=kind.sentence + more)
        return Row(point, seed, "violation", failures=(kind,), check=kind.check, detail=f"seed {seed} broke it{more}")
    if seed % 29 == 0:
        return Row(point, seed, "unknown", detail="linearizable: undecided")
    if (place, seed) == (3, 7):
        crash = Failure("crash", "ValueError", "ValueError in node.py, stand")
        return Row(point, seed, "crashed", failures=(crash,), check="crash", detail="ValueError: no")
    return Row(point, seed, "pass", met=True, fingerprint="00", events=100, ok=5)


def measured(name: str = "forgets-vote") -> bytes:
    waits = [{"runs": n, "found": True} for n in (1, 2, 2, 3, 5, 8, 13, 4)]
    found = {
        "model": "raft", "id": name, "about": f"about {name}", "promise": ["election-safety"],
        "scenario": "scenarios/raft/swarm.yaml", "killed": True, "found_by": {"election-safety": 8}, "median": 3,
        "low": 1, "high": 13, "waits": waits, "runs": 38, "kills": 8, "kill_share": 0.2, "kill_low": 0.1,
        "kill_high": 0.4, "other_checks": {"linearizable": 2},
    }  # fmt: skip
    never = found | {
        "id": f"never {name}", "killed": False, "found_by": {}, "median": None, "high": None,
        "waits": [{"runs": 50, "found": False}] * 8, "runs": 400, "kills": 0,
    }  # fmt: skip
    alarm = {"seed": 9, "check": "vow-kept", "detail": f"a false alarm {name}"}
    return json.dumps({
        "schema": "seedstorm/1", "command": "mutants", "repeat": 8, "limit": 50, "interrupted": False,
        "survivors": [f"raft never {name}"], "mutants": [never, found],
        "reference": [{"scenario": "scenarios/raft/swarm.yaml", "runs": 60, "alarms": [alarm]}],
    }).encode()  # fmt: skip


def test_a_sweep_is_counted_by_kind_and_by_point_with_intervals() -> None:
    sweep = swept()
    page = sweep_page(sweep)
    data = json.loads(re.findall(r'id="data">(.*?)</script>', page)[0])
    failed = [row for row in sweep.rows if row.failed]
    assert sum(point["failed"] for point in data["points"]) == len(failed)
    assert all(point["low"] <= point["share"] <= point["high"] for point in data["points"])
    assert {kind["check"]: kind["count"] for kind in data["kinds"]}["election-safety"] == sum(
        row.check == "election-safety" for row in failed
    )
    assert f"{len(failed):,} of" in page
    assert "never reached" in page
    assert "undecided" in page


def test_the_waits_between_failures_give_the_runs_to_the_first() -> None:
    failing = Row((), 4, "violation", failures=KINDS[:1])
    rows = tuple(replace(failing, seed=n) if n % 4 == 0 else Row((), n, "pass") for n in range(1, 42))
    plain = load(ROOT / "scenarios/raft/calm.yaml")
    page = sweep_page(Sweep(Order(plain, range(1, 42)), rows, "serial", 1.0))
    data = json.loads(re.findall(r'id="data">(.*?)</script>', page)[0])
    assert data["median"] == 4
    assert data["survival"] == [[4, 0.0]]
    assert data["waits"] == 11


def test_a_sweep_without_failures_says_how_sure_that_is() -> None:
    rows = tuple(Row((), seed, "pass", met=True) for seed in range(1, 301))
    page = sweep_page(Sweep(Order(load(ROOT / "scenarios/raft/calm.yaml"), range(1, 301)), rows, "serial", 1.0))
    assert "None of 300 runs failed: with 95% confidence fewer than 0.99% of seeds do." in page


def test_a_kept_sweep_and_printed_mutants_become_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    short = ["--set", "duration=6s", "--set", "settle=4s"]
    words = ["sweep", "scenarios/raft/calm.yaml", "--seeds", "3", "--executor", "serial", "--save", str(tmp_path)]
    assert main([*words, *short]) == 0
    file, page = tmp_path / "raft-calm" / "sweep.sqlite", tmp_path / "sweep.html"
    assert main(["report", str(file), "-o", str(page)]) == 0
    assert "None of 3 runs failed" in page.read_text()
    assert "sim run scenarios/raft/calm.yaml --seed" in page.read_text()
    printed = tmp_path / "mutants.json"
    printed.write_bytes(measured())
    assert main(["report", str(printed), "-o", str(page)]) == 0
    assert "1 of 2 planted bugs are found; never: raft never forgets-vote" in page.read_text()


def test_a_file_without_a_sweep_or_a_matrix_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from sim.explore.results import Results

    Results(tmp_path / "empty.sqlite").close()
    (tmp_path / "half.json").write_text('{"command": "mutants", "repeat": 1')
    for name in ("empty.sqlite", "half.json"):
        assert main(["report", str(tmp_path / name)]) == 4
        assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_the_json_of_the_command_is_what_the_page_reads(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    words = ["mutants", "raft", "--mutant", "forgets-vote", "--repeat", "1", "--seeds", "2", "--reference", "1"]
    assert main([*words, "--executor", "serial", "--json"]) in (0, 1)
    found = read_matrix(capsys.readouterr().out.encode())
    assert isinstance(found, Measured)
    assert [row.id for row in found.mutants] == ["forgets-vote"]
    assert "forgets-vote" in measured_page(found)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as found:
        yield found


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    nasty = HOSTILE + BACKWARDS
    made = {
        "sweep": sweep_page(swept()),
        "nasty-sweep": sweep_page(swept(30, path=nasty, more=nasty + LONG)),
        "mutants": measured_page(read_matrix(measured())),
        "nasty-mutants": measured_page(read_matrix(measured(nasty))),
    }
    for name, page in made.items():
        (folder / f"{name}.html").write_text(page, "utf-8")
    return folder


@needs_browser
@pytest.mark.parametrize("name", ["sweep", "nasty-sweep", "mutants", "nasty-mutants"])
def test_a_page_opens_without_a_complaint_a_request_or_foreign_script(name: str, pages: Path, browser: Browser) -> None:
    browser.open(pages / f"{name}.html")
    for key in ("ArrowRight", "ArrowDown", "Enter"):
        event = f"new KeyboardEvent('keydown', {{key: '{key}', bubbles: true}})"
        browser.js(f"for (const one of document.querySelectorAll('.plot')) one.dispatchEvent({event})")
    assert browser.js("return window.hacked ?? null") is None
    assert browser.count("img, iframe, object") == 0
    assert browser.complaints() == []
    assert browser.requests() == []


@needs_browser
def test_cells_are_stepped_through_and_copy_their_command(pages: Path, browser: Browser) -> None:
    browser.open(pages / "sweep.html")
    plot = "document.querySelector('.plot[role=application]')"
    for key in ("ArrowRight", "ArrowRight"):
        browser.js(f"{plot}.dispatchEvent(new KeyboardEvent('keydown', {{key: '{key}'}}))")
    assert browser.text("document.querySelector('.said').textContent").startswith("seed 2: ")
    browser.js(f"{plot}.dispatchEvent(new KeyboardEvent('keydown', {{key: 'Enter'}}))")
    browser.js("return new Promise((done) => setTimeout(done, 50))")
    said = browser.text("document.querySelector('.said').textContent")
    point = "--set network.loss=0% --set 'systems.kv.wait=[150ms, 300ms]'"
    assert said.endswith(f"sim run scenarios/raft/calm.yaml --seed 2 {point}")


@needs_browser
def test_two_varied_paths_make_a_map_and_outcomes_have_shapes(pages: Path, browser: Browser) -> None:
    browser.open(pages / "sweep.html")
    assert browser.count("[data-mark=heat]") == len(LOSSES) * len(ELECTIONS)
    shapes = browser.js("return [...document.querySelectorAll('[data-outcome]')].map((one) => one.dataset.outcome)")
    assert shapes == ["pass", "violation", "unknown", "crashed"]
    assert browser.count("[data-mark=survival]") == 1
    assert browser.count("td[data-kind] svg") == 3


@needs_browser
def test_mutants_have_a_matrix_and_a_curve_each(pages: Path, browser: Browser) -> None:
    browser.open(pages / "mutants.html")
    assert browser.count("[data-mark=kill]") == 1
    assert browser.count("[data-mark=never]") == 1
    assert browser.count("[data-mark=survival]") == 2
    assert "never in 400" in browser.text("document.querySelector('#matrix').textContent")
    assert "a false alarm" in browser.text("document.body.textContent")
