"""How far greedy admission with best fit is from the best that brute force finds, on small random batches."""

from fractions import Fraction

from models.veriflow import optimum
from models.veriflow.board import Board
from models.veriflow.objects import BOUND, READY, Attempt, Job, JobSpec, Node, Queue, TypeQuota, attempt_name
from models.veriflow.optimum import Gang
from models.veriflow.parts import Parts
from models.veriflow.picking import Picking
from models.veriflow.settings import Settings
from sim import Stream

GPU_TYPE, DEVICES, BATCH = "a100", 4, 6


def ratios(seed: int, rounds: int) -> tuple[list[Fraction], list[Fraction]]:
    """GPUs in use over the most possible, and over the lexicographically best set, of batches on an empty cluster."""
    draw = Stream(seed, "batches")
    to_most, to_first = [], []
    for _ in range(rounds):
        free = (DEVICES,) * draw.between(2, 4)
        gangs = [Gang(draw.between(1, 3), draw.between(1, DEVICES), draw.below(4) == 0) for _ in range(BATCH)]
        used = in_use(len(free), gangs)
        most = optimum.most_used(free, gangs)
        first = sum(gangs[i].need for i in optimum.first_set(free, gangs))
        to_most.append(Fraction(used, most) if most else Fraction(1))
        to_first.append(Fraction(used, first) if first else Fraction(1))
    return to_most, to_first


def in_use(nodes: int, gangs: list[Gang]) -> int:
    """The GPUs that the scheduler puts to use of so many empty nodes, for gangs that came in this order."""
    board = _board(nodes, gangs)
    picking = Picking(board, Settings(preemption=False), Parts())
    used = 0
    while (pick := picking.next(0)) is not None:
        _run(board, pick.job)
        used += pick.job.spec.need
    return used


def _board(nodes: int, gangs: list[Gang]) -> Board:
    queue = Queue("q", "", (TypeQuota(GPU_TYPE, 64, 0, 0),), uid=1, revision=1)
    made = [Node(f"n{i}", GPU_TYPE, DEVICES, 80, "z", epoch=1, state=READY, uid=1, revision=1) for i in range(nodes)]
    specs = [JobSpec("q", one.members, one.gpus, GPU_TYPE, one_node=one.one_node) for one in gangs]
    jobs = [Job(f"j{i}", "t0", f"j{i}", spec, uid=i, revision=i) for i, spec in enumerate(specs, 1)]
    board = Board(Settings(), Parts())
    board.rebuild([queue, *made, *jobs])
    board.wake(0)
    return board


def _run(board: Board, job: Job) -> None:
    """Admit and bind a job at once, as the store would."""
    members = board.room.place(job)
    assert members is not None, "who is picked has a place"
    name = attempt_name(job.name, job.uid, 1)
    attempt = Attempt(name, job.name, job.uid, job.tenant, job.spec, 1, members, uid=job.uid)
    board.change(job, Job(job.name, job.tenant, job.key, job.spec, job.uid, job.revision, state=BOUND, attempt=1))
    board.change(None, attempt)
