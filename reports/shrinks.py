"""What a shrink says on a terminal: what each step took away, what is left, and where it is written."""

from rich.console import Console
from rich.text import Text

from sim.explore.emit import Emitted, named, scenario_text
from sim.explore.shrunk import Shrunk
from sim.scenario.yaml_writer import flow


def show_shrunk(out: Console, found: Shrunk, written: Emitted | None) -> None:
    """Print a shrink; without a file the scenario itself."""
    out.print(Text(f"{found.kind.check}  seed {found.seed}  {found.runs} runs", "bold"))
    for step in found.steps:
        out.print(f"  {step}")
    before, after = found.before, found.after
    ratio = before.events / after.events if after.events else 0.0
    said = ", ".join(before.changes(after)) or "nothing could be left out"
    out.print(f"  in all      {said}; {before.events:,} -> {after.events:,} events ({ratio:,.0f} times fewer)")
    if not found.finished:
        who = "INTERRUPTED" if found.interrupted else "the budget ended first"
        out.print(Text(f"  {who}: more may be left out with more --runs or --for", "yellow"))
    _show_needed(out, found)
    out.print(Text.assemble(("FAIL", "bold red"), f"  {found.row.detail}"))
    if written is None:
        name = str(found.case.data["name"])
        out.print(Text(scenario_text(found, named(found.case, name)), ""))
        return
    out.print(f"  Scenario   sim run {written.scenario}")
    if written.test is not None:
        out.print(f"  Test       pytest {written.test}")


def _show_needed(out: Console, found: Shrunk) -> None:
    """Which faults are left, and that each of them is needed."""
    left = len(found.needed)
    gone = found.before.faults - left
    each = f"without {'it' if left == 1 else 'any one of them'} the run passes" if found.finished and left else ""
    words = "no fault at all" if not left else f"{left} fault{'s' * (left > 1)}"
    if found.finished:
        out.print(f"  needed      {words}" + (f"; {each}" if each else "") + f"; {gone} others change nothing")
    else:
        out.print(f"  left        {words}; it fails without {gone} others")
    freedom = dict(found.freedom)
    for place, fault in enumerate(found.needed):
        note = f"  ({freedom[place]})" if place in freedom else ""
        out.print(Text(f"              {flow(fault)}{note}"))
