"""What a kill matrix says on a terminal: survivors first, then every mutant with who found it and how soon."""

from rich.console import Console
from rich.text import Text

from reports.sweeps import show_interval
from reports.tables import Cell as TableCell
from reports.tables import show_table
from sim.explore.commands import reproduce
from sim.explore.matrix import Cell, Matrix
from sim.explore.statistics import percent

_HEADER = ("mutant", "scenario", "found by", "seeds", "95%", "a run", "95%", "CPU s", "also fails", "smallest plan")
_RIGHT = (3, 4, 5, 6, 7)


def show_matrix(out: Console, found: Matrix) -> None:
    """Print the matrix, then the reference."""
    plan = found.plan
    runs = sum(len(cell.rows) for cell in found.cells)
    ended = "  INTERRUPTED" if found.interrupted else ""
    head = f"{runs:,} runs; {plan.repeat} repetitions of at most {plan.limit} seeds; seeds: median until found{ended}"
    out.print(Text(head, "bold"))
    show_table(out, _HEADER, [_row(cell) for cell in found.cells], _RIGHT)
    _show_families(out, found)
    _show_reference(out, found)
    _conclude(out, found)


def _row(cell: Cell) -> list[TableCell]:
    share, interval = cell.share
    median = "-" if cell.median is None else str(cell.median)
    bounds = cell.interval
    high = "?" if bounds.high is None else f"{bounds.high:g}"
    by = ", ".join(name for name, _ in cell.found_by[:2]) if cell.killed else "NEVER FOUND"
    cpu = "-" if cell.cpu_median_s is None else f"{cell.cpu_median_s:.2f}"
    return [
        Text(cell.mutant.name, "" if cell.killed else "bold red"),
        cell.ground.name,
        Text(by, "" if cell.killed else "bold red"),
        median,
        f"{bounds.low:g} to {high}" if cell.killed else "-",
        percent(share),
        show_interval(interval),
        cpu,
        str(len(cell.others)) if cell.others else "",
        "" if cell.smallest is None else str(cell.smallest),
    ]


def _show_families(out: Console, found: Matrix) -> None:
    """For each mutant how many seeds it took without each family of faults; a dash where it was not found."""
    measured = [cell for cell in found.cells if cell.without]
    names = sorted({family for cell in measured for family, _ in cell.without})
    if not measured:
        return
    body: list[list[TableCell]] = []
    for cell in measured:
        waits = dict(cell.without)
        said = [("-" if not waits[name].found else str(waits[name].runs)) if name in waits else "" for name in names]
        body.append([cell.mutant.name, cell.ground.name, *said, ", ".join(cell.needs or ()) or "none of them"])
    out.print(f"  seeds until found without a family of faults (- not in {found.plan.families}):")
    header = ("mutant", "scenario", *names, "needs")
    show_table(out, header, body, tuple(range(2, 2 + len(names))))


def _show_reference(out: Console, found: Matrix) -> None:
    runs = sum(len(one.rows) for one in found.reference)
    alarms = [(one, row) for one in found.reference for row in one.alarms]
    words = f"  reference   {runs:,} runs on {len(found.reference)} scenarios: "
    if not alarms:
        out.print(words + "no alarm")
        return
    out.print(Text(words + f"{len(alarms)} FALSE ALARMS", "bold red"))
    for one, row in alarms[:10]:
        out.print(Text(f"    {row.check}: {row.detail}"))
        out.print(f"    Reproduce  {reproduce(one.ground.planted(None), (), row.seed)}")


def _conclude(out: Console, found: Matrix) -> None:
    every = {(cell.model, cell.mutant.name) for cell in found.cells}
    killed = len(every) - len(found.survivors)
    alarms = any(one.alarms for one in found.reference)
    mark = ("FAIL", "bold red") if found.survivors or alarms else ("PASS", "green")
    said = f"  {killed} of {len(every)} mutants found"
    if found.survivors:
        said += "; never: " + ", ".join(found.survivors)
    out.print(Text.assemble(mark, said))
