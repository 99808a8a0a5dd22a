"""Random runs of an ideal replicated log after Raft's rules, wrong in one rule if asked; and what is true of them.

Networks are not simulated: each step moves one thing of one or two nodes at once, in an order that the seed draws.
"""

from dataclasses import dataclass, field, replace
from hashlib import blake2b

from sim.checks.agreement.events import Appended, Applied, Committed, Elected, Recovered, Snapshot, Truncated
from sim.world.message import Emitted, Event
from sim.world.streams import Stream

BUGS = ("any-leader", "two-leaders", "minority", "blind-append", "applies-all", "forgets", "bad-snapshot", "falls-back")

Entry = tuple[int, int]
Log = tuple[Entry, ...]


def digest(log: Log) -> bytes:
    """The digest of a prefix: equal for equal prefixes only."""
    return blake2b(repr(log).encode(), digest_size=8).digest() if log else b""


@dataclass
class Node:
    name: str
    incarnation: int = 1
    term: int = 0
    leads: bool = False
    log: Log = ()
    committed: int = 0
    applied: int = 0
    snapshot: int = 0
    kept: Log = ()
    """What it ever committed, over all incarnations."""
    match: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Truth:
    """What really happened: whole logs, not what was told of them."""

    appended: list[Log] = field(default_factory=list)
    committed: list[tuple[int, Log]] = field(default_factory=list)  # the node's term, the prefix
    elected: list[tuple[int, str, Log]] = field(default_factory=list)
    applied: list[tuple[int, Log]] = field(default_factory=list)  # index, and the prefix up to it
    ahead: list[str] = field(default_factory=list)  # nodes that applied more than they knew to be committed
    rewritten: list[str] = field(default_factory=list)  # nodes that took back what they had committed


