"""An engine under any legal life: batches, deletes, checkpoints, compactions, crashes in the middle of each."""

from collections.abc import Coroutine

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from models.veristore.machine.view import Change
from models.veristore.parts import Parts
from models.veristore.settings import Settings
from tests.models.veristore.engine.stage import ALL, Stage

ALL_KEYS = [b"", b"a", b"a\t", b"a\n", b"b", b"b\0", b"c", b"c1", b"c2", b"\xff\xff"]
KEYS = st.sampled_from(ALL_KEYS)
VALUES = st.one_of(st.none(), st.binary(max_size=12), st.binary(min_size=40, max_size=700))
BATCHES = st.dictionaries(KEYS, VALUES, min_size=1, max_size=4).map(
    lambda values: [Change(key, value) for key, value in values.items()]
)
MODES = st.sampled_from(["lose-unsynced", "torn", "reordered", "keep"])
PAUSES = st.one_of(st.none(), st.integers(0, 600_000))
"""After how many ns a story is cut by a crash; None: not at all."""


class Life(RuleBasedStateMachine):
    """One directory and its engines. What was acknowledged is there after every restart, the rest whole or not."""

    parts = Parts()

    @initialize(block=st.sampled_from([64, 128, 1024]), fan_in=st.integers(2, 3))
    def begin(self, block: int, fan_in: int) -> None:
        small = Settings(memtable_max=100, segment_records=6, manifest_edits=4, reserve=0, block=block, fan_in=fan_in)
        self.stage = Stage(small, self.parts)
        self.stage.open()
        self.crashes = 0

    def do(self, story: Coroutine[object, object, object], pause: int | None, mode: str) -> None:
        """Let a story run, and cut it after `pause`."""
        if pause is None:
            self.stage.story(story)
        elif not self.stage.until(story, pause):
            self.crash(mode, pause=None)

    @rule(batch=BATCHES)
    def append(self, batch: list[Change]) -> None:
        if self.stage.engine.room:
            self.stage.append(*batch)

    @rule(pause=PAUSES, mode=MODES)
    def commit(self, pause: int | None, mode: str) -> None:
        self.do(self.stage.commit(), pause, mode)

    @rule(batches=st.lists(BATCHES, min_size=4, max_size=16), pause=PAUSES, mode=MODES)
    def write(self, batches: list[list[Change]], pause: int | None, mode: str) -> None:
        self.do(self.stage.write(*batches), pause, mode)

    @rule(pause=PAUSES, mode=MODES)
    def checkpoint(self, pause: int | None, mode: str) -> None:
        self.stage.story(self.stage.commit())
        self.do(self.stage.flush(), pause, mode)

    @rule(pause=PAUSES, mode=MODES, everything=st.booleans())
    def compact(self, pause: int | None, mode: str, everything: bool) -> None:
        self.stage.story(self.stage.commit())
        engine = self.stage.engine
        self.do(engine.compact_all() if everything else engine.compact(), pause, mode)

    @rule(pause=PAUSES, mode=MODES)
    def mark(self, pause: int | None, mode: str) -> None:
        self.stage.story(self.stage.commit())
        self.do(self.stage.engine.wal.mark_now(), pause, mode)

    @rule(mode=MODES, pause=PAUSES)
    def crash(self, mode: str, pause: int | None) -> None:
        """A crash; with `pause` the recovery is cut too."""
        self.crashes += 1
        self.stage.crash(mode, self.crashes)
        if pause is not None:
            self.stage.fresh()
            self.stage.until(self.stage.engine.open(), pause)
            self.crashes += 1
            self.stage.crash(mode, self.crashes)
        self.stage.open()

    @rule(key=KEYS, prefix=st.sampled_from([b"", b"a", b"b", b"\xff"]), limit=st.integers(1, 4))
    def scan(self, key: bytes, prefix: bytes, limit: int) -> None:
        state = self.stage.states[self.stage.engine.applied]
        wanted = sorted((one, *state[one]) for one in state if one.startswith(prefix) and (not key or one > key))
        assert self.stage.engine.view().scan(prefix, key, limit) == wanted[:limit]

    @invariant()
    def readers_see_what_is_durable(self) -> None:
        stage = self.stage
        assert stage.engine.applied <= stage.engine.appended
        state, view = stage.states[stage.engine.applied], stage.engine.view()
        assert stage.shown() == state
        assert all(view.get(key) == state.get(key) for key in ALL_KEYS)

    @invariant()
    def the_next_batch_sees_what_was_appended(self) -> None:
        stage = self.stage
        pending = stage.engine.pending_view().scan(b"", b"", ALL)
        assert {key: (value, seq) for key, value, seq in pending} == stage.states[stage.engine.appended]


def test_no_life_loses_what_was_acknowledged() -> None:
    run_state_machine_as_test(
        Life, settings=settings(max_examples=120, stateful_step_count=25, deadline=None, database=None)
    )
