"""What models use that bring their own adversaries: Byzantine behaviours and hostile schedulers.

A model's behaviours stand in BEHAVIOURS of `models.<name>.behaviours`, its schedulers in SCHEDULERS of
`models.<name>.schedulers`; scenarios write `byzantine: {own: {name: <model>/<behaviour>}}` and
`schedule: {own: {name: <model>/<scheduler>}}`.
"""

from sim.faults.byzantine.behaviour import Behaviour, Puppet, Said
from sim.faults.byzantine.fields import innermost, kind_of, leaves, parts, replace
from sim.faults.byzantine.variants import resign
from sim.faults.schedule.conductor import Conductor, Order
from sim.world.flight import Flight

__all__ = [
    "Behaviour",
    "Conductor",
    "Flight",
    "Order",
    "Puppet",
    "Said",
    "innermost",
    "kind_of",
    "leaves",
    "parts",
    "replace",
    "resign",
]
