"""What a scenario may choose about a Raft group: its timing, its options and how it answers reads."""

from typing import Literal

from pydantic import TypeAdapter

from sim import MS, Duration, DurationRange, Parameters

WINDOW = TypeAdapter(DurationRange).validate_python("150ms..300ms")


class Settings(Parameters):
    """Parameters of `model: raft`. The base election timeout E is the lower end of `election_timeout`."""

    election_timeout: DurationRange = WINDOW
    heartbeat: Duration = 50 * MS
    pre_vote: bool = True
    check_quorum: bool = True
    reads: Literal["read-index", "log"] = "read-index"
    append_max: int = 64
    in_flight: int = 8
    session_max: int = 1000
    attempt_timeout: Duration = 250 * MS
