"""What clients, controller and workers say to each other.

Every word of a worker carries its epoch (durable, one more at each start) and a serial that rises within it, and the
state of the one container that it is about: late words are known as such.
"""

from sim import Message

FOREVER = -1
"""Of a time to keep: no end."""


class Ticket(Message):
    """One plan for one function: the `n`-th of the controller's `incarnation`. A newer one makes it void."""

    function: str
    incarnation: int
    n: int

    @property
    def age(self) -> tuple[int, int]:
        """Greater for newer tickets."""
        return self.incarnation, self.n


class Invoke(Message):
    """Run the function. `again`: asked before. `next_ns`: when the next request comes, told to a clairvoyant only."""

    request: str
    function: str
    again: bool = False
    next_ns: int = 0


class Answer(Message):
    """The result of a request."""

    request: str
    result: int


class Place(Message):
    """Run a request, best in `container` ("": in any). What is resident under older tickets is void.

    The model stays until `keep_ns` after the request came (0: it goes at once), if the worker's epoch is the one that
    is meant. `hinted`: it is said to be loaded there.
    """

    request: str
    function: str
    container: str
    ticket: Ticket
    keep_ns: int
    priority: int
    hinted: bool
    epoch: int


class Load(Message):
    """Load the ticket's model into an idle container, in place of the models in `displaced`, for `keep_ns` at most.

    It is for one epoch of the worker: what comes again after a restart does nothing.
    """

    ticket: Ticket
    container: str
    keep_ns: int
    priority: int
    epoch: int
    displaced: tuple[str, ...] = ()


class Unload(Message):
    """The ticket is over: drop its model if it is there and does not run."""

    ticket: Ticket


class Held(Message):
    """One container: whose it is, whether it idles, which models are resident in it; `gone` if it is no more."""

    container: str
    user: str
    idle: bool
    functions: tuple[str, ...]
    gone: bool = False


class Loaded(Message):
    """The ticket's model is resident."""

    epoch: int
    serial: int
    held: Held
    free: tuple[int, ...]
    ticket: Ticket


class Dropped(Message):
    """The ticket's model is no longer loaded, or never was."""

    epoch: int
    serial: int
    held: Held
    free: tuple[int, ...]
    ticket: Ticket
    why: str


class Done(Message):
    """A request was run, until `ended_ns` of the worker's clock."""

    epoch: int
    serial: int
    held: Held
    free: tuple[int, ...]
    request: str
    function: str
    result: int
    ended_ns: int


class Inventory(Message):
    """Everything the worker holds. `free` are the MB that nothing takes: of main memory, then of each GPU."""

    epoch: int
    serial: int
    helds: tuple[Held, ...]
    free: tuple[int, ...]
    clock_ns: int
