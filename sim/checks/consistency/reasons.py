"""Why one access is causally before another, in words: a line for each step."""

from sim.checks.consistency.accesses import Access, Accesses
from sim.checks.timeline import called, words


def say(access: Access) -> str:
    """An access with who and when: ``get#4 of 1 by b at 8s``."""
    return f"{words(access.op)} by {access.op.client} at {called(access.op)}"


def say_path(accesses: Accesses, path: list[int]) -> tuple[str, ...]:
    """The steps of a way in causal order; steps in one session are told as one."""
    lines = []
    start = 0
    while start + 1 < len(path):
        end = start + 1
        one = accesses.all[path[start]]
        if accesses.before[path[end]] == path[start]:
            while end + 1 < len(path) and accesses.before[path[end + 1]] == path[end]:
                end += 1
            lines.append(f"{words(one.op)} is before {words(accesses.all[path[end]].op)}: {one.op.client} did both")
        else:
            reader = accesses.all[path[end]]
            lines.append(f"{words(one.op)} is before {words(reader.op)}: {reader.op.client} saw what was written")
        start = end
    return tuple(lines)
