"""Which faults a violation needs, for the fault strip: what `sim explain` found, by the names of the faults."""

from dataclasses import dataclass

from reports.page.text import visible
from sim.explore.attribution import Attribution
from sim.explore.shrinking.case import Data
from sim.scenario.yaml_writer import flow


@dataclass(frozen=True)
class Needs:
    """Ids of faults: without any one of `needed` the run passes; `with_them` are there too; `spared` change nothing.

    `known` is whether anybody has tried.
    """

    known: bool = False
    needed: tuple[str, ...] = ()
    with_them: tuple[str, ...] = ()
    spared: tuple[str, ...] = ()
    sentence: str = ""


def needs_of(found: Attribution) -> Needs:
    """What was found, as ids and in a sentence."""
    needed, added = list(found.needed), [] if found.sufficient else list(found.added)
    said = " and ".join(flow(fault) for fault in (*needed, *added)) or "no fault at all"
    one_of = f", or any one of {', '.join(_ids(found.instead))} in its place" if added and found.instead else ""
    rest = f"; {len(found.irrelevant)} other faults change nothing" if found.irrelevant else ""
    sentence = visible(f"It needs {said}{one_of}{rest}.", 900)
    return Needs(True, _ids(needed), _ids(added), _ids([one for one in found.irrelevant if one not in added]), sentence)


def _ids(faults: list[Data] | tuple[Data, ...]) -> tuple[str, ...]:
    return tuple(visible(fault["id"], 60) for fault in faults if isinstance(fault, dict))
