"""Promises of validated binary agreement, of the loop over candidates, and of the reconstruction's lemmas."""

from models.bft.events import AbbaDecided, AbbaInput, ProofLearned, ProofSeen, Voted
from models.bft.invariants.invariant import Invariant
from models.bft.quorums import Quorums
from sim import Emitted, RunRecord
from sim.agreement import listed, when


class JustifiedVotes(Invariant):
    """If somebody decides in round r, everybody does by round r + 1."""

    name = "justified-votes"
    watches = evidence = (AbbaDecided,)
    claim = "decisions of one agreement were at most a round apart"

    def __init__(self, f: int) -> None:
        super().__init__(f=f)
        self._firsts: dict[str, Emitted] = {}

    def fold(self, emitted: Emitted) -> None:
        """Compare with the first."""
        event = emitted.event
        assert isinstance(event, AbbaDecided), "this one is watched"
        first = self._firsts.setdefault(event.instance, emitted)
        earlier = first.event
        assert isinstance(earlier, AbbaDecided), "the map holds decisions"
        if abs(earlier.round - event.round) > 1:
            self.contradict(
                emitted.t_ns,
                f"in {event.instance} {when(first)} decided in round {earlier.round}, {when(emitted)} in round "
                f"{event.round}",
            )


class OneWins(Invariant):
    """If f + 1 honest parties put in 1, only 1 can be decided."""

    name = "one-wins"
    watches = (AbbaInput, AbbaDecided)
    evidence = (AbbaDecided,)
    claim = "no agreement decided 0 that f + 1 honest parties had put 1 into"

    def __init__(self, quorums: Quorums) -> None:
        super().__init__(f=quorums.f)
        self._enough = quorums.honest_one
        self._ones: dict[str, dict[str, None]] = {}
        self._zeros: dict[str, Emitted] = {}

    def fold(self, emitted: Emitted) -> None:
        """Collect; judge at the end, as inputs may come to light later than decisions."""
        event = emitted.event
        if isinstance(event, AbbaInput) and event.value == 1:
            self._ones.setdefault(event.instance, {})[emitted.node] = None
        elif isinstance(event, AbbaDecided) and event.value == 0:
            self._zeros.setdefault(event.instance, emitted)

    def finish(self, record: RunRecord) -> None:  # noqa: ARG002
        """Every agreement that decided 0."""
        for instance, zero in self._zeros.items():
            ones = self._ones.get(instance, {})
            if len(ones) >= self._enough:
                self.contradict(zero.t_ns, f"{listed(ones)} put 1 into {instance}, and {when(zero)} decided 0 there")


class ProofForOne(Invariant):
    """Nobody decides 1 before some honest party has seen the proof of it."""

    name = "proof-for-one"
    watches = (ProofSeen, AbbaDecided)
    evidence = (AbbaDecided,)
    claim = "whenever 1 was decided, an honest party had seen its proof"

    def __init__(self, f: int) -> None:
        super().__init__(f=f)
        self._proven: dict[str, None] = {}

    def fold(self, emitted: Emitted) -> None:
        """One look-up per decision."""
        event = emitted.event
        if isinstance(event, ProofSeen):
            self._proven[event.instance] = None
        elif isinstance(event, AbbaDecided) and event.value == 1 and event.instance not in self._proven:
            self.contradict(
                emitted.t_ns, f"{when(emitted)} decided 1 in {event.instance}, and no honest party had seen a proof"
            )


class NeverAllZero(Invariant):
    """Some candidate gets 1 (lemma 4 of Prioritized-MVBA): no party sees all of them get 0."""

    name = "never-all-zero"
    watches = evidence = (AbbaDecided,)
    claim = "some candidate always got 1"

    def __init__(self, candidates: int, f: int) -> None:
        super().__init__(f=f)
        self._candidates = candidates
        self._zeros: dict[tuple[str, str], dict[str, None]] = {}

    def fold(self, emitted: Emitted) -> None:
        """Count the zeros of each party."""
        event = emitted.event
        assert isinstance(event, AbbaDecided), "this one is watched"
        root = event.instance.partition("/")[0]
        zeros = self._zeros.setdefault((emitted.node, root), {})
        if event.value == 0:
            zeros[event.instance] = None
        if len(zeros) >= self._candidates:
            self.contradict(emitted.t_ns, f"{when(emitted)} saw all {self._candidates} candidates of {root} get 0")


class FewIterations(Invariant):
    """No more candidates are tried than the protocol allows at worst."""

    name = "few-iterations"
    watches = evidence = (Voted,)
    claim = "no more candidates were tried than can fail"

    def __init__(self, most: int, f: int) -> None:
        super().__init__(f=f)
        self._most = most

    def fold(self, emitted: Emitted) -> None:
        """Look at the number."""
        event = emitted.event
        assert isinstance(event, Voted), "this one is watched"
        if event.round >= self._most:
            self.contradict(
                emitted.t_ns,
                f"{when(emitted)} votes on candidate {event.round + 1} of instance {event.instance}; at most "
                f"{self._most - 1} can fail",
            )


class WideHolder(Invariant):
    """When the last honest party votes first, f + 1 of them hold the proof of one member (lemma 3)."""

    name = "wide-holder"
    watches = (ProofLearned, Voted)
    evidence = (Voted,)
    claim = "at the first votes some proof was held by f + 1 honest parties"

    def __init__(self, quorums: Quorums) -> None:
        super().__init__(f=quorums.f)
        self._quorums = quorums
        self._holders: dict[str, dict[str, dict[str, None]]] = {}
        self._voters: dict[str, dict[str, None]] = {}

    def fold(self, emitted: Emitted) -> None:
        """Count holders until every honest party has voted."""
        event = emitted.event
        if isinstance(event, ProofLearned):
            holders = self._holders.setdefault(event.instance, {}).setdefault(event.candidate, {})
            holders[emitted.node] = None
        elif isinstance(event, Voted) and event.round == 0:
            voters = self._voters.setdefault(event.instance, {})
            voters[emitted.node] = None
            honest = [name for name in self._quorums.members if name not in self.byzantine]
            if len(voters) == len(honest):
                self._judge(emitted, event)

    def _judge(self, emitted: Emitted, event: Voted) -> None:
        most = max((len(names) for names in self._holders.get(event.instance, {}).values()), default=0)
        if most < self._quorums.honest_one:
            self.contradict(
                emitted.t_ns,
                f"when {when(emitted)} cast the last first vote of instance {event.instance}, no proof was held by "
                f"more than {most} honest parties; f + 1 is {self._quorums.honest_one}",
            )
