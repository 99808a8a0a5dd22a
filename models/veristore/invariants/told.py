"""Which events of stores are news: a command that is applied again, after a crash or by a replica, tells them again."""

from sim import Emitted


class Told:
    """Remembers how far each store has told. With `replicated` all nodes are replicas of one store."""

    def __init__(self, *, replicated: bool = False) -> None:
        self._replicated = replicated
        self._tops: dict[str, tuple[int, tuple[str, int]]] = {}

    def store(self, emitted: Emitted) -> str:
        """Whose events these are."""
        return "" if self._replicated else emitted.node

    def is_new(self, emitted: Emitted, seq: int) -> bool:
        """Whether nobody has told before what command number `seq` changed. One command may tell several events."""
        store, teller = self.store(emitted), (emitted.node, emitted.incarnation)
        top, first = self._tops.get(store, (0, teller))
        if seq > top:
            self._tops[store] = seq, teller
        return seq > top or (seq == top and teller == first)
