"""Promises about what is signed and drawn: one certificate per statement, one draw for all."""

from models.bft.events import Drawn
from models.bft.invariants.invariant import Invariant
from sim import Emitted, RunRecord, Verdict
from sim.agreement import Certified, CoinReleased, CrusaderOutput, SameCoin, Value, say, when


class OneCertificate(Invariant):
    """For one instance, phase, round and proposer no two values are ever certified: it would take f + 1 double signers.

    What receivers accept from corrupt parties counts as well.
    """

    name = "one-certificate"
    watches = evidence = (Certified,)
    claim = "no two values were certified for one tag"

    def __init__(self, f: int) -> None:
        super().__init__(f=f)
        self._firsts: dict[tuple[Value, Value], Emitted] = {}

    def fold(self, emitted: Emitted) -> None:
        """One look-up per certificate."""
        event = emitted.event
        assert isinstance(event, Certified), "this one is watched"
        first = self._firsts.setdefault((event.instance, event.view), emitted)
        earlier = first.event
        assert isinstance(earlier, Certified), "the map holds certificates"
        if earlier.digest != event.digest:
            self.contradict(
                emitted.t_ns,
                f"for {say(event.view)} of instance {say(event.instance)} {when(first)} saw a certificate of "
                f"{say(earlier.digest)} by {', '.join(earlier.signers)}, and {when(emitted)} one of "
                f"{say(event.digest)} by {', '.join(event.signers)}",
            )


class SameDraw(Invariant):
    """Committee, order and leader are the same at all honest parties."""

    name = "same-draw"
    watches = evidence = (Drawn,)
    claim = "all drew the same"

    def __init__(self, f: int) -> None:
        super().__init__(f=f)
        self._firsts: dict[tuple[str, str, int], Emitted] = {}

    def fold(self, emitted: Emitted) -> None:
        """One look-up per draw."""
        event = emitted.event
        assert isinstance(event, Drawn), "this one is watched"
        first = self._firsts.setdefault((event.instance, event.what, event.round), emitted)
        earlier = first.event
        assert isinstance(earlier, Drawn), "the map holds draws"
        if earlier.names != event.names:
            self.contradict(
                emitted.t_ns,
                f"{event.what} {event.round} of instance {event.instance}: {when(first)} drew "
                f"{' '.join(earlier.names)}, {when(emitted)} {' '.join(event.names)}",
            )


class OutputFirst(Invariant):
    """A party gives its share of a round's coin only when the round's crusader agreement has an output for it.

    What can come out is then bound before anybody can know the coin.
    """

    name = "output-before-coin"
    watches = (CrusaderOutput, CoinReleased)
    evidence = (CoinReleased,)
    claim = "nobody tossed before the round had its output"

    def __init__(self, f: int) -> None:
        super().__init__(f=f)
        self._outputs: dict[tuple[str, int, Value], None] = {}

    def fold(self, emitted: Emitted) -> None:
        """One look-up per share."""
        event, life = emitted.event, (emitted.node, emitted.incarnation)
        if isinstance(event, CrusaderOutput):
            self._outputs[*life, event.instance] = None
        elif isinstance(event, CoinReleased) and isinstance(event.instance, tuple):
            about = (event.instance[0], event.instance[2])
            if (*life, about) not in self._outputs:
                self.contradict(emitted.t_ns, f"{when(emitted)} tossed for {say(about)} before it had an output there")


class FairCoin(SameCoin):
    """All honest parties see one value of a coin, unless the scenario spoils the coins."""

    def conclude(self, record: RunRecord) -> Verdict:
        """A coin that was made weak owes nothing."""
        if any(fault.text.startswith("coin") for fault in record.faults):
            return Verdict(self.name, "pass", "the scenario spoils the coins")
        found = super().conclude(record)
        if found.status == "unknown" and not found.work:
            return Verdict(self.name, "pass", "no coin was tossed", self.kind, notes=found.notes)
        return found
