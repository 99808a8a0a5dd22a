"""What an explanation says on a terminal: the faults that matter, the story, the check's sentence last."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from reports.tables import show_table
from sim.explore.attribution import Attribution
from sim.explore.explain import Against, Explanation
from sim.explore.shrinking.case import Data
from sim.explore.statistics import percent
from sim.scenario.yaml_writer import flow
from sim.world.units import show_ns


def show_explanation(out: Console, found: Explanation) -> None:
    """Print it."""
    out.print(Text(f"{found.kind.check}  seed {found.seed}", "bold"))
    if found.lead:
        out.print(Text(f"  {found.lead}"))
    if found.attribution is None:
        out.print("  the budget ended before it was known which faults are needed; give it more --runs")
    else:
        _show_attribution(out, found.attribution)
    out.print(f"  how it came about ({len(found.story)} of {found.events:,} events)")
    _show_story(out, found)
    if found.against is not None:
        _show_against(out, found.against)
    out.print(Text.assemble(("FAIL", "bold red"), f"  {found.verdict.detail}"))


def _show_story(out: Console, found: Explanation) -> None:
    """A line for each record; of a system in layers, a line too wherever the story goes over into another layer."""
    width = max((len(show_ns(one.t_ns)) for one in found.story), default=0)
    layer = ""
    for number, record in enumerate(found.story, 1):
        here = found.seat(record).partition("/")[0]
        if here and here != layer:
            layer = here
            out.print(Text(f"  {'':>3}  {'':>{width}}  in {here}", "bold"))
        role = found.seat(record).partition("/")[2]
        indent = "" if found.layered is None else "  "
        who = f"{indent}{role}  " if role else indent
        out.print(Text(f"  {number:>3}  {show_ns(record.t_ns):>{width}}  {who}{found.words(record)}"))


def _show_attribution(out: Console, found: Attribution) -> None:
    out.print(f"  needed      {_listed(found.needed) or 'no fault at all'}")
    if not found.sufficient and found.added:
        or_one = f", or any one of {_ids(found.instead)} in its place" if found.instead else ""
        out.print(f"  and         {_listed(found.added)}{or_one}")
    if found.irrelevant:
        out.print(f"  not needed  {len(found.irrelevant)} others: {_ids(found.irrelevant)}")
    if found.pairings:
        body = [
            (
                one.fault,
                percent(one.with_it / one.seeds),
                percent(one.without_it / one.seeds),
                f"{one.only_with} : {one.only_without}",
                f"{one.p:.2g}",
            )
            for one in found.pairings
        ]
        header = (f"over {found.pairings[0].seeds} seeds", "fails with", "fails without", "only one", "p")
        show_table(out, header, body, (1, 2, 3, 4))


def _listed(faults: Sequence[Data]) -> str:
    return " and ".join(flow(fault) for fault in faults)


def _ids(faults: Sequence[Data]) -> str:
    names = [str(fault["id"]) for fault in faults]
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")


def _show_against(out: Console, against: Against) -> None:
    name = against.name if against.passes else f"{against.name} (which fails too)"
    if against.divergence is None:
        out.print(f"  {name}: the same from beginning to end")
        return
    parted = against.divergence
    out.print(f"  against {name}: equal up to {show_ns(against.equal_ns)} ({parted.equal:,} events), then")
    out.print(Text(f"    the failing run  {_without_ns(parted.left.what)}"))
    out.print(Text(f"    the other        {_without_ns(parted.right.what)}"))


def _without_ns(what: str) -> str:
    """The record without its time in ns, which stands before the first two blanks."""
    return what.partition("  ")[2] or what
