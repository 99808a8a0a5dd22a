"""Families of faults switched off one at a time: which of them does a mutant need to be found?

Keyed draws keep all else equal, so a scenario without its crashes has the same partitions at the same times.
"""

from dataclasses import replace
from typing import Any

from sim.explore.grounds import Ground
from sim.explore.shrinking.case import Data, case_of, verb_of
from sim.scenario.loader import load_text

NETWORK = "network"
"""The family of what happens to messages on any day: loss, copies, reordering, damage."""
_EFFECTS = ("loss", "duplicate", "reorder", "corrupt")


def families(ground: Ground) -> tuple[str, ...]:
    """The families that a scenario has: kinds that it lists or draws, and its network if that does more than wait."""
    data = case_of(ground.loaded, 1).data
    listed = [verb_of(fault) for fault in data.get("faults") or []]
    drawn = list(_drawn(data))
    network = [NETWORK] if any(one in _EFFECTS for one in data.get("network") or {}) else []
    return tuple(sorted({*listed, *drawn, *network}))


def without(ground: Ground, family: str) -> Ground:
    """The same scenario without one family."""
    case = case_of(ground.loaded, 1).changed(lambda data: _take_away(data, family))
    loaded = load_text(case.text, ground.loaded.path)
    return replace(ground, name=f"{ground.name} without {family}", loaded=loaded)


def _drawn(data: Data) -> dict[str, Any]:
    found: dict[str, Any] = (data.get("nemesis") or {}).get("kinds") or {}
    return found


def _take_away(data: Data, family: str) -> None:
    if family == NETWORK:
        data["network"] = {key: one for key, one in data["network"].items() if key not in _EFFECTS}
        return
    data["faults"] = [fault for fault in data.get("faults") or [] if verb_of(fault) != family]
    kinds = {kind: weight for kind, weight in _drawn(data).items() if kind != family}
    if kinds:
        data["nemesis"]["kinds"] = kinds
    elif _drawn(data):
        del data["nemesis"]
