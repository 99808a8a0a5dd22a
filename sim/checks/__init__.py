"""sim/checks."""
