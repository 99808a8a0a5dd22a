"""Benchmarks: ratios inside one run, since machines are noisy. `python -m benchmarks` runs them all."""
