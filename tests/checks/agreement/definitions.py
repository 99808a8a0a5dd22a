"""The promises written as their definitions say, over all pairs of events: slow, short, and the oracle of the folds."""

from itertools import combinations

from sim.checks.agreement.events import (
    Certified,
    CoinRevealed,
    CoinShare,
    CrusaderOutput,
    CrusaderVoted,
    DataDropped,
    DataHeld,
    Decided,
    Proposed,
    Signed,
)
from sim.checks.agreement.group import Group
from sim.world.message import Emitted, Event

Truth = bool | None
"""Whether the promise holds; None where the events cannot say."""


def same(left: object, right: object) -> bool:
    return left == right and type(left) is type(right)


def said(emitted: list[Emitted], kind: type[Event]) -> list[Emitted]:
    return [one for one in emitted if isinstance(one.event, kind)]


def decisions(emitted: list[Emitted]) -> list[tuple[str, Decided]]:
    return [(one.node, one.event) for one in emitted if isinstance(one.event, Decided)]


def certificates(emitted: list[Emitted]) -> list[Certified]:
    return [one.event for one in emitted if isinstance(one.event, Certified)]


def agreement(emitted: list[Emitted]) -> Truth:
    pairs = combinations(decisions(emitted), 2)
    return all(same(one.value, two.value) for (_, one), (_, two) in pairs if same(one.instance, two.instance))


def integrity(emitted: list[Emitted]) -> Truth:
    pairs = combinations(decisions(emitted), 2)
    return not any(left == right and same(one.instance, two.instance) for (left, one), (right, two) in pairs)


def weak_validity(emitted: list[Emitted], byzantine: frozenset[str]) -> Truth:
    for place, one in enumerate(emitted):
        if isinstance(one.event, Decided) and not any(
            isinstance(other.event, Proposed)
            and same(other.event.instance, one.event.instance)
            and same(other.event.value, one.event.value)
            for other in emitted[:place]
        ):
            return None if byzantine else False
    return True


def strong_validity(emitted: list[Emitted]) -> Truth:
    judged = False
    for _, decided in decisions(emitted):
        proposed = [
            one.event.value
            for one in emitted
            if isinstance(one.event, Proposed) and same(one.event.instance, decided.instance)
        ]
        if proposed and all(same(value, proposed[0]) for value in proposed):
            judged = True
            if not same(decided.value, proposed[0]):
                return False
    return True if judged else None


def quorum(emitted: list[Emitted], group: Group) -> Truth:
    return all(len(set(one.signers) & set(group.members)) >= group.quorum for one in certificates(emitted))


def unforged(emitted: list[Emitted], group: Group, byzantine: frozenset[str]) -> Truth:
    for place, one in enumerate(emitted):
        event = one.event
        if not isinstance(event, Certified):
            continue
        statement = Signed(event.instance, event.view, event.digest)
        for signer in event.signers:
            honest = signer in group.members and signer not in byzantine
            if honest and not any(past.node == signer and past.event == statement for past in emitted[:place]):
                return False
    return True


def intersection(emitted: list[Emitted], group: Group) -> Truth:
    sets = [set(one.signers) & set(group.members) for one in certificates(emitted)]
    return all(len(left & right) > group.f for left in sets for right in sets)


def signs_once(emitted: list[Emitted]) -> Truth:
    for left, right in combinations(said(emitted, Signed), 2):
        one, two = left.event, right.event
        assert isinstance(one, Signed)
        assert isinstance(two, Signed)
        about = left.node == right.node and same(one.instance, two.instance) and same(one.view, two.view)
        if about and one.digest != two.digest:
            return False
    return True


def conflicts(emitted: list[Emitted], group: Group) -> list[tuple[Certified, Certified]]:
    valid = [one for one in certificates(emitted) if quorum([Emitted(0, "", 1, 0, one)], group)]
    return [
        (one, two)
        for one, two in combinations(valid, 2)
        if one.instance == two.instance and one.view == two.view and one.digest != two.digest
    ]


def across(emitted: list[Emitted], group: Group) -> bool:
    valid = [one for one in certificates(emitted) if quorum([Emitted(0, "", 1, 0, one)], group)]
    return any(
        one.instance == two.instance and one.digest != two.digest and one.final and two.final
        for one, two in combinations(valid, 2)
    )


def no_fork(emitted: list[Emitted], group: Group) -> Truth:
    return not conflicts(emitted, group) and not across(emitted, group)


def accountability(emitted: list[Emitted], group: Group, byzantine: frozenset[str]) -> Truth:
    pairs = conflicts(emitted, group)
    for one, two in pairs:
        both = set(one.signers) & set(two.signers) & set(group.members)
        if len(both) <= group.f or both - byzantine:
            return False
    return None if across(emitted, group) and not pairs else True


def coin_secrecy(emitted: list[Emitted], threshold: int, byzantine: frozenset[str]) -> Truth:
    for place, one in enumerate(emitted):
        if isinstance(one.event, CoinRevealed):
            share = CoinShare(one.event.instance)
            if len({past.node for past in emitted[:place] if past.event == share}) + len(byzantine) < threshold:
                return False
    return True


def same_coin(emitted: list[Emitted]) -> Truth:
    values = [one.event for one in emitted if isinstance(one.event, CoinRevealed)]
    return all(same(one.value, two.value) for one, two in combinations(values, 2) if one.instance == two.instance)


def data_available(emitted: list[Emitted], least: int) -> Truth:
    for end in range(1, len(emitted) + 1):
        past = emitted[:end]
        for _, decided in decisions(past):
            last = {
                one.node: one.event
                for one in past
                if one.event in (DataHeld(decided.value), DataDropped(decided.value))
            }
            if sum(isinstance(event, DataHeld) for event in last.values()) < least:
                return False
    return True


def binding(emitted: list[Emitted], group: Group, byzantine: frozenset[str]) -> Truth:
    for instance in (1, 2):
        mine = [
            one
            for one in emitted
            if isinstance(one.event, CrusaderVoted | CrusaderOutput) and one.event.instance == instance
        ]
        values = {one.event.value for one in mine if isinstance(one.event, CrusaderVoted | CrusaderOutput)} - {None}
        outputs = said(mine, CrusaderOutput)
        if len(values) > 1:
            return False
        if not outputs:
            continue
        past = mine[: mine.index(outputs[0]) + 1]
        if any(isinstance(one.event, CrusaderVoted | CrusaderOutput) and one.event.value is not None for one in past):
            continue
        voted = {one.node for one in said(past, CrusaderVoted)}
        if len(set(group.members) - voted) >= group.quorum:  # those that have not voted, and the Byzantine
            return False
    return True
