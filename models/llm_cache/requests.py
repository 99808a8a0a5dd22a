"""What clients ask: conversations behind system prompts that many share, drawn from a stream.

Every text is tokens without a meaning. A system prompt hangs on its number alone, so all clients have the same one.
"""

from collections.abc import Sequence
from hashlib import blake2b, shake_128

from models.llm_cache import draws, tokens
from models.llm_cache.messages import Origin
from models.llm_cache.settings import Settings, Traffic
from sim import Stream


class Conversation:
    """A session: `text` is all that was said in it so far."""

    __slots__ = ("busy", "name", "origin", "text", "turns")

    def __init__(self, name: str, origin: Origin, text: bytes, turns: int) -> None:
        self.name = name
        self.origin = origin
        self.text = text
        self.turns = turns
        self.busy = False

    @property
    def length(self) -> int:
        """Tokens said so far."""
        return tokens.count(self.text)


class Generator:
    """Draws conversations, words and lengths; `client` is whose they are."""

    def __init__(self, client: str, settings: Settings, stream: Stream) -> None:
        self._client = client
        self._settings = settings
        self._traffic: Traffic = settings.traffic
        self._stream = stream
        self._count = 0

    def conversation(self, most: int | None = None) -> Conversation:
        """A new one; its system prompt has at most `most` tokens."""
        traffic, stream = self._traffic, self._stream
        self._count += 1
        rank = draws.zipf(stream, traffic.systems)
        turns = traffic.turns_exactly or draws.geometric(stream, traffic.turns)
        tenant = f"t{stream.below(traffic.tenants)}"
        adapter = stream.below(traffic.adapters + 1)
        hot = stream.chance(traffic.hot)
        name = "hot" if hot else f"{self._client}{traffic.mark}.{self._count}"
        system = system_prompt(0 if hot else rank, traffic)
        system = system if most is None else tokens.cut(system, 0, most)
        return Conversation(
            name, self._origin(0 if hot else rank, tenant, adapter, system), system, 1 if hot else turns
        )

    def named(self, name: str) -> Conversation:
        """The conversation of this name, as a workload says it: its name decides all about it."""
        draw = int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little")
        rank = draw % self._traffic.systems
        system = system_prompt(rank, self._traffic)
        return Conversation(name, self._origin(rank, f"t{draw % self._traffic.tenants}", 0, system), system, 1)

    def words(self) -> bytes:
        """What a user says."""
        return self.text(draws.log_normal(self._stream, *self._traffic.user))

    def text(self, length: int) -> bytes:
        """So many tokens: new ones, or of phrases that come again and again."""
        if self._traffic.phrases:
            return self._phrases(length)
        return shake_128(self._stream.word().to_bytes(8, "little")).digest(length * tokens.WIDTH)

    def wanted(self) -> int:
        """How many tokens an answer may have."""
        return max(1, draws.log_normal(self._stream, *self._traffic.output))

    def fits(self, talk: Conversation, words: bytes, wanted: int) -> bool:
        """Whether another turn is short enough."""
        return talk.length + tokens.count(words) + wanted <= self._traffic.length_max

    def _phrases(self, length: int) -> bytes:
        """Filled up to a whole block first, so that phrases lie in blocks of their own."""
        size = self._settings.block_tokens
        many = -(-length // size)
        return b"".join(
            [tokens.named(f"phrase {self._stream.below(self._traffic.phrases)}", size) for _ in range(many)]
        )

    def _origin(self, rank: int, tenant: str, adapter: int, system: bytes) -> Origin:
        model = f"m{rank % self._traffic.models}"
        return Origin(tenant, model, f"a{adapter}" if adapter else "", tokens.count(system))


def system_prompt(rank: int, traffic: Traffic) -> bytes:
    """The system prompt of this rank; its length lies within the settings' bounds."""
    low, high = traffic.system
    draw = int.from_bytes(blake2b(f"system {rank}".encode(), digest_size=8).digest(), "little")
    return tokens.named(f"system {rank}", low + draw % (high - low + 1))


def continued(talks: Sequence[Conversation], context: int) -> Conversation | None:
    """Of the conversations that rest, the longest that a prompt of `context` tokens can continue."""
    fitting = [talk for talk in talks if not talk.busy and talk.turns > 0 and talk.length < context]
    return max(fitting, key=lambda talk: (talk.length, talk.name), default=None)
