"""Causes in a trace: what a node says follows from an earlier record of that node, whatever it waited for."""

import pytest

from sim.explore.telling import Record, records_of
from sim.running import run
from sim.scenario.loader import load
from sim.world import trace as codes

FILES = (
    "scenarios/raft/swarm.yaml",
    "scenarios/raft/fsync-fails.yaml",
    "scenarios/veristore/swarm.yaml",
    "scenarios/bft/rbc-equivocate.yaml",
    "scenarios/agentflow/swarm.yaml",
    "scenarios/gandom/swarm.yaml",
)


def sayer(record: Record) -> str:
    """Who sent the message, or emitted the event."""
    return str(record.rest[0])


@pytest.mark.parametrize("path", FILES)
def test_what_a_node_says_follows_from_what_happened_at_that_node(path: str) -> None:
    found = run(load(path), seed=2, keep_trace=True)
    records = records_of(list(codes.decode_records(b"".join(found.trace))))
    strangers = []
    for record in records:
        if record.code in (codes.DELIVER, codes.LOST, codes.EMIT) and record.cause:
            cause = records[record.cause - 1]
            if cause.node != sayer(record) and cause.code != codes.FAULT:
                strangers.append(f"{record.number} {record} <- {cause.number} {cause}")
    assert not strangers, f"{len(strangers)} of {len(records)}: " + "; ".join(strangers[:3])
