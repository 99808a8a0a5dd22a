"""Messages between clients, routers and engines. An attempt's name is unique in the run: ``c1.7@r1.2.1``."""

from sim import Message, Request


class Origin(Message, gc=False):
    """Whose request it is and what is to compute it; the first `public` tokens of its prompt are a public prompt."""

    tenant: str
    model: str
    adapter: str
    public: int


class Answer(Message, gc=False):
    """The last word about a request. `tokens` is the whole answer, or what of it there is; `why` says why not all."""

    request: str
    state: str
    why: str
    tokens: bytes
    version: int


class Generate(Request[Answer], gc=False):
    """Client to router: at most `max_new` tokens behind `prompt`. Who asks anew says what he has, and its version."""

    request: str
    origin: Origin
    session: str
    prompt: bytes
    max_new: int
    have: bytes = b""
    version: int = 0


class Chunk(Message, gc=False):
    """Router to client: tokens from `position` on, the `serial`-th word of this stream."""

    request: str
    stream: str
    serial: int
    position: int
    tokens: bytes
    version: int


class Status(Message, gc=False):
    """Router to client: whether it works on the request."""

    request: str
    is_open: bool


class AskStatus(Request[Status], gc=False):
    """Client to router: are you there, and is my request?"""

    request: str


class Withdraw(Message, gc=False):
    """Client to router: the answer is no longer wanted."""

    request: str


class Run(Message, gc=False):
    """Router to engine: compute, from the token behind `delivered` on. `keys` are those of the prompt's full blocks."""

    attempt: str
    request: str
    epoch: int
    version: int
    origin: Origin
    prompt: bytes
    delivered: bytes
    keys: tuple[int, ...]
    max_new: int
    order: int


class Accepted(Message, gc=False):
    """Engine to router: the attempt is in the queue."""

    attempt: str


class Tokens(Message, gc=False):
    """Engine to router: tokens of the answer from `position` on."""

    attempt: str
    position: int
    tokens: bytes


class Done(Message, gc=False):
    """Engine to router, until it is Noted: all tokens of the attempt from `position` on, and what they cost.

    `reused` and `computed` count prompt tokens; `held` says how many leading blocks were there; times are in ns.
    """

    attempt: str
    position: int
    tokens: bytes
    reused: int
    computed: int
    held: int
    queued_ns: int


class Noted(Message, gc=False):
    """Router to engine: the Done of this attempt has arrived."""

    attempt: str


class Refusal(Message, gc=False):
    """Engine to router: the attempt was not begun: busy, epoch, version, too_large or draining."""

    attempt: str
    why: str
    epoch: int


class Cancel(Message, gc=False):
    """Router to engine: forget the attempt."""

    attempt: str


class Who(Message, gc=False):
    """Router to engine: say hello. What an earlier `term` of this router had asked for is no longer wanted."""

    term: int


class Hello(Message, gc=False):
    """Engine to router: who I am now."""

    epoch: int
    version: int
    model: str
    serial: int
    total: int


class Load(Message, gc=False):
    """Engine to router, every `load_every`: what there is to do and what is free.

    `prefill` counts tokens; `held` the keys that the feed has named up to `serial`.
    """

    epoch: int
    serial: int
    queued: int
    running: int
    free: int
    prefill: int
    held: int
    draining: bool


class Stored(Message, gc=False):
    """Feed: blocks of these keys, in a row behind `parent`, can be used."""

    epoch: int
    serial: int
    keys: tuple[int, ...]
    parent: int


class Removed(Message, gc=False):
    """Feed: no copy of these keys is left."""

    epoch: int
    serial: int
    keys: tuple[int, ...]


class Cleared(Message, gc=False):
    """Feed: nothing is left, and the epoch ends."""

    epoch: int
    serial: int


class AskInventory(Message, gc=False):
    """Router to engine: a serial is missing, say all that you hold."""

    epoch: int


class Inventory(Message, gc=False):
    """Engine to router: all keys held at this serial."""

    epoch: int
    serial: int
    keys: tuple[int, ...]


class Renew(Message, gc=False):
    """Router to engine: finish what runs, begin nothing, come back with this version."""

    version: int


class Planned(Message, gc=False):
    """Router to operator: the rollout is in the plan."""

    version: int


class Rollout(Request[Planned], gc=False):
    """Operator to router: bring every engine to this version, one after another."""

    version: int
