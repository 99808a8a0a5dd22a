"""All faults, one file per family. Third parties add theirs through the entry points `seedstorm.faults`."""

from importlib.metadata import entry_points

from sim.faults import byzantine, call, clock, coin, crash, damage, disk, link, partition, pause, schedule
from sim.faults.fault import FAULTS, Fault, Heal, Scene

for _point in entry_points(group="seedstorm.faults"):
    _point.load()

__all__ = [
    "FAULTS",
    "Fault",
    "Heal",
    "Scene",
    "byzantine",
    "call",
    "clock",
    "coin",
    "crash",
    "damage",
    "disk",
    "link",
    "partition",
    "pause",
    "schedule",
]
