"""sim/faults."""
