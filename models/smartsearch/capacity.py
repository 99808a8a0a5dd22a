"""How many documents a second: the exact oracle for exponential service, and what was measured of SmartSearch."""

from fractions import Fraction

MEASURED = {1: (33, 37), 2: (58, 65), 4: (67, 67)}
"""Partitions -> documents a second that the author of SmartSearch measured, from and to."""


def throughput(workers: int, service_ns: int, delay_ns: int) -> Fraction:
    """Documents a second of `workers` that take turns at one server with exponential service, exactly.

    Mean value analysis of a closed network of one queue and a delay (Reiser and Lavenberg, JACM 27(2), 1980).
    """
    if workers < 1 or service_ns < 1 or delay_ns < 0:
        raise ValueError(f"expected workers, a service time and a delay; found {workers}, {service_ns}, {delay_ns}")
    queue, rate = Fraction(0), Fraction(0)
    for number in range(1, workers + 1):
        response = service_ns * (1 + queue)
        rate = Fraction(number) / (response + delay_ns)
        queue = rate * response
    return rate * 1_000_000_000
