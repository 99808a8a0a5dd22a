"""A protocol object: one instance of one protocol at one party, which reacts to messages and tells its host."""

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, TypeVar

from models.bft.events import Buffered
from models.bft.messages import Body, Kind, kind_of
from sim import Message
from sim.agreement import Tag

if TYPE_CHECKING:
    from models.bft.party import Party
    from models.bft.quorums import Quorums

H = TypeVar("H", bound=Callable[..., None])

WINDOW = 64
"""How many rounds ahead of the own one messages are kept. Beyond they are dropped: a liar could fill the memory."""
KEPT_MAX = 64 * 64
"""How many messages one instance sets aside at most."""
_MARK = "_takes"


def takes(kind: type[Message]) -> Callable[[H], H]:
    """Make a method of a protocol the rule for messages of this type; it gets the true source and the message."""

    def mark(method: H) -> H:
        setattr(method, _MARK, kind)
        return method

    return mark


class Protocol:
    """Base of all protocols. `word` is its name in tags; `instance` the path by which messages find it."""

    word: ClassVar[str] = ""
    _rules: ClassVar[dict[type[Message], str]] = {}

    def __init_subclass__(cls) -> None:
        """Collect the rules by name, so that a mutant overrides one by defining a method of its name."""
        cls._rules = dict(cls._rules)
        for name, method in vars(cls).items():
            kind = getattr(method, _MARK, None)
            if kind is not None:
                cls._rules[kind] = name

    def __init__(self, party: "Party", instance: str) -> None:
        self.party = party
        self.instance = instance
        self.crypto = party.crypto
        self.quorums: Quorums = party.quorums
        self._kept: dict[tuple[str, Kind], Message] = {}

    def on(self, source: str, message: Message) -> None:
        """A message for this instance; `source` is who really sent it."""
        rule = self._rules.get(type(message))
        if rule is None:
            self.drop("unknown type", source)
        else:
            getattr(self, rule)(source, message)

    def child(self, name: str) -> "Protocol | None":  # noqa: ARG002 - most protocols have none
        """The protocol within this one that messages call `name`, made when first needed; None if there is none."""
        return None

    def is_early(self, name: str) -> bool:  # noqa: ARG002 - most protocols have none
        """Whether messages for the child `name` shall wait until this protocol says `self.party.wake`."""
        return False

    def keep(self, source: str, message: Message) -> None:
        """Set a message aside that cannot be judged yet: the first of each sender and kind."""
        key = (source, kind_of(message))
        if len(self._kept) < KEPT_MAX and key not in self._kept:
            self._kept[key] = message
            self.party.emit(Buffered(self.instance, len(self._kept)))
        else:
            self.drop("too early", source)

    def judge_kept(self) -> None:
        """Take what was set aside as if it came now; what still cannot be judged is set aside again."""
        kept, self._kept = self._kept, {}
        for (source, _), message in kept.items():
            self.on(source, message)

    def send(self, to: str, message: Body) -> None:
        """Say something to this instance at another party."""
        self.party.post(to, self.instance, message)

    def multicast(self, message: Body) -> None:
        """Say something to this instance at all parties, oneself included."""
        self.party.post_all(self.instance, message)

    def drop(self, reason: str, source: str) -> None:
        """A message does not count: never an error, for anybody may send anything."""
        self.party.drop(reason, source)

    def tag(self, phase: str, turn: int = 0, proposer: str = "") -> Tag:
        """A tag of this instance."""
        return self.crypto.tag(self.word, self.instance, phase, turn, proposer)

    def in_window(self, turn: int, current: int) -> bool:
        """Whether a message of round `turn` may be kept."""
        return 0 <= turn <= current + WINDOW

    def note_kept(self, turn: int, current: int, size: int) -> None:
        """Tell the checks how many messages wait for a later round."""
        if turn > current:
            self.party.emit(Buffered(self.instance, size))
