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
NARROWEST, WIDEST = 80, 160
"""Between these a table adapts to the terminal."""
LINES_MAX = 25
"""What is printed without `-v`."""
_NAME_WIDTH = 27


def console(*, plain: bool = False, color: str = "auto", stderr: bool = False) -> Console:
    """A console that honours `--plain`, `--color always|never|auto` and NO_COLOR; no wrapping, no markup."""
    forced = True if color == "always" else None
    off = plain or color == "never"
    out = Console(
        stderr=stderr, no_color=off or None, force_terminal=forced, highlight=False, markup=False, soft_wrap=True
    )
    out.width = min(max(out.width, NARROWEST), WIDEST) if out.is_terminal else FILE_WIDTH
    return out


_HEAD_LINES = 4


def show_run(out: Console, run: Run, *, artefact: str = "", verbose: bool = False) -> None:
    """Print a run, at most 25 lines unless `verbose`."""
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
    lines = [*_check_lines(run, verbose), *(Text(f"  note  {note}") for note in run.notes)]
    ending = _conclusion(run, artefact)
    room = LINES_MAX - _HEAD_LINES - len(ending)
    for line in lines if verbose or len(lines) <= room else lines[: room - 1]:
        out.print(line)
    if not verbose and len(lines) > room:
        out.print(f"  ... {len(lines) - room + 1} lines more with -v")
    for line in ending:
        out.print(line)


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
    return cut(name, _NAME_WIDTH)


def cut(name: str, width: int) -> str:
    """A name cut in the middle, so that both its ends can be told apart."""
    if len(name) <= width:
        return name
    left, right = (width - 1) // 2, (width - 2) // 2
    return f"{name[:left]}..{name[-right:]}" if right else name[:width]


def _conclusion(run: Run, artefact: str) -> list[Text]:
    """The verdict, and what to do next."""
    mark, style = MARKS[run.verdict]
    mark = "PASS" if run.verdict == "pass" else mark
    failed = ", ".join(one.check for one in run.failed)
    expected = (
        "" if run.expect == "pass" else f"   expected: {run.expect}" + (", as it is" if run.met else ", but not so")
    )
    said = f" {failed:<{_NAME_WIDTH + 2}} fingerprint {run.fingerprint[:16]}{expected}"
    lines = [Text.assemble((f"{mark:<5}", style), said), Text(f"  Reproduce  {run.reproduce}")]
    if artefact and (not run.met or run.verdict != "pass"):
        lines.append(Text(f"  Replay     sim replay {artefact}"))
    if run.verdict == "fail":
        again = run.reproduce.removeprefix("sim run ")
        lines += [Text(f"  Explain    sim explain {again}"), Text(f"  Shrink     sim shrink {again}")]
    return lines


def virtual_rate(run: Run) -> float:
    """Virtual seconds per wall second."""
    return run.virtual_ns / SECOND / run.wall_s if run.wall_s else 0.0
