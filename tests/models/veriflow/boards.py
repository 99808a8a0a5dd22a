"""Small clusters for tests: a board of nodes, queues and jobs, without a store."""

import msgspec

from models.veriflow.board import Board
from models.veriflow.objects import (
    BOUND,
    QUEUED,
    READY,
    Attempt,
    Job,
    JobSpec,
    Member,
    Node,
    Queue,
    TypeQuota,
    attempt_name,
)
from models.veriflow.parts import Parts
from models.veriflow.settings import Settings

A100, H100 = "a100", "h100"


def queue(name: str, nominal: int, borrow: int = 0, lend: int = 0, cohort: str = "all", weight: int = 1) -> Queue:
    quotas = tuple(TypeQuota(gpu_type, nominal, borrow, lend) for gpu_type in (A100, H100))
    return Queue(name, cohort, quotas, weight, uid=1, revision=1)


def node(name: str, devices: int = 4, gpu_type: str = A100, zone: str = "z") -> Node:
    return Node(name, gpu_type, devices, 80, zone, epoch=1, state=READY, uid=1, revision=1)


def job(name: str, members: int = 1, gpus: int = 1, *, uid: int = 1, in_queue: str = "q", **spec: object) -> Job:
    wish = JobSpec(in_queue, members, gpus, A100, 0)
    return Job(name, "t0", name, msgspec.structs.replace(wish, **spec), uid=uid, revision=uid)


def board_of(*objects: Node | Queue | Job, settings: Settings | None = None) -> Board:
    board = Board(settings or Settings(), Parts())
    board.rebuild(objects)
    board.wake(0)
    return board


def run(board: Board, one: Job) -> bool:
    """Admit and bind a job at once, as the store would; whether it found a place."""
    members = board.room.place(one)
    if members is None:
        return False
    put(board, one, members)
    return True


def put(board: Board, one: Job, members: tuple[Member, ...]) -> None:
    bound = msgspec.structs.replace(one, state=BOUND, attempt=1)
    board.change(one if one.name in board.jobs else None, bound)
    board.change(
        None, Attempt(attempt_name(one.name, one.uid, 1), one.name, one.uid, "t0", one.spec, 1, members, uid=one.uid)
    )


__all__ = ["A100", "BOUND", "H100", "QUEUED", "board_of", "job", "node", "put", "queue", "run"]
