"""What platform, browser and planner tell the checks: what happened on the server, and who acted where."""

from sim import Event


class Created(Event):
    """An entity is on the server, number `serial`; `token` is the task that made it."""

    kind: str
    title: str
    token: str
    owner: str
    serial: int


class ActAccepted(Event):
    """A page took an act: `task` acted in the session that `opener` opened, on a ref of epoch `named`, in `epoch`."""

    task: str
    opener: str
    named: int
    epoch: int
    origin: str
    verb: str
    element: str


class Submitted(Event):
    """A form is on its way to the server: the act that cannot be taken back."""

    task: str


class ActRefused(Event):
    """A page did not take an act."""

    task: str
    why: str


class Hindered(Event):
    """A session expired under a task, or a modal came up."""

    task: str
    why: str


class Planned(Event):
    """The planner was asked."""

    task: str
    erred: bool


class SaveDropped(Event):
    """A submission came too late, or its page was abandoned: it will never take effect."""

    token: str


class Silence(Event):
    """The server did something and said nothing, or that it failed."""

    token: str
