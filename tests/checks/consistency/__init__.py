"""Tests of sessions, causality, durability and convergence."""
