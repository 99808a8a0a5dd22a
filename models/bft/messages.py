"""What parties say to each other. `instance` of the envelope says to which protocol object a message belongs.

`round` is a round, view or iteration. Nothing that could be checked is believed: a receiver verifies every share and
certificate against tags that it makes from its own state.
"""

from models.bft.words_binary import (
    AbbaDecide,
    Aux,
    Bval,
    Conf,
    Decide,
    Echo1,
    Echo2,
    Echo3,
    Justification,
    MainVote,
    PreProcess,
    PreVote,
)
from models.bft.words_broadcast import (
    Evidence,
    Key,
    PbSend,
    PbShare,
    RbcEcho,
    RbcReady,
    RbcSend,
    Toss,
    VcbcAnswer,
    VcbcFinal,
    VcbcRequest,
)
from models.bft.words_multivalued import (
    Answer,
    Ask,
    Done,
    Finish,
    FinishAsk,
    FinishProof,
    Halt,
    LeaderPreVote,
    LeaderVote,
    Propose,
    Recommend,
    Skip,
    SkipShare,
    ViewChange,
    Vote,
)
from sim import Message, Request

__all__ = [
    "AbbaDecide",
    "Answer",
    "Ask",
    "Aux",
    "Body",
    "Bval",
    "Conf",
    "Decide",
    "Done",
    "Echo1",
    "Echo2",
    "Echo3",
    "Envelope",
    "Evidence",
    "Finish",
    "FinishAsk",
    "FinishProof",
    "Halt",
    "Input",
    "Justification",
    "Key",
    "Kind",
    "LeaderPreVote",
    "LeaderVote",
    "MainVote",
    "PbSend",
    "PbShare",
    "PreProcess",
    "PreVote",
    "Propose",
    "RbcEcho",
    "RbcReady",
    "RbcSend",
    "Recommend",
    "Skip",
    "SkipShare",
    "Toss",
    "VcbcAnswer",
    "VcbcFinal",
    "VcbcRequest",
    "ViewChange",
    "Vote",
    "kind_of",
]

Body = (
    RbcSend | RbcEcho | RbcReady | PbSend | PbShare | VcbcFinal | VcbcRequest | VcbcAnswer | Toss
    | Bval | Aux | Conf | Echo1 | Echo2 | Echo3 | Decide
    | PreProcess | PreVote | MainVote | AbbaDecide
    | Vote | Done | SkipShare | Skip | ViewChange | Halt | Finish | FinishAsk | FinishProof | LeaderPreVote | LeaderVote
    | Propose | Recommend | Ask | Answer
)  # fmt: skip


Kind = tuple[object, ...]
_MARKS = ("round", "phase", "stage", "candidate", "proposer")


def kind_of(body: Message) -> Kind:
    """Of what kind a message is: one sender says one thing of a kind. An estimate may be said for each value."""
    value = (body.value,) if isinstance(body, (Bval, Echo1)) else ()
    return (type(body).__name__, *(getattr(body, mark, None) for mark in _MARKS), *value)


class Envelope(Message):
    """A message of the protocol object named `instance`: a path such as 1/abba/0, the root's number first."""

    instance: str
    body: Body


class Input(Request[None]):
    """The environment orders to put a value forward in a root instance: bytes, or 0 or 1 in a binary agreement."""

    instance: str
    value: bytes | int
