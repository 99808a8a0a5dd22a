"""Strongly connected components of a graph: the nodes that all come before each other."""

from collections.abc import Iterator

Edges = list[list[int]]
"""Node -> nodes that come after it."""


def components(edges: Edges, count: int) -> list[list[int]]:
    """The components of more than one node, as those of the first `count` nodes that are in them, sorted."""
    left = _peel(edges)
    return [group for one in _tarjan(edges, left) if (group := sorted(node for node in one if node < count))]


def sorted_nodes(edges: Edges) -> list[int]:
    """Every node after all that come before it, the nodes in a cycle or behind one left out (Kahn 1962)."""
    degree = [0] * len(edges)
    for afters in edges:
        for node in afters:
            degree[node] += 1
    free = [node for node, count in enumerate(degree) if not count]
    for node in free:  # grows while it is walked
        for after in edges[node]:
            degree[after] -= 1
            if not degree[after]:
                free.append(after)
    return free


def _peel(edges: Edges) -> list[bool]:
    """Which nodes are in a cycle or behind one."""
    left = [True] * len(edges)
    for node in sorted_nodes(edges):
        left[node] = False
    return left


def _tarjan(edges: Edges, left: list[bool]) -> Iterator[list[int]]:
    """Strongly connected components of more than one node (Tarjan 1972), without recursion."""
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    path: list[int] = []
    on_path: dict[int, None] = {}
    work: list[tuple[int, Iterator[int]]] = []

    def enter(node: int) -> None:
        index[node] = low[node] = len(index)
        path.append(node)
        on_path[node] = None
        work.append((node, iter(edges[node])))

    for root in range(len(edges)):
        if left[root] and root not in index:
            enter(root)
        while work:
            node, afters = work[-1]
            after = next((one for one in afters if left[one] and (one not in index or one in on_path)), -1)
            if after >= 0 and after not in index:
                enter(after)
            elif after >= 0:
                low[node] = min(low[node], index[after])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    group = _leave(path, on_path, node)
                    if len(group) > 1:
                        yield group


def _leave(path: list[int], on_path: dict[int, None], node: int) -> list[int]:
    """The component that `node` is the root of."""
    group: list[int] = []
    while not group or group[-1] != node:
        group.append(path.pop())
        del on_path[group[-1]]
    return group
