"""Isolation levels, which are stronger than which, and which an anomaly rules out.

Adya, "Weak Consistency" (1999); Bailis and others, "Highly Available Transactions" (2013) for read atomic; Crooks and
others, "Seeing is Believing" (2017) for sessions.
"""

from collections.abc import Iterable

WEAKER: dict[str, tuple[str, ...]] = {
    "read-uncommitted": (),
    "read-committed": ("read-uncommitted",),
    "read-atomic": ("read-committed",),
    "repeatable-read": ("read-committed",),
    "snapshot-isolation": ("read-atomic",),
    "serializable": ("repeatable-read", "snapshot-isolation"),
    "strong-session-read-committed": ("read-committed",),
    "strong-session-snapshot-isolation": ("snapshot-isolation", "strong-session-read-committed"),
    "strong-session-serializable": ("serializable", "strong-session-snapshot-isolation"),
    "strong-read-committed": ("strong-session-read-committed",),
    "strong-snapshot-isolation": ("strong-session-snapshot-isolation", "strong-read-committed"),
    "strict-serializable": ("strong-session-serializable", "strong-snapshot-isolation"),
}
"""Level -> the levels right below it, which it implies."""

_RULED_OUT: dict[str, tuple[str, ...]] = {
    "G0": ("read-uncommitted",),
    "duplicate-append": ("read-uncommitted",),
    "duplicate-elements": ("read-uncommitted",),
    "thin-air": ("read-committed",),
    "G1a": ("read-committed",),
    "G1b": ("read-committed",),
    "G1c": ("read-committed",),
    "incompatible-order": ("read-committed",),
    "internal": ("read-atomic",),
    "lost-update": ("snapshot-isolation", "repeatable-read"),
    "G-single": ("snapshot-isolation", "repeatable-read"),
    "G-nonadjacent": ("snapshot-isolation", "repeatable-read"),
    "G2": ("repeatable-read",),
}
"""Anomaly -> the weakest levels that it rules out."""

_STRONGER_FORM = {
    "read-uncommitted": "read-committed",
    "read-committed": "read-committed",
    "snapshot-isolation": "snapshot-isolation",
    "repeatable-read": "serializable",
}
"""With a suffix an anomaly rules out only the form of the level that keeps the order of sessions, or of real time."""


def ruled_out(names: Iterable[str]) -> tuple[str, ...]:
    """All levels that anomalies of these names rule out, the weaker first."""
    weakest = {level for name in names for level in _weakest(name)}
    return tuple(level for level in WEAKER if weakest & {level, *below(level)})


def below(level: str) -> set[str]:
    """All levels that a level implies."""
    return {one for direct in WEAKER[level] for one in (direct, *below(direct))}


def strongest(levels: Iterable[str]) -> tuple[str, ...]:
    """Those levels that no other of them implies."""
    levels = list(levels)
    implied = {one for level in levels for one in below(level)}
    return tuple(level for level in levels if level not in implied)


def _weakest(name: str) -> tuple[str, ...]:
    for suffix, prefix in (("-realtime", "strong-"), ("-session", "strong-session-")):
        if name.endswith(suffix):
            forms = dict.fromkeys(_STRONGER_FORM[level] for level in _RULED_OUT[name.removesuffix(suffix)])
            strict = {"strong-serializable": "strict-serializable"}
            return tuple(strict.get(prefix + form, prefix + form) for form in forms)
    return _RULED_OUT[name]
