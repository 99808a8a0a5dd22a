"""What followed the healing of each fault of a run: how long until clients made progress again."""

from dataclasses import dataclass

from sim.result import Run


@dataclass(frozen=True)
class Recovered:
    """What followed the healing of one fault: `after_ns` until an operation that was called afterwards came back ok.

    None if none did before the run ended, or before the next fault began.
    """

    scenario: str
    seed: int
    fault: str
    kind: str
    after_ns: int | None


def recoveries(run: Run) -> list[Recovered]:
    """The recovery after each fault that healed while clients were still calling."""
    done = sorted((op.ret_ns, op.call_ns) for op in run.history if op.outcome == "ok" and op.ret_ns is not None)
    last = max((op.call_ns for op in run.history), default=0)
    found = []
    for fault in run.fired:
        healed = fault.heal_ns
        if healed is not None and healed < last:
            back = next((ret for ret, call in done if ret >= healed and call >= healed), None)
            after = None if back is None else back - healed
            found.append(Recovered(run.scenario, run.seed, fault.id, fault.kind, after))
    return found
