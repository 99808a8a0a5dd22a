"""tests/models/veristore/machine."""
