"""Veriflow."""
