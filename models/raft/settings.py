"""What a scenario may choose about a Raft group: its timing, its options, who votes and how it answers reads."""

from typing import Annotated, Literal

import pydantic
from pydantic import TypeAdapter

from sim import MS, Parameters
from sim.parameters import Drift, Duration, DurationRange, Size

WINDOW = TypeAdapter(DurationRange).validate_python("150ms..300ms")
Count = Annotated[int, pydantic.Field(strict=True, ge=0)]
Positive = Annotated[int, pydantic.Field(strict=True, ge=1)]


class Settings(Parameters):
    """Parameters of `model: raft`. The base election timeout E is the lower end of `election_timeout`.

    The first `voters` servers (default: all but the learners) vote from the start, the `learners` behind them learn,
    and any others are spare until an operator adds them. A snapshot is taken at every `snapshot_every`-th index (0:
    never), and `keep_tail` entries before it stay in the log for those who lag. `reads: lease` is safe as long as no
    clock drifts by more than `clock_drift_max`.

    `recovery: cut` cuts the log at the first bad entry, as for a torn tail; `protocol-aware` keeps the places of
    entries that the disk has lost, and asks the others for them. With `rejoin: voter` a server whose disk was replaced
    votes again at once, which is wrong. Liveness claims nothing of the servers `outside`: those that the scenario's
    network leaves out of a majority whose members all reach each other.
    """

    election_timeout: DurationRange = WINDOW
    heartbeat: Duration = 50 * MS
    pre_vote: bool = True
    check_quorum: bool = True
    reads: Literal["read-index", "lease", "log"] = "read-index"
    clock_drift_max: Drift = 200
    append_max: Positive = 64
    in_flight: Positive = 8
    group_commit: bool = True
    session_max: Positive = 1000
    snapshot_every: Count = 200
    keep_tail: Count = 50
    snapshot_chunk: Size = 4096
    voters: Positive | None = None
    learners: Count = 0
    recovery: Literal["cut", "protocol-aware"] = "cut"
    rejoin: Literal["learner", "voter"] = "learner"
    outside: tuple[str, ...] = ()
    attempt_timeout: Duration = 250 * MS

    @pydantic.model_validator(mode="after")
    def _fit_together(self) -> "Settings":
        if self.heartbeat >= self.election_timeout[0]:
            raise ValueError("heartbeat: expected less than the lower end of election_timeout")
        if self.reads == "lease" and not self.check_quorum:
            raise ValueError("reads: lease needs check_quorum: true, or voters may elect another leader within a lease")
        if self.snapshot_chunk < 1:
            raise ValueError("snapshot_chunk: expected at least 1B")
        return self
