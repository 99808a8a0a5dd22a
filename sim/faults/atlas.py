"""The fault atlas: whose disks have lost or damaged data, so that a good copy stays, or is known not to.

A protocol that keeps n copies promises to survive so many damaged ones and no more. Faults that damage within bounds
ask the atlas first; faults that a scenario names node by node are not held back, but the run says when they went beyond
what copies can make good.
"""

from collections.abc import Sequence

_GROUP_MIN = 3
"""Fewer servers than this cannot outvote one of them."""


class Atlas:
    """What happened to the disks of one run. Servers of one system are a group: ``kv/n1`` belongs to ``kv``."""

    def __init__(self, servers: Sequence[str]) -> None:
        self._servers = tuple(servers)
        self._damaged: dict[str, None] = {}

    def note(self, name: str) -> None:
        """The disk of a node has lost or damaged something that it had said to be durable."""
        self._damaged[name] = None

    def may_damage(self, name: str, sound: int | None = None) -> bool:
        """Whether `sound` disks (default: a majority) of the node's group stay whole if this one is damaged."""
        group = self._group(name)
        kept = len(group) // 2 + 1 if sound is None else sound
        damaged = {one for one in group if one in self._damaged} | {name}
        return len(group) - len(damaged) >= kept

    def beyond(self) -> list[str]:
        """A sentence for each group in which so many disks are damaged that copies cannot make it good."""
        said: list[str] = []
        for group in dict.fromkeys(self._group(name) for name in self._damaged):
            damaged = [name for name in group if name in self._damaged]
            if len(group) >= _GROUP_MIN and len(damaged) > (len(group) - 1) // 2:
                said.append(
                    f"the disks of {', '.join(damaged)} lost or damaged data: more than a minority of {len(group)} "
                    "servers, beyond what copies can make good"
                )
        return said

    def _group(self, name: str) -> tuple[str, ...]:
        prefix = name.rpartition("/")[0]
        return tuple(one for one in self._servers if one.rpartition("/")[0] == prefix)
