"""sim/explore."""
