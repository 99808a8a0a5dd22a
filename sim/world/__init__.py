"""sim/world."""
