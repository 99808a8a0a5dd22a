"""What the engine is built from. A mutant puts a subclass that overrides one rule in the place of one part."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.agentflow.attempts import Attempts
from models.agentflow.book import Book
from models.agentflow.deadlines import Deadlines
from models.agentflow.decisions import Decisions
from models.agentflow.desk import Desk
from models.agentflow.dispatch import Dispatch
from models.agentflow.flow import Flow
from models.agentflow.saga import Saga

if TYPE_CHECKING:
    from models.agentflow.store import Store
    from models.agentflow.worker import Worker


@dataclass(frozen=True)
class EngineParts:
    """The class of every part of store and deciders; `store` and `worker` are whole nodes, None: the ordinary one."""

    book: type[Book] = Book
    attempts: type[Attempts] = Attempts
    deadlines: type[Deadlines] = Deadlines
    dispatch: type[Dispatch] = Dispatch
    decisions: type[Decisions] = Decisions
    desk: type[Desk] = Desk
    flow: type[Flow] = Flow
    saga: type[Saga] = Saga
    store: "type[Store] | None" = None
    worker: "type[Worker] | None" = None
