"""Zones: near-linear decisions for histories in which every value that was observed has one possible writer."""
