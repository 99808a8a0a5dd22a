"""Groups of experts: those routed to about equally often share one basis, so that one number of ranks fits all of
them.
"""

from collections.abc import Sequence

Groups = tuple[tuple[int, ...], ...]


def groups_by_frequency(counts: Sequence[int], size: int) -> Groups:
    """Experts by falling frequency (ties by number), cut into groups of `size`.

    Source: RFID-MoE (arXiv 2602.09316) as two secondary readings agree; the number of experts is a multiple of `size`.
    """
    if size < 1 or len(counts) % size:
        raise ValueError(f"{len(counts)} experts are not cut into groups of {size}; expected a divisor")
    order = sorted(range(len(counts)), key=lambda expert: (-counts[expert], expert))
    return tuple(tuple(order[at : at + size]) for at in range(0, len(order), size))


def group_counts(counts: Sequence[int], groups: Groups) -> tuple[int, ...]:
    """How often each group was routed to: the sum of its experts."""
    return tuple(sum(counts[expert] for expert in group) for group in groups)
