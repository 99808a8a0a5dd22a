"""What a protocol draws by a common coin: a committee, an order, a leader."""

from typing import TYPE_CHECKING

from models.bft.coin import shuffled
from models.bft.events import Drawn

if TYPE_CHECKING:
    from models.bft.protocol import Protocol


def draw_order(owner: "Protocol", what: str, turn: int, names: tuple[str, ...], number: int) -> tuple[str, ...]:
    """The names in the order of the coin; told to the checks as `what`."""
    order = shuffled(names, number)
    owner.party.emit(Drawn(owner.instance, what, turn, order))
    return order


def draw_leader(owner: "Protocol", turn: int, number: int) -> str:
    """One of all parties."""
    members = owner.quorums.members
    leader = members[number % len(members)]
    owner.party.emit(Drawn(owner.instance, "leader", turn, (leader,)))
    return leader
