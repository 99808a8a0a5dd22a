"""What a party does with agreement: single instances for their own sake, or one after another as a log."""

from abc import abstractmethod
from typing import TYPE_CHECKING, cast

from models.bft.binary import Binary
from models.bft.blocks import AbbaAlone, CoinAlone, ConsistentAlone
from models.bft.promotion import ProvableBroadcast
from models.bft.protocol import Protocol
from models.bft.requests import Submit
from models.bft.settings import MULTIVALUED

if TYPE_CHECKING:
    from models.bft.party import Party

VALID = b"ok:"
"""How values begin that are externally valid, where single values are agreed on."""


class Service:
    """The side of a party that uses agreement."""

    def __init__(self, party: "Party") -> None:
        self.party = party

    @abstractmethod
    def root(self, name: str) -> Protocol | None:
        """The root instance of this name; None if there is none yet, or never."""

    def is_early(self, name: str) -> bool:  # noqa: ARG002
        """Whether there will be one."""
        return False

    def is_too_far(self, name: str) -> bool:  # noqa: ARG002
        """Whether a root instance is so far ahead that nothing of it is kept."""
        return False

    def heard(self, instance: str) -> None:
        """A message of an instance came."""

    def input(self, instance: str, value: bytes | int) -> None:
        """The environment's input."""

    def submit(self, source: str, submit: Submit) -> None:
        """A client's command."""

    def decided(self, instance: str, value: bytes) -> None:
        """A root instance has decided."""

    @abstractmethod
    def is_valid(self, value: bytes) -> bool:
        """External validity."""


class Instances(Service):
    """Single instances, 1 to `instances`, with inputs from the environment."""

    def __init__(self, party: "Party") -> None:
        super().__init__(party)
        self._begun: dict[str, None] = {}

    def root(self, name: str) -> Protocol | None:
        """One of the numbered instances."""
        fits = name.isdecimal() and name == str(int(name)) and 1 <= int(name) <= self.party.settings.instances
        return make_root(self.party, name) if fits else None

    def input(self, instance: str, value: bytes | int) -> None:
        """Put it forward, once."""
        root = self.party.find(instance)
        if root is None or instance in self._begun:
            return
        self._begun[instance] = None
        propose(root, value)

    def is_valid(self, value: bytes) -> bool:
        """By its beginning."""
        return value.startswith(VALID)


def propose(root: Protocol, value: bytes | int) -> None:
    """Hand an input to a root protocol; it has the type that the protocol agrees on."""
    if isinstance(root, (Binary, AbbaAlone)):
        root.propose(int(value == 1))
    else:
        cast("ProvableBroadcast", root).propose(value if isinstance(value, bytes) else b"%d" % value)


def make_root(party: "Party", name: str) -> Protocol:
    """The protocol that the scenario names."""
    parts, word = party.parts, party.settings.protocol
    if word in MULTIVALUED:
        return {"ckps": parts.ckps, "vaba": parts.vaba, "smvba": parts.smvba, "pmvba": parts.pmvba}[word](party, name)
    blocks: dict[str, type[Protocol]] = {
        "rbc": parts.rbc,
        "provable": ProvableBroadcast,
        "consistent": ConsistentAlone,
        "coin": CoinAlone,
        "abba": AbbaAlone,
    }
    return blocks.get(word, parts.binary)(party, name)


def make_service(party: "Party") -> Service:
    """What the scenario asks for."""
    if party.settings.service == "log":
        from models.bft.ledger import Ledger

        return Ledger(party)
    return Instances(party)
