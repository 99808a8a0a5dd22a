"""Hypothesis strategies: what may happen to a scenario, and what its clients may see; they shrink as Hypothesis does.

Seeds, durations, selectors, faults, fault_schedules and schedule, networks, workloads: parts of scenarios. What is
found prints as scenario text. That text is what to keep: it outlives versions of Hypothesis and of Seedstorm.
histories: what clients of an object may have seen, for whoever writes or tests a specification.
"""

from sim.strategies.histories import histories
from sim.strategies.schedules import (
    KINDS,
    Entry,
    Schedule,
    durations,
    fault_schedules,
    faults,
    networks,
    schedule,
    seeds,
    selectors,
    workloads,
)

__all__ = [
    "KINDS",
    "Entry",
    "Schedule",
    "durations",
    "fault_schedules",
    "faults",
    "histories",
    "networks",
    "schedule",
    "seeds",
    "selectors",
    "workloads",
]
