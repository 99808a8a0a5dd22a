"""What an application gives the engine: the code of its flows by version, and what its steps do to the world."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from models.agentflow.attempt import Attempt
from models.agentflow.replay import FlowCode

Activity = Callable[[Attempt], Awaitable[bytes]]
"""Does a step; raises StepFailed, or lets Refused (nothing happened) and Timeout (nobody knows) through."""


@dataclass(frozen=True)
class Program:
    """`flows` by kind; `activities` and `undos` by the name of the step.

    `later` are versions of the flows that are deployed in the midst: (from when on, in ns of a decider's clock, flows).
    """

    flows: Mapping[str, FlowCode]
    activities: Mapping[str, Activity]
    undos: Mapping[str, Activity] = field(default_factory=dict)
    later: tuple[tuple[int, Mapping[str, FlowCode]], ...] = ()

    def flows_at(self, elapsed: int) -> Mapping[str, FlowCode]:
        """The version that a decider runs at this time."""
        flows = self.flows
        for since, version in self.later:
            if elapsed >= since:
                flows = version
        return flows
