"""What a sweep says to GitHub Actions: an annotation at the scenario for each way to fail, with how to see it again."""

from sim.explore.commands import reproduce
from sim.explore.summary import Summary, status_of
from sim.explore.sweep import Sweep
from sim.status import UNKNOWN


def annotations(sweep: Sweep, summary: Summary) -> list[str]:
    """Workflow commands, a line each: an error for each kind that failed first, a warning if the sweep is undecided.

    Where the scenario expects a failure and got it there is nothing to say.
    """
    loaded = sweep.order.loaded
    lines = []
    for one in summary.kinds:
        row = one.smallest
        if one.first and not row.met:
            said = f"{row.detail}\n{one.count:,} of {summary.decided:,} runs\n{reproduce(loaded, row.point, row.seed)}"
            lines.append(_command("error", loaded.path, one.kind.check, said))
    if not lines and status_of(sweep, summary) == UNKNOWN:
        reasons = [row.detail for row in sweep.rows if row.outcome == "unknown" and not row.unreached][:1]
        reasons += [f"never reached: {name}" for name in summary.never_reached]
        reasons += [f"never fired: {name}" for name in summary.demanded]
        lines.append(_command("warning", loaded.path, "undecided", "\n".join(reasons) or "nothing was decided"))
    return lines


def _command(level: str, file: str, title: str, said: str) -> str:
    """``::error file=f,title=t::message`` with what would end it early written as GitHub wants it."""
    properties = f"file={_escaped(file, more=True)},title={_escaped(title, more=True)}"
    return f"::{level} {properties}::{_escaped(said)}"


def _escaped(text: str, *, more: bool = False) -> str:
    found = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return found.replace(":", "%3A").replace(",", "%2C") if more else found
