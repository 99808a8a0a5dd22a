"""Random runs of an ideal total order broadcast, wrong in one way if asked; and what is true of them, pair by pair."""

from itertools import combinations

from sim.checks.agreement.events import Broadcast, Delivered
from sim.world.message import Emitted
from sim.world.streams import Stream
from tests.checks.agreement.runs import NODES, Row, events

BUGS = ("swap", "skip", "twice", "invented", "other")


def random_broadcasts(seed: int, steps: int, bug: str = "") -> list[Emitted]:
    """Nodes broadcast and deliver at random; the order is drawn with each message. A bug strikes about once."""
    stream = Stream(seed, "order")
    order: list[tuple[str, str]] = []
    pending: dict[str, list[str]] = {node: [] for node in NODES}
    reached = dict.fromkeys(NODES, 0)
    rows: list[Row] = []
    for step in range(steps):
        node = NODES[stream.below(len(NODES))]
        kind = stream.below(3)
        if kind == 0:
            rows.append((step, node, Broadcast(f"m{step}")))
            pending[node].append(f"m{step}")
        elif kind == 1 and pending[node]:
            order.append((node, pending[node].pop(0)))
        elif reached[node] < len(order):
            origin, message = order[reached[node]]
            reached[node] += 1
            rows.append((step, node, Delivered(message, 1, origin)))
    return events(*_break(rows, stream, bug))


def _break(rows: list[Row], stream: Stream, bug: str) -> list[Row]:
    places = [place for place, row in enumerate(rows) if isinstance(row[2], Delivered)]
    if not bug or not places:
        return rows
    place = places[stream.below(len(places))]
    later = [other for other in places if other > place and rows[other][1] == rows[place][1]]
    (t, node, event), *_ = [row[:3] for row in rows[place : place + 1]]
    assert isinstance(event, Delivered)
    if bug == "swap" and later:
        first, second = rows[place][2], rows[later[0]][2]
        rows[place], rows[later[0]] = (t, node, second), (rows[later[0]][0], node, first)
    elif bug == "skip":
        del rows[place]
    elif bug == "twice":
        rows.insert(place, rows[place])
    elif bug == "invented":
        rows[place] = (t, node, Delivered("nobody's", 1, event.origin))
    elif bug == "other" and later:
        rows[place] = (t, node, rows[later[-1]][2])
    return rows


def sequences(emitted: list[Emitted]) -> dict[str, list[object]]:
    found: dict[str, list[object]] = {}
    for one in emitted:
        if isinstance(one.event, Delivered):
            found.setdefault(one.node, []).append(one.event.message)
    return found


def agree_in_pairs(emitted: list[Emitted]) -> bool:
    """Whether of any two delivery sequences one begins the other: every pair, element by element."""
    for left, right in combinations(sequences(emitted).values(), 2):
        if any(one != other for one, other in zip(left, right, strict=False)):
            return False
    return True


def each_once_and_sent(emitted: list[Emitted]) -> bool:
    sent: list[object] = []
    delivered: list[tuple[str, object]] = []
    for one in emitted:
        if isinstance(one.event, Broadcast):
            sent.append((one.node, one.event.message))
        elif isinstance(one.event, Delivered):
            if (one.event.origin, one.event.message) not in sent or (one.node, one.event.message) in delivered:
                return False
            delivered.append((one.node, one.event.message))
    return True


def senders_order_holds(emitted: list[Emitted], causal: bool) -> bool:
    """By the definition: all that precedes a message, in the transitive closure, is delivered before it."""
    before: dict[object, set[object]] = {}
    past: dict[str, set[object]] = {node: set() for node in NODES}
    delivered: dict[str, set[object]] = {node: set() for node in NODES}
    for one in emitted:
        event = one.event
        if isinstance(event, Broadcast):
            before[event.message] = set(past[one.node])
            past[one.node].add(event.message)
        elif isinstance(event, Delivered):
            if not before.get(event.message, set()) <= delivered[one.node]:
                return False
            delivered[one.node].add(event.message)
            if causal and event.message in before:
                past[one.node] |= before[event.message] | {event.message}
    return True
