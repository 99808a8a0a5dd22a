"""Units of the world: nanoseconds, parts per billion, and the words people read them in."""

NS = 1
US = 1_000
MS = 1_000_000
SECOND = 1_000_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE

CERTAIN = 1_000_000_000
"""Probabilities are integer parts per billion (ppb); this one is 100%."""
PERCENT = CERTAIN // 100

MILLION = 1_000_000
"""Rates of clocks and factors are integer parts per million (ppm); this one is a factor of 1."""

_STEPS = ((HOUR, "h"), (MINUTE, "m"), (SECOND, "s"), (MS, "ms"), (US, "us"), (NS, "ns"))


def show_ns(ns: int) -> str:
    """A duration in the largest unit that keeps it exact to three places: ``show_ns(1_500_000_000) == '1.5s'``.

    Hours and minutes are used only for whole numbers of them from ten on, so that `90s` stays `90s`.
    """
    if ns == 0:
        return "0s"
    sign, size = ("-", -ns) if ns < 0 else ("", ns)
    for unit, name in _STEPS:
        if size < unit or (unit >= MINUTE and (size % unit or size < 10 * unit)):
            continue
        return sign + _decimal(size, unit) + name
    raise AssertionError("a positive size is at least one nanosecond")


def show_ppb(ppb: int) -> str:
    """A probability in percent: ``show_ppb(5_000_000) == '0.5%'``."""
    return _decimal(ppb, PERCENT, places=7) + "%"


def _decimal(size: int, unit: int, places: int = 3) -> str:
    """`size / unit` to at most `places` decimal places, cut and not rounded, without trailing zeros."""
    whole, rest = divmod(size, unit)
    digits = str(rest * 10**places // unit).rjust(places, "0").rstrip("0")
    return f"{whole}.{digits}" if digits else str(whole)
