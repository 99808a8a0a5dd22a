"""Organisations: what a certificate is worth, what an anchor remembers, and a ledger that a liar cannot bend."""

from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

from models.stack import anchors as a
from models.stack.anchor import Anchor
from models.stack.anchor_events import Batched, LedgerEntry
from models.stack.anchor_ledger import AnchorLedger
from models.stack.joint_bugs import TrustsRoot
from sim import Emitted, load
from sim.agreement import Share
from sim.result import Run
from sim.running import Running

ROOT = Path(__file__).parents[3]
CALM = ROOT / "scenarios/stack/organisations.yaml"
ORGANISATIONS = {name: a.Organisation(name, (f"{name}-1", f"{name}-2", f"{name}-3"), name) for name in ("a", "b")}


class Registry:
    """Signatures that are good if their seal is 1."""

    def valid(self, share: Share, name: str, tag: object, value: object) -> bool:
        return share.seal == 1


class Party:
    """What a ledger needs to judge."""

    name = "a"
    signatures = Registry()
    replaying = False


def ledger(kind: type[AnchorLedger] = AnchorLedger) -> AnchorLedger:
    return kind(cast("Anchor", Party()), ORGANISATIONS)


def entry(
    epoch: int = 1, name: str = "b", n: int = 1, signers: tuple[str, ...] = ("b-1", "b-2"), seal: int = 1
) -> bytes:
    shares = tuple(Share(signer, seal) for signer in signers)
    return a.encode(a.Entry(epoch, a.Offer(name, n, "root", shares)))


def test_a_root_that_a_quorum_of_its_group_signed_is_valid_as_the_next_one() -> None:
    assert ledger().is_valid(entry())
    assert ledger().is_valid(a.encode(a.Entry(1, None)))


WRONG: dict[str, Callable[[], bytes]] = {
    "one signature": lambda: entry(signers=("b-1",)),
    "one signer twice": lambda: entry(signers=("b-1", "b-1")),
    "another group": lambda: entry(signers=("a-1", "a-2")),
    "forged": lambda: entry(seal=2),
    "a number too far": lambda: entry(n=2),
    "no organisation": lambda: entry(name="c", signers=("c-1", "c-2")),
    "an agreement that has not begun": lambda: entry(epoch=2),
    "no entry": lambda: b"\xc1",
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_root_that_nobody_vouches_for_is_not_valid(wrong: str) -> None:
    assert not ledger().is_valid(WRONG[wrong]())


def test_without_the_certificate_anything_is_a_root() -> None:
    assert ledger(TrustsRoot).is_valid(entry(seal=2))


def watched(*changes: str) -> tuple[Run, list[Emitted]]:
    running = Running(load(CALM, ("duration=5s", "settle=0s", *changes)), 1, keep_trace=False)
    found: list[Emitted] = []
    running.world.subscribe((Batched, LedgerEntry), found.append)
    return running.finish(), found


def test_an_anchor_that_comes_back_goes_on_in_the_one_ledger() -> None:
    result, told = watched("faults=[{at: 2500ms, for: 500ms, crash: {nodes: n23, disk: lose-unsynced}}]")
    entered = [one for one in told if isinstance(one.event, LedgerEntry)]
    assert len({one.node for one in entered}) == 4
    assert len({one.incarnation for one in entered if one.node == "n23"}) == 2
    assert result.failed == ()