class Group:
    """A few nodes, and the run so far."""

    def __init__(self, seed: int, size: int, bug: str = "", *, crashes: bool = True) -> None:
        self.stream = Stream(seed, "group")
        self.nodes = [Node(f"n{place + 1}") for place in range(size)]
        self.bug = bug
        self.crashes = crashes
        self.emitted: list[Emitted] = []
        self.truth = Truth()
        self.value = 0

    def run(self, steps: int) -> list[Emitted]:
        weights = {"replicate": 8, "propose": 4, "commit": 4, "apply": 4, "elect": 1, "snapshot": 1, "install": 1}
        if self.crashes:
            weights["crash"] = 1
        for _ in range(steps):
            getattr(self, self.stream.weighted(weights))(self._any())
        return self.emitted

    def _any(self) -> Node:
        return self.nodes[self.stream.below(len(self.nodes))]

    def _strikes(self, bug: str, percent: int = 50) -> bool:
        return self.bug == bug and self.stream.below(100) < percent

    def say(self, node: Node, event: Event) -> None:
        at = len(self.emitted) + 1
        self.emitted.append(Emitted(at, node.name, node.incarnation, at, event))

    def elect(self, node: Node) -> None:
        voters = self.stream.shuffled([other for other in self.nodes if other is not node])[: len(self.nodes) // 2]
        term = max(other.term for other in [node, *voters]) + 1
        if self._strikes("two-leaders"):
            term = max(term - 1, 1)
        best = max(_current(other.log) for other in voters)
        if _current(node.log) < best and not self._strikes("any-leader", 100):
            return
        for other in voters:
            if other.term < term:
                other.leads = False
            other.term = max(term, other.term)
        node.term, node.leads, node.match = term, True, {}
        self.truth.elected.append((term, node.name, node.log))
        self.say(node, Elected(term))

    def propose(self, node: Node) -> None:
        if node.leads:
            self.value += 1
            self._append(node, (node.term, self.value))

    def _append(self, node: Node, entry: Entry) -> None:
        node.log = (*node.log, entry)
        if node.log != (*node.kept, *node.log[len(node.kept) :])[: len(node.log)]:
            self.truth.rewritten.append(node.name)
        self.truth.appended.append(node.log)
        self.say(node, Appended(len(node.log), entry[0], digest(node.log)))

    def replicate(self, follower: Node) -> None:
        leader = self._leader_for(follower)
        if leader is None:
            return
        shared = _shared(leader.log, follower.log)
        upto = min(len(leader.log), shared + 1 + self.stream.below(4))
        if self._strikes("blind-append"):
            shared = min(len(follower.log), upto)
        fresh = leader.log[shared:upto]
        if shared < len(follower.log) and fresh and follower.log[shared : shared + 1] != fresh[:1]:
            follower.log = follower.log[:shared]
            if shared < len(follower.kept):
                self.truth.rewritten.append(follower.name)
            if self.stream.below(2):
                self.say(follower, Truncated(shared + 1))
        for entry in fresh:
            self._append(follower, entry)
        follower.term, follower.leads = leader.term, False
        if self.bug != "blind-append":
            leader.match[follower.name] = max(leader.match.get(follower.name, 0), upto)
        self._learn(follower, min(leader.committed, upto))

    def _leader_for(self, follower: Node) -> Node | None:
        leaders = [one for one in self.nodes if one.leads and one is not follower and one.term >= follower.term]
        return leaders[self.stream.below(len(leaders))] if leaders else None

    def commit(self, leader: Node) -> None:
        if not leader.leads:
            return
        needed = 1 if self._strikes("minority") else len(self.nodes) // 2 + 1
        for index in range(len(leader.log), leader.committed, -1):
            holders = 1 + sum(match >= index for match in leader.match.values())
            if leader.log[index - 1][0] == leader.term and holders >= needed:
                self._learn(leader, index)
                return

    def _learn(self, node: Node, index: int) -> None:
        if self._strikes("falls-back", 5) and node.committed > 1:
            index = node.committed - 1
        elif index <= node.committed:
            return
        node.committed, node.kept = index, max(node.log[:index], node.kept, key=len)
        self.truth.committed.append((node.term, node.log[:index]))
        self.say(node, Committed(index, node.term, digest(node.log[:index])))

    def apply(self, node: Node) -> None:
        limit = len(node.log) if self._strikes("applies-all", 3) else node.committed
        if node.applied < limit:
            node.applied += 1
            self.truth.applied.append((node.applied, node.log[: node.applied]))
            if node.applied > max(node.snapshot, len(node.kept)):
                self.truth.ahead.append(node.name)
            self.say(node, Applied(node.applied, digest(node.log[: node.applied])))

    def snapshot(self, node: Node) -> None:
        if node.applied > node.snapshot:
            node.snapshot = node.applied
            wrong = self._strikes("bad-snapshot")
            self.truth.applied.append((node.snapshot, node.log[: node.snapshot]))
            self.say(node, Snapshot(node.snapshot, b"wrong" if wrong else digest(node.log[: node.snapshot])))

    def install(self, follower: Node) -> None:
        leader = self._leader_for(follower)
        if leader is None or leader.snapshot <= max(follower.committed, follower.applied):
            return
        prefix = leader.log[: leader.snapshot]
        if follower.log[: leader.snapshot] != prefix:
            follower.log = prefix
        follower.term, follower.leads = leader.term, False
        follower.snapshot = follower.committed = follower.applied = leader.snapshot
        self.truth.applied.append((leader.snapshot, prefix))
        self.say(follower, Snapshot(leader.snapshot, digest(prefix)))

    def crash(self, node: Node) -> None:
        """Now and then an entry was durable and not told; the volatile parts are lost."""
        before = len(node.log)
        if self.bug == "forgets":
            node.log = node.log[: max(node.snapshot, len(node.log) - 1 - self.stream.below(3))]
        elif node.leads and self.stream.below(2):
            self.value += 1
            node.log = (*node.log, (node.term, self.value))
            self.truth.appended.append(node.log)
        fresh = replace(
            node, incarnation=node.incarnation + 1, leads=False, committed=0, applied=node.snapshot, match={}
        )
        vars(node).update(vars(fresh))
        told = range(max(before, 1), len(node.log) + 1) if len(node.log) > before else ()
        untold = tuple((node.log[index - 1][0], digest(node.log[:index])) for index in told)
        self.say(node, Recovered(len(node.log), digest(node.log), untold))
        if node.snapshot:
            self.truth.applied.append((node.snapshot, node.log[: node.snapshot]))
            self.say(node, Snapshot(node.snapshot, digest(node.log[: node.snapshot])))


def _current(log: Log) -> tuple[int, int]:
    return (log[-1][0] if log else 0, len(log))


def _shared(left: Log, right: Log) -> int:
    return next(
        (i for i, (one, other) in enumerate(zip(left, right, strict=False)) if one != other), min(len(left), len(right))
    )


def logs_match(truth: Truth) -> bool:
    """Every pair of logs that were ever held: where index and term are equal, so is all before."""
    logs = list(dict.fromkeys(truth.appended))
    for left in logs:
        for right in logs:
            for index in range(min(len(left), len(right))):
                if left[index][0] == right[index][0] and left[: index + 1] != right[: index + 1]:
                    return False
    return True


def leaders_complete(truth: Truth) -> bool:
    """Every commit with every election of a later term."""
    return all(
        log[: len(prefix)] == prefix
        for term, prefix in truth.committed
        for later, _, log in truth.elected
        if later > term
    )


def one_leader_per_term(truth: Truth) -> bool:
    return len({(term, name) for term, name, _ in truth.elected}) == len({term for term, *_ in truth.elected})


def commits_agree(truth: Truth) -> bool:
    """Of every pair of committed prefixes one begins the other, and no node took its own back."""
    prefixes = list(dict.fromkeys(prefix for _, prefix in truth.committed))
    agree = all(left[: len(right)] == right[: len(left)] for left in prefixes for right in prefixes)
    return agree and not truth.rewritten


def machines_agree(truth: Truth) -> bool:
    """Every pair of nodes that applied an index applied the same prefix."""
    states = list(dict.fromkeys(truth.applied))
    return not any(left != right for at, left in states for place, right in states if at == place)
