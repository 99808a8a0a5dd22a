"""Promises about uploads: each ends once, and nobody has to end it."""

from models.veristore.invariants.told import Told
from models.veristore.object_events import ChunkCollected, ChunkWritten, Ticked, UploadChanged
from sim import Check, Emitted, RunRecord, Verdict, show_ns
from sim.invariants import Invariant, when

_NEXT = {
    None: ("open",),
    "open": ("completed", "aborted"),
    "completed": ("forgotten",),
    "aborted": ("forgotten",),
    "forgotten": (),
}


class TerminalUpload(Invariant):
    """An upload is opened once and then completed or aborted, once. Its id is never used again."""

    name = "terminal-upload"
    claim = "every upload was opened once and closed at most once"
    watches = (UploadChanged,)

    def __init__(self, told: Told) -> None:
        super().__init__()
        self._told = told
        self._states: dict[tuple[str, int], tuple[str, Emitted]] = {}

    def observe(self, emitted: Emitted) -> None:
        """One step of one upload."""
        event = emitted.event
        assert isinstance(event, UploadChanged), "nothing else is watched"
        if not self._told.is_new(emitted, event.seq):
            return
        name = self._told.store(emitted), event.upload
        known = self._states.get(name)
        self._states[name] = event.state, emitted
        if event.state not in _NEXT[known[0] if known else None]:
            before = f"it was {known[0]} since {when(known[1])}" if known else "it was never opened"
            self.contradict(emitted, f"{when(emitted)}: upload {event.upload} is {event.state}, but {before}")


class UploadsCollected(Check):
    """Once all is healed: no upload stays open, and no chunk of an aborted one stays, much longer than allowed.

    Counted in logical time: an upload may be open for `upload_ttl`, a chunk stays for `grace` after its upload was
    aborted, and both wait at most for two rounds of the collector, each of which knows the time to a tick.
    """

    name = "uploads-collected"
    watches = (UploadChanged, ChunkWritten, ChunkCollected, Ticked)

    def __init__(self, told: Told, upload_ttl: int, grace: int, collect_every: int, tick_every: int) -> None:
        self._told = told
        self._upload_ttl = upload_ttl
        self._grace = grace
        self._rounds = 2 * (collect_every + tick_every)
        self._time: dict[str, int] = {}
        self._uploads: dict[tuple[str, int], UploadChanged] = {}
        self._chunks: dict[tuple[str, int], set[int]] = {}

    def observe(self, emitted: Emitted) -> None:
        """Keep every upload's last state and its chunks."""
        event, store = emitted.event, self._told.store(emitted)
        if not self._told.is_new(emitted, getattr(event, "seq", 0)):
            return
        if isinstance(event, Ticked):
            self._time[store] = event.now
        elif isinstance(event, UploadChanged):
            if event.state == "forgotten":
                self._uploads.pop((store, event.upload), None)
            else:
                self._uploads[store, event.upload] = event
        elif isinstance(event, ChunkWritten):
            self._chunks.setdefault((store, event.upload), set()).add(event.n)
        elif isinstance(event, ChunkCollected):
            self._chunks.get((store, event.upload), set()).discard(event.n)

    def conclude(self, record: RunRecord) -> Verdict:
        """Claims nothing if there was no time for two rounds after everything was healed."""
        if record.end_ns - record.settle_ns < self._rounds:
            return Verdict(self.name, "pass", "nothing is claimed: no time for two rounds of the collector")
        late = [sentence for sentence in map(self._late, self._uploads.items()) if sentence]
        if late:
            return Verdict(self.name, "fail", f"{late[0]}" + (f", and {len(late) - 1} more" if len(late) > 1 else ""))
        return Verdict(self.name, "pass", "nothing was left that should have gone")

    def _late(self, item: tuple[tuple[str, int], UploadChanged]) -> str:
        (store, number), upload = item
        time = self._time.get(store, 0)
        if upload.state == "open" and time - upload.begun > self._upload_ttl + self._rounds:
            return f"upload {number} of {store} is open for {show_ns(time - upload.begun)}"
        left = self._chunks.get((store, number))
        if upload.state == "aborted" and left and time - upload.ended > self._grace + self._rounds:
            return f"{len(left)} chunks of upload {number} of {store} stay {show_ns(time - upload.ended)} after its end"
        return ""
