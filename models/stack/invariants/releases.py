"""Which version of a model may speak: one that is registered, and not for long one that was withdrawn."""

from models import llm_cache, veristore
from models.stack.invariants.calls import longest_quiet
from models.stack.rollouts_flow import BUCKET, back_of, registered_key, withdrawn_key
from sim import Emitted, RunRecord, Verdict, show_ns
from sim.invariants import Invariant, when

FIRST = 1
"""What engines begin with."""


class AnswerReleased(Invariant):
    """No word of an answer is of a version that nobody has registered, nor of one that was withdrawn.

    Engines come to another version one after another, which takes `bound` ns in which no fault is on.
    """

    name = "answer-released"
    claim = "every word was of a version that was registered and not withdrawn"
    watches = (veristore.ObjectCommitted, llm_cache.Delivered)

    def __init__(self, bound: int) -> None:
        super().__init__()
        self._bound = bound
        self._written: dict[str, Emitted] = {}
        self._spoke: dict[int, Emitted] = {}
        """The last word of each version."""

    def observe(self, emitted: Emitted) -> None:
        """Keep what is in the registry, and who speaks."""
        event = emitted.event
        if isinstance(event, veristore.ObjectCommitted):
            if event.bucket == BUCKET:
                self._written.setdefault(event.key, emitted)
            return
        assert isinstance(event, llm_cache.Delivered), "these are watched"
        version = event.version
        if version not in self._spoke and version != FIRST and not self._may_speak(version):
            self.contradict(emitted, f"{when(emitted)} was told a word of version {version}, which is not registered")
        self._spoke[version] = emitted

    def _may_speak(self, version: int) -> bool:
        """Whether it is a release that is registered, or the way back from one."""
        return registered_key(version) in self._written or registered_key(back_of(version)) in self._written

    def conclude(self, record: RunRecord) -> Verdict:
        """The first word of what was withdrawn that nothing excuses."""
        for version, spoke in self._spoke.items():
            withdrawn = self._written.get(withdrawn_key(version))
            if withdrawn is not None and longest_quiet(record, withdrawn.t_ns, spoke.t_ns) > self._bound:
                said = f"{when(spoke)} was told a word of version {version}, withdrawn at {show_ns(withdrawn.t_ns)}"
                self.contradict(spoke, said)
        return super().conclude(record)
