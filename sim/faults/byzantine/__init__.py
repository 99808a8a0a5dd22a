"""Byzantine nodes: behaviours that stand between a node's honest code and the network, for any model."""

from sim.faults.byzantine.behaviour import Acted, Behaviour, Puppet
from sim.faults.byzantine.fault import Byzantine

__all__ = ["Acted", "Behaviour", "Byzantine", "Puppet"]
