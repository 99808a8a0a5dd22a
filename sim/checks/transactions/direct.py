"""Anomalies that show without a cycle: within a transaction, of aborted or intermediate versions, of forked orders."""

from collections.abc import Hashable, Iterator, Sequence

from sim.checks.transactions.anomaly import Anomaly
from sim.checks.transactions.transaction import List, Transaction, say_list
from sim.checks.transactions.versions import Internal, Key, Versions, disagreeing


def find_direct(transactions: Sequence[Transaction], versions: Versions) -> list[Anomaly]:
    """All anomalies of this kind, at most one of each name for every key."""
    found = [_internal(transactions, one) for one in versions.internal]
    for first, second, key, element in versions.repeated:
        said = f"{_name(transactions, first)} and {_name(transactions, second)} both appended {element!r} to {key}"
        found.append(Anomaly("duplicate-append", (first, second), (key,), said))
    for one in versions.keys.values():
        found += _of_key(transactions, one)
    return found


def _internal(transactions: Sequence[Transaction], one: Internal) -> Anomaly:
    wanted = say_list(one.expected) if one.whole else f"a list that ends in {say_list(one.expected)}"
    text = (
        f"{_name(transactions, one.place)} read {one.key} as {say_list(one.value)}, "
        f"but after its own steps before that it must have seen {wanted}"
    )
    return Anomaly("internal", (one.place,), (one.key,), text)


def _of_key(transactions: Sequence[Transaction], key: Key) -> Iterator[Anomaly]:
    """What is wrong with the reads of one key, at most one anomaly of each name."""
    names: dict[str, Anomaly] = {}
    longest = next((place for place, value in key.reads if len(value) == len(key.order)), -1)
    suspects = [(longest, key.order)] if key.order else []
    for place, value in [*suspects, *([] if key.agreed else disagreeing(key))]:
        for anomaly in _elements(transactions, key, place, value):
            names.setdefault(anomaly.name, anomaly)
    for place, value in key.reads:
        if value:
            writer, last = key.writers.get(value[-1], (-1, True))
            if not last and writer != place:
                names.setdefault("G1b", _intermediate(transactions, key, place, writer, value))
    fork = None if key.agreed else next(disagreeing(key), None)
    if fork is not None:
        place, value = fork
        text = (
            f"{_name(transactions, place)} read {key.name} as {say_list(value)}, "
            f"{_name(transactions, longest)} as {say_list(key.order)}: neither begins with the other"
        )
        names.setdefault("incompatible-order", Anomaly("incompatible-order", (place, longest), (key.name,), text))
    yield from names.values()


def _elements(transactions: Sequence[Transaction], key: Key, place: int, value: List) -> Iterator[Anomaly]:
    reader = _name(transactions, place)
    seen: dict[Hashable, None] = {}
    for element in value:
        if element in seen:
            text = f"{reader} read {key.name} as {say_list(value)}, with {element!r} twice"
            yield Anomaly("duplicate-elements", (place,), (key.name,), text)
        seen[element] = None
        writer = key.writers.get(element)
        if writer is None:
            text = f"{reader} read {element!r} in {key.name}, which nobody appended"
            yield Anomaly("thin-air", (place,), (key.name,), text)
        elif transactions[writer[0]].outcome == "fail":
            aborted = _name(transactions, writer[0])
            text = f"{reader} read {element!r} in {key.name}, which {aborted} appended before it aborted"
            yield Anomaly("G1a", (writer[0], place), (key.name,), text)


def _intermediate(transactions: Sequence[Transaction], key: Key, place: int, writer: int, value: List) -> Anomaly:
    text = (
        f"{_name(transactions, place)} read {key.name} as {say_list(value)}, "
        f"but {_name(transactions, writer)} appended more to it after {value[-1]!r}"
    )
    return Anomaly("G1b", (writer, place), (key.name,), text)


def _name(transactions: Sequence[Transaction], place: int) -> str:
    return f"T{transactions[place].op}"
