"""Preemption comes to rest: while nobody comes or ends, the scheduler makes finitely many steps."""

import msgspec

from models.veriflow.board import Board
from models.veriflow.mutants.ledgers import EvictsInCircles
from models.veriflow.objects import BOUND, QUEUED, Attempt, Job, JobSpec, attempt_name
from models.veriflow.parts import Parts
from models.veriflow.picking import Pick, Picking
from models.veriflow.settings import Settings
from sim import Stream
from tests.models.veriflow.boards import A100, H100, board_of, node, queue

QUEUES = ("batch", "research", "serving")
STEPS_MAX = 200


def demand(seed: int) -> Board:
    """Up to 14 jobs of three queues of a cohort, on two nodes of four GPUs of each of two types; nothing has begun."""
    draw = Stream(seed, "rest")
    queues = [queue(name, draw.between(2, 5), 8, 4, weight=draw.between(1, 2)) for name in QUEUES]
    nodes = [node(f"{gpu_type}{i}", 4, gpu_type) for i in range(2) for gpu_type in (A100, H100)]
    return board_of(*queues, *nodes, *(_job(draw, i) for i in range(draw.between(4, 14))))


def _job(draw: Stream, number: int) -> Job:
    members, gpus = draw.between(1, 2), draw.between(1, 4)
    one_node = draw.below(4) == 0 and members * gpus <= 4
    spec = JobSpec(draw.choice(QUEUES), members, gpus, draw.choice((A100, H100)), one_node=one_node)
    spec = msgspec.structs.replace(spec, priority=draw.choice((0, 0, 0, 1, 2)))
    return Job(f"j{number}", "t0", f"j{number}", spec, uid=100 + number, revision=100 + number)


def steps_to_rest(board: Board, parts: Parts) -> int:
    """How many admissions it takes until nothing can be done; STEPS_MAX if it takes as many."""
    picking = Picking(board, Settings(), parts)
    for step in range(STEPS_MAX):
        pick = picking.next(0)
        if pick is None:
            return step
        _carry_out(board, pick)
        board.wake(0)
    return STEPS_MAX


def _carry_out(board: Board, pick: Pick) -> None:
    job = pick.job
    if pick.plan is not None:
        wanted = msgspec.structs.replace(job, victims=pick.plan.victims, nominated=pick.plan.devices)
        board.change(job, wanted)
        job = wanted
        for name in pick.plan.victims:
            victim = board.jobs[name]
            attempt = board.attempts[attempt_name(name, victim.uid, victim.attempt)]
            board.change(victim, msgspec.structs.replace(victim, state=QUEUED, evicted_by=job.name))
            board.change(attempt, None)
    members = board.room.place(job)
    assert members is not None, "the simulation said that it fits"
    number = job.attempt + 1
    board.change(job, msgspec.structs.replace(job, state=BOUND, attempt=number, victims=(), nominated=()))
    name = attempt_name(job.name, job.uid, number)
    board.change(None, Attempt(name, job.name, job.uid, "t0", job.spec, number, members, uid=1))


def test_evictions_come_to_rest_and_would_not_if_each_were_judged_by_itself() -> None:
    seeds = range(1, 401)
    restless = [seed for seed in seeds if steps_to_rest(demand(seed), Parts(victims=EvictsInCircles)) == STEPS_MAX]
    assert restless
    assert [seed for seed in seeds if steps_to_rest(demand(seed), Parts()) > 40] == []
