"""Replay does what the history says, notices when the code does not, and gives results in the order of the history."""

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.agentflow import history as h
from models.agentflow.flow import CANCELED, ContinueAs, Flow, StepFailure
from models.agentflow.replay import FlowCode, Replay, Replayed
from models.agentflow.saga import Saga
from sim import SECOND, Stream


async def two(flow: Flow, order: bytes) -> bytes:
    first = await flow.step("a", order)
    return await flow.step("b", first)


async def fan(flow: Flow, order: bytes) -> bytes:
    return b"".join(await flow.gather(*(flow.step(name, order) for name in "abc")))


async def race(flow: Flow, order: bytes) -> bytes:
    return b"%d" % await flow.first_of(flow.step("a", order), flow.step("b", order))


async def saga(flow: Flow, order: bytes) -> bytes:
    for name in "abc":
        await flow.step(name, order, undo=name != "b")
    return order


CODES: Mapping[str, FlowCode] = {"two": two, "fan": fan, "race": race, "saga": saga}


class Run:
    """A run without a store: what the flow says is recorded, what the world does is added by the test."""

    def __init__(self, kind: str, codes: Mapping[str, FlowCode] = CODES) -> None:
        self.codes = codes
        self.history: list[h.Entry] = []
        self.add(h.Started(kind, b"in", "r"))

    def add(self, *events: h.HistoryEvent) -> None:
        self.history += [h.Entry(len(self.history) * SECOND, event) for event in events]

    def replay(self, codes: Mapping[str, FlowCode] | None = None, salt: int = 1) -> Replayed:
        flow = Flow("r", Stream(salt), bytes([salt]))
        return Replay(flow, Saga(), codes or self.codes, 0).over(self.history, len(self.history) * SECOND)

    def decide(self) -> tuple[h.Command, ...]:
        result = self.replay()
        assert result.mismatch is None, result.mismatch
        base = len(self.history)
        self.add(h.DecisionTaken(1, base, base * SECOND), *result.commands)
        return result.commands

    def done(self, id_: int, result: bytes = b"") -> None:
        self.add(h.StepStarted(id_, 1, "w"), h.StepCompleted(id_, 1, result))

    def failed(self, id_: int, kind: str = "no", clean: bool = True) -> None:
        self.add(h.StepStarted(id_, 1, "w"), h.StepFailed(id_, 1, kind, clean, 0))


def names(commands: Sequence[h.Command]) -> list[str]:
    return [f"{type(one).__name__} {getattr(one, 'name', getattr(one, 'of', ''))}".strip() for one in commands]


def test_a_step_gets_the_result_of_the_one_before() -> None:
    run = Run("two")
    assert names(run.decide()) == ["StepScheduled a"]
    run.done(1, b"first")
    (second,) = run.decide()
    assert isinstance(second, h.StepScheduled)
    assert (second.id, second.name, second.input) == (2, "b", b"first")
    run.done(2, b"second")
    assert run.decide() == (h.Completed(b"second"),)


@given(st.permutations([1, 2, 3]))
def test_gather_gives_results_in_the_order_asked_for_whatever_came_first(order: list[int]) -> None:
    run = Run("fan")
    run.decide()
    for id_ in order:
        run.done(id_, b"%d" % id_)
    assert run.decide() == (h.Completed(b"123"),)


@pytest.mark.parametrize(("first", "second", "winner"), [(1, 2, b"0"), (2, 1, b"1")])
def test_the_first_of_several_is_the_first_in_the_history(first: int, second: int, winner: bytes) -> None:
    run = Run("race")
    run.decide()
    run.done(first)
    run.done(second)
    assert run.decide() == (h.Completed(winner),)


def test_other_code_is_noticed_at_the_first_command_that_differs() -> None:
    run = Run("two")
    run.decide()
    run.done(1)
    run.decide()

    async def other(flow: Flow, order: bytes) -> bytes:
        await flow.step("a", order)
        return await flow.step("c", b"")

    mismatch = run.replay({"two": other}).mismatch
    assert mismatch is not None
    assert (mismatch.recorded, mismatch.found) == ("StepScheduled b", "StepScheduled c")


def test_code_that_does_less_is_noticed() -> None:
    run = Run("fan")
    run.decide()

    async def less(flow: Flow, order: bytes) -> bytes:
        return await flow.step("a", order)

    assert run.replay({"fan": less}).mismatch is not None


def test_another_input_is_noticed_and_another_policy_is_not() -> None:
    run = Run("two")
    run.decide()

    async def input_(flow: Flow, order: bytes) -> bytes:
        return await flow.step("a", b"other")

    async def policy(flow: Flow, order: bytes) -> bytes:
        return await flow.step("a", order, h.Policy(start_to_close=SECOND))

    assert run.replay({"two": input_}).mismatch is not None
    assert run.replay({"two": policy}).mismatch is None


def test_now_is_the_time_of_the_decision_in_every_replay() -> None:
    seen: list[int] = []

    async def clock(flow: Flow, order: bytes) -> bytes:
        seen.append(flow.now())
        await flow.step("a", order)
        seen.append(flow.now())
        await flow.step("b", order)
        return b""

    run = Run("clock", {"clock": clock})
    run.decide()
    run.done(1)
    run.decide()
    first = list(seen[-2:])
    run.done(2)
    run.decide()
    assert seen[-2:] == first


def test_a_side_value_is_drawn_once() -> None:
    async def dice(flow: Flow, order: bytes) -> bytes:
        thrown = flow.side(lambda chance: chance.below(10**9))
        await flow.step("a", b"%d" % thrown)
        return b"%d" % thrown

    run = Run("dice", {"dice": dice})
    value, _ = run.decide()
    assert isinstance(value, h.SideValue)
    run.done(2)
    assert run.replay(salt=77).commands == (h.Completed(b"%d" % value.value),)


