"""tests/models/veristore."""
