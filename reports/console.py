"""What a run says on a terminal: did it hold, what broke in one sentence, how to see it again, why."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.text import Text

from sim.checks.verdict import Verdict
from sim.result import Run
from sim.world.units import SECOND, show_ns

MARKS = {"pass": ("ok", "green"), "fail": ("FAIL", "bold red"), "unknown": ("??", "yellow")}
"""Status -> (mark, style): a shape and a word, never colour alone."""

FILE_WIDTH = 400
"""How wide a table may be where no terminal says: a file has room."""
_NAME_WIDTH = 27


def console(*, plain: bool = False, color: str = "auto", stderr: bool = False) -> Console:
    """A console that honours `--plain`, `--color always|never|auto` and NO_COLOR; no wrapping, no markup."""
    forced = True if color == "always" else None
    off = plain or color == "never"
    out = Console(
        stderr=stderr, no_color=off or None, force_terminal=forced, highlight=False, markup=False, soft_wrap=True
    )
    if not out.is_terminal:
        out.width = FILE_WIDTH
    return out


def show_run(out: Console, run: Run, *, artefact: str = "", verbose: bool = False) -> None:
    """Print a run, at most 25 lines unless `verbose` or more checks than that did not pass."""
    counts = run.counts
    size = f"{len(run.servers)} servers, {len(run.clients)} clients  {show_ns(run.virtual_ns)} virtual"
    out.print(Text(f"{run.scenario}  seed {run.seed}  {size}", "bold"))
    out.print(f"  faults      {_faults(run)}")
    out.print(
        f"  traffic     {counts.sent:,} messages ({_share(counts.lost, counts.sent)} lost)   "
        f"{counts.events:,} events   {run.wall_s:.2f}s wall"
    )
    total = counts.ok + counts.fail + counts.unknown
    out.print(f"  operations  {total:,}: {counts.ok:,} ok, {counts.fail:,} fail, {counts.unknown:,} unknown")
    for line in _check_lines(run, verbose):
        out.print(line)
    for note in run.notes:
        out.print(f"  note  {note}")
    _conclude(out, run, artefact)


def _faults(run: Run) -> str:
    if not run.fired and not run.skipped:
        return "none planned"
    text = f"{len(run.fired)} fired"
    kinds: dict[str, int] = {}
    for fault in run.fired:
        kinds[fault.kind] = kinds.get(fault.kind, 0) + 1
    if kinds:
        text += " (" + ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())) + ")"
    if run.skipped:
        first = run.skipped[0]
        more = "" if len(run.skipped) == 1 else f" and {len(run.skipped) - 1} more"
        text += f", {len(run.skipped)} skipped ({first.kind} at {show_ns(first.at_ns)}: {first.reason}{more})"
    return text


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}%" if whole else "0%"


def _check_lines(run: Run, verbose: bool) -> Iterable[Text]:
    """A line for each check; those of the model that pass share one."""
    shared = [] if verbose else [one for one in run.checks if one.status == "pass" and one.check in run.promised]
    shown = [one for one in run.checks if one not in shared]
    for verdict in shown:
        yield check_line(verdict)
        for line in verdict.because:
            yield Text(f"          {line}")
    if shared:
        yield _line("pass", f"{len(shared)} invariants", _names(shared))


def _names(verdicts: Sequence[Verdict]) -> str:
    names = ", ".join(one.check for one in verdicts)
    return names if len(names) <= 84 else names[:84].rsplit(", ", 1)[0] + ", ..."


def check_line(verdict: Verdict) -> Text:
    """One check: its mark, name and detail."""
    return _line(verdict.status, verdict.check, verdict.detail)


def _line(status: str, name: str, detail: str) -> Text:
    mark, style = MARKS[status]
    return Text.assemble("  ", (f"{mark:<5} ", style), f"{_cut(name):<{_NAME_WIDTH}} ", detail)


def _cut(name: str) -> str:
    """Names are cut in the middle, so that both their ends can be told apart."""
    if len(name) <= _NAME_WIDTH:
        return name
    half = (_NAME_WIDTH - 2) // 2
    return f"{name[:half]}..{name[-half:]}"


def _conclude(out: Console, run: Run, artefact: str) -> None:
    mark, style = MARKS[run.verdict]
    mark = "PASS" if run.verdict == "pass" else mark
    failed = ", ".join(one.check for one in run.failed)
    expected = (
        "" if run.expect == "pass" else f"   expected: {run.expect}" + (", as it is" if run.met else ", but not so")
    )
    out.print(
        Text.assemble(
            (f"{mark:<5}", style), f" {failed:<{_NAME_WIDTH + 2}} fingerprint {run.fingerprint[:16]}{expected}"
        )
    )
    out.print(f"  Reproduce  {run.reproduce}")
    if artefact and (not run.met or run.verdict != "pass"):
        out.print(f"  Replay     sim replay {artefact}")


def virtual_rate(run: Run) -> float:
    """Virtual seconds per wall second."""
    return run.virtual_ns / SECOND / run.wall_s if run.wall_s else 0.0
