"""What a scenario may choose about a group of parties: which protocol, in which form, over what links."""

from typing import Annotated, Literal

import pydantic

from sim import MS, Duration, Parameters

Count = Annotated[int, pydantic.Field(strict=True, ge=1, le=1000)]
Size = Literal["f+1", "q"]

BROADCASTS = ("rbc", "provable", "consistent")
BINARY = ("bca", "mmr14", "mmr14conf")
MULTIVALUED = ("ckps", "vaba", "smvba", "pmvba")


_ONLY = {"stages": "provable", "shortcut": "smvba"} | dict.fromkeys(
    ("recommend", "votes", "vote_phase", "k1", "k2", "permute", "own_proof"), "pmvba"
)
"""Parameters that mean something to one protocol only."""


class Settings(Parameters):
    """Parameters of `model: bft`. The last seven are the open points of Prioritized-MVBA."""

    protocol: Literal[
        "rbc", "provable", "consistent", "coin", "bca", "mmr14", "mmr14conf", "abba", "ckps", "vaba", "smvba", "pmvba"
    ] = "pmvba"
    service: Literal["agreement", "log"] = "agreement"
    f: Annotated[int, pydantic.Field(strict=True, ge=0, le=1000)] | None = None
    unsafe: pydantic.StrictBool = False
    instances: Count = 1
    inputs: Literal["distinct", "same", "split", "lone", "zeros", "ones"] = "distinct"
    certificates: Literal["threshold", "multisig"] = "threshold"
    coin: Literal["f+1", "2f+1"] = "f+1"
    stages: Annotated[int, pydantic.Field(strict=True, ge=1, le=8)] = 1
    shortcut: pydantic.StrictBool = True
    sign: Duration = 0
    verify: Duration = 0
    combine: Duration = 0
    reliable: pydantic.StrictBool = False
    resend: Duration = 50 * MS
    durable: pydantic.StrictBool = False
    recommend: Literal["value", "digest"] = "value"
    votes: Literal["value", "digest"] = "value"
    vote_phase: pydantic.StrictBool = True
    k1: Size = "f+1"
    k2: Size = "q"
    permute: Literal["committee", "all"] = "committee"
    own_proof: Literal["at-once", "on-receipt"] = "at-once"

    @property
    def costs(self) -> bool:
        """Whether cryptography takes time."""
        return bool(self.sign or self.verify or self.combine)

    @pydantic.model_validator(mode="after")
    def _fitting(self) -> "Settings":
        if self.service == "log" and self.protocol not in MULTIVALUED:
            raise ValueError(f"a log needs one of {', '.join(MULTIVALUED)}, found {self.protocol!r}")
        for name, protocol in _ONLY.items():
            if self.protocol != protocol and getattr(self, name) != type(self).model_fields[name].default:
                raise ValueError(f"{name!r} is a parameter of {protocol}; the protocol is {self.protocol}")
        return self


def unfit(settings: Settings, n: int) -> str | None:
    """What is wrong with so many parties under these settings, if anything."""
    f = (n - 1) // 3 if settings.f is None else settings.f
    if f < 0 or settings.unsafe:
        return None if f < n else f"f = {f} is not less than the {n} parties"
    if n <= 3 * f:
        return f"{n} parties tolerate {(n - 1) // 3} corrupt ones, not f = {f}; 'unsafe: true' runs it all the same"
    return None
