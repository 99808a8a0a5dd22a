"""The standard vocabulary: what a node of any agreement protocol can tell the checks about its inside.

A model emits these as they are, beside events of its own, and gets every check of this folder. Three rules hold for all
of them. Emit *before* the message that rests on it is sent, so that no event comes to light after its effects.
Emit after the disk has it, where a field's description says durable. Telling the same fact twice does no harm, except
for `Decided` and `Delivered`, which are acts.

`instance` names one agreement (a slot, a height, a round of a binary agreement, or a tuple of such), `view` the attempt
within it (a ballot, a round, a phase and round). `digest` is a collision-free digest.
"""

from sim.world.message import Event

Plain = int | str | bytes | bool | None
Value = Plain | tuple[Plain | tuple[Plain, ...], ...]
"""What can be proposed, decided, broadcast: anything exact, nested up to two tuples deep."""


class Proposed(Event):
    """The node put `value` forward in `instance`."""

    instance: Value
    value: Value


class Decided(Event):
    """The node decided `value` in `instance`, in its attempt `view`."""

    instance: Value
    value: Value
    view: Value = None


class Broadcast(Event):
    """The node broadcast `message`, which is unique in the run: a message of equal text needs a number beside it."""

    message: Value


class Delivered(Event):
    """The node delivered `message`, in its `term`. `origin` is who broadcast it, as far as the node says so."""

    message: Value
    term: Value = None
    origin: str | None = None


class Elected(Event):
    """The node leads `term`, with the log that it told of so far."""

    term: int


class Appended(Event):
    """The entry at `index`, made in term `term`, is in the node's log; what stood there or behind is gone.

    `digest` is that of the whole prefix up to this entry, rolled over terms and contents: two logs with equal
    digests at an index are equal up to there. The first index is 1.
    """

    index: int
    term: int
    digest: bytes


class Truncated(Event):
    """The node's log lost every entry from `first` on."""

    first: int


class Recovered(Event):
    """The node came back with a log that ends at `index`, with the prefix digest `digest`; needed after each restart.

    A crash may hide what was durable but not told yet. `entries` then gives (term, prefix digest) of the last entries
    up to `index`, the oldest first, from one that was told, or from the first, on.
    """

    index: int
    digest: bytes
    entries: tuple[tuple[int, bytes], ...] = ()


class Committed(Event):
    """The node knows that everything up to `index` is committed, with the prefix `digest`.

    `term` is the node's *own* term at that moment, not that of the entry.
    """

    index: int
    term: int
    digest: bytes


class Applied(Event):
    """The node's machine took the entry at `index`; `digest` is the prefix's."""

    index: int
    digest: bytes


class Snapshot(Event):
    """The node holds a snapshot of everything up to `index`, whether taken, installed or loaded at a restart.

    A log that does not hold that prefix is replaced by it, as a whole and without a `Truncated`.
    """

    index: int
    digest: bytes


class Signed(Event):
    """The node signed `digest` for (`instance`, `view`), durably: it may sign nothing else for them."""

    instance: Value
    view: Value
    digest: bytes


class Certified(Event):
    """The node formed or accepted a certificate: `signers` of `digest` for (`instance`, `view`), as it lists them.

    `final`: it decides the height `instance`, so that no other final certificate may ever exist there.
    """

    instance: Value
    view: Value
    digest: bytes
    signers: tuple[str, ...]
    final: bool = False


class CrusaderVoted(Event):
    """The node's one vote of the last phase of a crusader agreement; None is the vote for no value."""

    instance: Value
    value: Value


class CrusaderOutput(Event):
    """What a crusader agreement gave the node; None is no value."""

    instance: Value
    value: Value


class CoinShare(Event):
    """The node released its share of the coin `instance`."""

    instance: Value


class CoinRevealed(Event):
    """The node knows that the coin `instance` is `value`."""

    instance: Value
    value: Value


class DataHeld(Event):
    """The node holds, durably, the data (or its fragment of it) that `value` stands for."""

    value: Value


class DataDropped(Event):
    """The node no longer holds the data of `value`."""

    value: Value
