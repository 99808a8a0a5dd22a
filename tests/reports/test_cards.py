"""What results show of themselves in a notebook: the verdict, escaped, without script; and the verbs of `sim`."""

import subprocess
import sys
from dataclasses import FrozenInstanceError, replace
from html.parser import HTMLParser

import pytest

import sim
from sim.scenario.errors import ScenarioErrors
from tests.reports.stage import ROOT, hunted, stale, storm, swept

HOSTILE = "</td><script>alert(1)</script><img onerror=x src='\u202e\"\ud800'>"


class Tags(HTMLParser):
    """The tags of a text, and whether they close."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def shown(result: object) -> str:
    text = result._repr_html_()  # type: ignore[attr-defined] # what Jupyter asks for
    tags = Tags(text)
    assert tags.seen <= {"table", "caption", "b", "br", "code", "thead", "tbody", "tfoot", "tr", "th", "td"}
    assert tags.open == []
    return str(text)


def test_a_run_shows_its_verdict_its_checks_and_how_to_see_it_again() -> None:
    text = shown(stale())
    assert "\u2717 FAIL" in text
    assert "sim run " in text
    assert "get#3 of &#x27;before&#x27; is stale" in text


def test_a_sweep_shows_shares_with_intervals_and_the_command_of_the_smallest_seed() -> None:
    text = shown(swept())
    assert "election-safety" in text
    assert " to " in text
    assert f"--seed {swept().failures[0].smallest.seed}" in text


def test_verdicts_matrices_shrinks_and_explanations_show_themselves() -> None:
    assert "linearizable" in shown(storm().checks[0])
    assert "old-votes" in shown(hunted())
    assert "f1" in shown(sim.explain(stale()))


def test_hostile_texts_stay_text() -> None:
    verdict = replace(storm().checks[0], check=HOSTILE, detail=HOSTILE * 300, because=(HOSTILE,))
    hostile = replace(storm(), scenario=HOSTILE, reproduce=HOSTILE, checks=(verdict,), notes=(HOSTILE,))
    for text in (shown(verdict), shown(hostile)):
        assert "&lt;script&gt;" in text
        assert len(text) < 10_000


def test_results_are_frozen_and_tab_finds_what_there_is() -> None:
    with pytest.raises(FrozenInstanceError):
        storm().verdict = "fail"  # type: ignore[misc] # that is the point
    assert {"ok", "verdict", "checks", "plan", "history", "fingerprint", "reproduce"} <= set(dir(storm()))
    assert {"rows", "failures", "run"} <= set(dir(swept()))
    assert {"run", "sweep", "shrink", "explain", "mutants", "load"} <= set(dir(sim))


def test_a_seed_of_a_sweep_runs_again_whole() -> None:
    row = swept().rows[-1]
    again = swept().run(row.seed, row.point)
    assert again.fingerprint == row.fingerprint
    assert len(again.history) == row.ok + row.fail + row.unknown
    with pytest.raises(LookupError, match="seed 99"):
        swept().run(99)


def test_an_interrupt_keeps_what_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    def show(_: object, line: str) -> None:
        if line.startswith("1 of"):
            raise KeyboardInterrupt

    monkeypatch.setattr("reports.progress.ProgressLine.show", show)
    found = sim.sweep(sim.load(ROOT / "scenarios/raft/calm.yaml").with_(duration="6s", settle="4s"), 9, jobs=1)
    assert found.interrupted
    assert 1 <= len(found.rows) < 9
    assert "INTERRUPTED" in shown(found)


def test_what_is_shrunk_fails_alone_in_the_same_way() -> None:
    small = sim.shrink(stale(), quiet=True)
    assert small.steps
    assert "linearizable" in [one.check for one in small.run.failed]
    assert sim.run(small.scenario).fingerprint == small.run.fingerprint
    assert len(small.needed) == 1


def test_a_scenario_with_other_values_is_checked_as_a_file_is() -> None:
    loaded = sim.load(ROOT / "scenarios/raft/calm.yaml")
    other = loaded.with_(
        {"network.loss": "1%"}, duration="25s", faults=[{"at": "2s", "for": "1s", "pause": {"nodes": "n1"}}]
    )
    assert other.scenario.duration == 25 * sim.SECOND
    assert len(other.scenario.faults) == 1
    assert loaded.scenario.duration != other.scenario.duration
    with pytest.raises(ScenarioErrors, match="duration"):
        loaded.with_(duration=20)


def test_a_script_without_a_main_guard_can_sweep_on_processes() -> None:
    code = f"import sim; s = sim.sweep({str(ROOT / 'scenarios/raft/calm.yaml')!r}, 2, jobs=2); print(len(s.rows))"
    script = ROOT / "tests" / "reports" / "stage.py"
    words = [sys.executable, "-c", f"import sys; sys.modules['__main__'].__file__ = {str(script)!r}; {code}"]
    done = subprocess.run(words, check=True, capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert done.stdout.strip() == "2"
