"""An anomaly in sentences: who did what, a reason for every edge of the cycle, and that all of them cannot hold."""

from collections.abc import Hashable, Mapping, Sequence

from sim.checks.transactions.anomaly import Anomaly, Dependency
from sim.checks.transactions.cycles import Cycle
from sim.checks.transactions.transaction import Transaction, say_list
from sim.checks.transactions.versions import Key
from sim.checks.values import typed
from sim.world.units import show_ns


def tell_cycle(name: str, cycle: Cycle, transactions: Sequence[Transaction], keys: Mapping[Hashable, Key]) -> Anomaly:
    """The anomaly that a cycle is."""
    places = tuple(dict.fromkeys(one.before for one in cycle))
    named = tuple(dict.fromkeys(one.key for one in cycle if one.index >= 0))
    where = f" on {_and(list(map(str, named)))}" if named else ""
    who = "; ".join(f"T{transactions[place].op} = {transactions[place]}" for place in places)
    reasons = " ".join(_reason(one, transactions, keys) for one in cycle)
    end = "Both cannot hold." if len(cycle) == 2 else "All of these cannot hold."
    return Anomaly(name, places, named, f"{name}{where}. {who}. {reasons} {end}", cycle)


def _reason(one: Dependency, transactions: Sequence[Transaction], keys: Mapping[Hashable, Key]) -> str:
    before, after = (f"T{transactions[place].op}" for place in (one.before, one.after))
    head = f"{before} is before {after}, because"
    if one.kind == "session":
        return f"{head} process {transactions[one.before].process} did it first."
    if one.kind == "realtime":
        ended, began = transactions[one.before].ret_ns, transactions[one.after].call_ns
        return f"{head} {before} returned at {show_ns(ended or 0)} and {after} was called at {show_ns(began)}."
    order = keys[typed(one.key)].order
    if one.kind == "ww":
        return (
            f"{head} {one.key} shows {after}'s {order[one.index]!r} right behind {before}'s {order[one.index - 1]!r}."
        )
    if one.kind == "wr":
        return f"{head} {after} read {before}'s {order[one.index]!r} in {one.key}."
    return f"{head} {before} read {one.key} as {say_list(order[: one.index])} and so missed what {after} appended."


def tell_lost_update(
    key: Key, value: tuple[object, ...], places: Sequence[int], transactions: Sequence[Transaction]
) -> Anomaly:
    """Two writers of a key that had both read the same version of it."""
    first, second = (f"T{transactions[place].op}" for place in places[:2])
    text = (
        f"lost-update on {key.name}. {first} and {second} both read {key.name} as {say_list(value)} and then appended "
        f"to it. Whoever did it second should have seen what the first appended."
    )
    return Anomaly("lost-update", tuple(places[:2]), (key.name,), text)


def _and(names: Sequence[str]) -> str:
    return " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else names[0]
