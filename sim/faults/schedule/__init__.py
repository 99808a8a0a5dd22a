"""Adversarial schedulers: who decides when each message arrives."""

from sim.faults.schedule.conductor import Conductor, Order
from sim.faults.schedule.fault import Schedule

__all__ = ["Conductor", "Order", "Schedule"]
