"""Promises weaker than linearizability, or beside it: sessions, causality, staleness, durability, convergence."""
