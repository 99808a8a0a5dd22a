"""Where a model raised: the actor, the virtual time, and the line its author wrote."""

import linecache
from dataclasses import dataclass
from types import FrameType, TracebackType

from sim.world.actor import Actor
from sim.world.node import Node
from sim.world.units import show_ns


@dataclass(frozen=True)
class CrashSite:
    """The place of an exception inside a run. `frames` are the model's own, outermost first: 'file:line in f: code'."""

    error: str
    actor: str
    node: str
    t_ns: int
    frames: tuple[str, ...]

    def say(self) -> str:
        """The place in a sentence, then the model's own frames."""
        who = f"{self.actor} on {self.node}" if self.node else "the engine"
        lines = [f"{who} raised at {show_ns(self.t_ns)}: {self.error}", *("  " + frame for frame in self.frames)]
        return "\n".join(lines)


class ModelCrash(Exception):
    """A model (or the engine) raised during a run; `site` says where."""

    def __init__(self, site: CrashSite) -> None:
        super().__init__(site.say())
        self.site = site

    def __reduce__(self) -> tuple[type["ModelCrash"], tuple[CrashSite]]:
        return type(self), (self.site,)


def find_crash_site(error: BaseException, t_ns: int) -> CrashSite:
    """Read the site from the traceback of an exception that ended a run at `t_ns`."""
    actor = node = ""
    frames: list[str] = []
    for frame, line in _walk(error.__traceback__):
        owner = frame.f_locals.get("self")
        if isinstance(owner, Actor):
            actor, node = type(owner).__name__, getattr(owner, "name", "")
        elif isinstance(owner, Node) and not node:
            actor, node = type(owner.actor).__name__, owner.name
        if not _is_engine(frame):
            frames.append(_show(frame, line))
    said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return CrashSite(said, actor, node, t_ns, tuple(frames))


def _walk(trace: TracebackType | None) -> list[tuple[FrameType, int]]:
    steps: list[tuple[FrameType, int]] = []
    while trace is not None:
        steps.append((trace.tb_frame, trace.tb_lineno))
        trace = trace.tb_next
    return steps


def _is_engine(frame: FrameType) -> bool:
    top = str(frame.f_globals.get("__name__", "")).partition(".")[0]
    return top in {"sim", "simpy"}


def _show(frame: FrameType, line: int) -> str:
    code = frame.f_code
    text = linecache.getline(code.co_filename, line).strip()
    return f"{code.co_filename}:{line} in {code.co_qualname}: {text}"