def test_runs_that_passed_a_change_keep_to_the_old_way_and_new_ones_take_the_new() -> None:
    async def changed(flow: Flow, order: bytes) -> bytes:
        if flow.patched("audit"):
            await flow.step("audit")
        return await two(flow, order)

    old = Run("two")
    old.decide()
    old.done(1)
    assert names(old.replay({"two": changed}).commands) == ["StepScheduled b"]
    new = Run("two", {"two": changed})
    assert names(new.decide()) == ["Patched audit", "StepScheduled audit"]
    new.done(1)
    assert names(new.decide()) == ["StepScheduled a"]


def test_signals_wait_until_they_are_awaited_and_come_in_order() -> None:
    async def listen(flow: Flow, order: bytes) -> bytes:
        await flow.step("a")
        return await flow.signal("s") + await flow.signal("s")

    run = Run("listen", {"listen": listen})
    run.decide()
    run.add(h.SignalReceived("s", 1, b"x"), h.SignalReceived("t", 1, b"-"), h.SignalReceived("s", 2, b"y"))
    run.decide()
    run.done(1)
    assert run.decide() == (h.Completed(b"xy"),)


def test_a_failure_undoes_last_things_first_and_only_what_can_be_undone() -> None:
    run = Run("saga")
    for id_ in (1, 2):
        run.decide()
        run.done(id_)
    run.decide()
    run.failed(3, clean=False)
    assert names(run.decide()) == ["CompensationBegan", "UndoScheduled 3"]
    run.done(4)
    assert names(run.decide()) == ["UndoScheduled 1"]
    run.done(5)
    assert run.decide() == (h.Compensated("c: no"),)


def test_what_failed_cleanly_is_not_undone() -> None:
    run = Run("saga")
    run.decide()
    run.failed(1)
    assert run.decide() == (h.Failed("a: no"),)


def test_an_attempt_that_began_behind_the_cancel_is_undone_too() -> None:
    run = Run("saga")
    run.decide()
    run.add(h.CancelRequested(), h.StepStarted(1, 1, "w"))
    assert names(run.decide()) == ["CompensationBegan", "UndoScheduled 1"]


def test_a_cancel_ends_a_run_that_did_nothing_yet() -> None:
    run = Run("saga")
    run.decide()
    run.add(h.CancelRequested())
    assert run.decide() == (h.Canceled(),)
    assert CANCELED == "canceled"


def test_nothing_is_undone_behind_the_pivot() -> None:
    async def pivoted(flow: Flow, order: bytes) -> bytes:
        await flow.step("a", undo=True)
        await flow.step("pay", undo=True, pivot=True)
        return await flow.step("b")

    run = Run("pivoted", {"pivoted": pivoted})
    run.decide()
    run.done(1)
    run.decide()
    run.add(h.StepStarted(2, 1, "w"), h.CancelRequested())
    assert run.decide() == ()
    run.add(h.StepCompleted(2, 1, b""))
    assert names(run.decide()) == ["StepScheduled b"]
    run.failed(3)
    assert run.decide() == (h.Failed("b: no"),)


def test_a_flow_may_catch_the_failure_of_a_step() -> None:
    async def careful(flow: Flow, order: bytes) -> bytes:
        try:
            return await flow.step("a")
        except StepFailure as failure:
            return failure.kind.encode()

    run = Run("careful", {"careful": careful})
    run.decide()
    run.failed(1, kind="gone")
    assert run.decide() == (h.Completed(b"gone"),)


def test_a_flow_continues_as_another_run() -> None:
    async def endless(flow: Flow, order: bytes) -> bytes:
        await flow.sleep(SECOND)
        raise ContinueAs(order + b"+")

    run = Run("endless", {"endless": endless})
    assert run.decide() == (h.TimerStarted(1, SECOND, SECOND),)
    run.add(h.TimerFired(1))
    assert run.decide() == (h.Continued("r~2", b"in+"),)


def test_a_kind_that_the_program_does_not_have_fails_with_the_kinds_that_there_are() -> None:
    assert Run("tow").decide() == (h.Failed("no flow named 'tow'; there are fan, race, saga, two"),)


@given(st.lists(st.sampled_from(["done", "fail", "doubt", "cancel"]), max_size=6))
def test_every_replay_of_a_decision_gives_the_digest_of_the_first(course: list[str]) -> None:
    run = Run("saga")
    digests: dict[int, bytes] = {}
    for what in ["", *course]:
        open_ = [e.event.id for e in run.history if isinstance(e.event, (h.StepScheduled, h.UndoScheduled))]
        ended = [e.event.id for e in run.history if isinstance(e.event, (h.StepCompleted, h.StepFailed))]
        left = [id_ for id_ in open_ if id_ not in ended]
        if any(isinstance(entry.event, h.TERMINAL) for entry in run.history):
            break
        if what == "cancel":
            run.add(h.CancelRequested())
        elif what and left:
            undo = any(isinstance(e.event, h.UndoScheduled) and e.event.id == left[0] for e in run.history)
            run.done(left[0]) if what == "done" or undo else run.failed(left[0], clean=what == "fail")
        result = run.replay()
        for n, digest in [*result.digests, (len(run.history), result.present)]:
            assert digests.setdefault(n, digest) == digest
        run.decide()


@pytest.mark.parametrize(("close", "beat"), [(0, 0), (1, -1)])
def test_a_policy_without_an_end_is_refused(close: int, beat: int) -> None:
    with pytest.raises(ValueError, match="expected"):
        h.Policy(start_to_close=close, heartbeat=beat)
