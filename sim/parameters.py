"""Types of a model's parameters, as scenarios write them: with units, and refused without.

class Settings(Parameters):
clock_drift_max: Drift = 200      # 200ppm
chunk: Size = 4096                # 4KiB
"""

from sim.world.quantities import Bandwidth, Drift, Duration, DurationRange, Probability, Rate, Size

__all__ = ["Bandwidth", "Drift", "Duration", "DurationRange", "Probability", "Rate", "Size"]
