"""A crash after each of the first 400 disk operations, and within each, with two more crashes in the recoveries."""

import pytest

from sim import Stream
from tests.models.veristore.engine.stage import Stage, numbered

STEPS = 400
BATCHES = numbered(110)


async def life(stage: Stage) -> None:
    """Open an empty directory and fill it: groups, checkpoints, compactions, new manifests."""
    await stage.engine.open()
    await stage.write(*BATCHES)


def test_the_life_of_a_store_has_at_least_as_many_steps() -> None:
    stage = Stage()
    steps = stage.disk.record_steps()
    stage.story(life(stage))
    assert len(steps) > STEPS


@pytest.mark.parametrize("mode", ["lose-unsynced", "torn", "reordered", "keep"])
def test_a_crash_at_any_step_loses_nothing_acknowledged(mode: str) -> None:
    for step in range(STEPS):
        survive(mode, step)


def survive(mode: str, step: int) -> None:
    draws = Stream(step, "nested")
    stage = Stage()
    stage.until_step(life(stage), step, within=bool(step % 2))
    stage.crash(mode, step)
    for nested in (1, 2):
        stage.fresh()
        stage.until_step(stage.engine.open(), draws.below(9), within=bool(draws.below(2)))
        stage.crash(draws.choice(("lose-unsynced", "torn", "reordered", "keep")), step + nested)
    stage.open()
    again = (stage.engine.applied, stage.engine.tree.digest(), stage.engine.shown_chain)
    stage.crash("lose-unsynced").open()
    assert (stage.engine.applied, stage.engine.tree.digest(), stage.engine.shown_chain) == again
    stage.put(after=b"all")
    stage.crash(mode, step).open()
