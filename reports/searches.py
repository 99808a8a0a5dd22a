"""What a search says on a terminal, and how strategies compare."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from reports.tables import show_table
from sim.explore.hunt import Comparison, Hunted
from sim.explore.search import Search


def show_search(out: Console, name: str, found: Search, files: Sequence[str]) -> None:
    """Print what was found, in order of discovery."""
    ended = "  INTERRUPTED" if found.interrupted else ""
    out.print(Text(f"{name}  {found.strategy}  {found.runs:,} runs  {found.features:,} features{ended}", "bold"))
    half = found.runs // 2
    late = sum(found.new[half:])
    out.print(f"  novelty     {sum(found.new[:half]):,} features in the first half of the runs, {late:,} in the second")
    if found.said:
        out.print(Text(f"  {found.strategy:<11} {found.said}"))
    if found.finds:
        body = [(Text(one.kind.check, "bold red"), str(one.run), one.row.detail) for one in found.finds]
        show_table(out, ("found", "run", "how"), body, (1,))
    for file in files[:5]:
        out.print(f"  Reproduce  sim run {file}")
    mark = ("FAIL", "bold red") if found.finds else ("PASS", "green")
    out.print(Text.assemble(mark, f"  {len(found.finds)} ways to fail found in {found.runs:,} runs"))


def show_hunt(out: Console, found: Sequence[Hunted], compared: Sequence[Comparison]) -> None:
    """A line for each strategy on each mutant, then the comparisons that say something."""
    body = []
    for one in found:
        if one.problem:
            body.append((one.mutant, one.strategy, "-", "-", "", ""))
            continue
        high = "?" if one.interval.high is None else f"{one.interval.high:g}"
        hits = sum(wait.found for wait in one.waits)
        median = "-" if one.median is None else str(one.median)
        interval = f"{one.interval.low:g} to {high}"
        body.append((one.mutant, one.strategy, f"{hits} of {len(one.waits)}", median, interval, f"{one.cpu_s:.1f}"))
    show_table(out, ("mutant", "strategy", "found", "runs", "95%", "CPU s"), body, (2, 3, 4, 5))
    for problem in dict.fromkeys(one.problem for one in found if one.problem):
        out.print(Text(f"  -: {problem}"))
    sure = [one for one in compared if one.corrected < 0.05]
    for pair in sure:
        p = f"p {pair.p:.2g}, {pair.corrected:.2g} for {len(compared)} comparisons"
        out.print(f"  {pair.mutant}: {pair.one} and {pair.other} differ ({p})")
    if not sure:
        out.print(f"  no two strategies differ by more than chance explains ({len(compared)} comparisons, Holm)")
