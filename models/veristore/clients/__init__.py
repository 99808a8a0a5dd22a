"""Clients of the store: they talk to it through a port alone, and record no more than they know."""
