"""One holder at a time; tokens only rise; a fence admits nobody older than whom it admitted."""

from hypothesis import given
from hypothesis import strategies as st

from models.patterns import Fence, Lease, Leases


def leases() -> tuple[Leases, list[Lease]]:
    written: list[Lease] = []
    return Leases(written.append), written


def test_nobody_gets_what_another_holds() -> None:
    granter, _ = leases()
    assert granter.grant("r", "a", now=0, ttl=10) == Lease("r", "a", 1, 10)
    assert granter.grant("r", "b", now=9, ttl=10) is None
    assert granter.grant("r", "b", now=10, ttl=10) == Lease("r", "b", 2, 20)


def test_only_the_newest_holder_renews_and_only_in_time() -> None:
    granter, _ = leases()
    granter.grant("r", "a", now=0, ttl=10)
    assert granter.renew("r", 1, now=5, ttl=10) == Lease("r", "a", 1, 15)
    assert granter.renew("r", 1, now=15, ttl=10) is None
    granter.grant("r", "b", now=15, ttl=10)
    assert granter.renew("r", 1, now=16, ttl=10) is None
    assert not granter.holds("r", 1, now=16)
    assert granter.holds("r", 2, now=16)


def test_what_is_given_back_is_free_at_once_and_its_token_is_used() -> None:
    granter, _ = leases()
    granter.grant("r", "a", now=0, ttl=10)
    assert granter.release("r", 1, now=2)
    assert granter.grant("r", "b", now=2, ttl=10) == Lease("r", "b", 2, 12)
    assert not granter.release("r", 1, now=3)


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 20), st.booleans()), max_size=40))
def test_tokens_rise_also_over_restarts(steps: list[tuple[str, int, bool]]) -> None:
    granter, written = leases()
    now, tokens = 0, []
    for holder, gap, restarts in steps:
        now += gap
        if restarts:
            before, granter = written, Leases(written.append)
            for old in before:
                granter.restore(old)
        lease = granter.grant("r", holder, now, ttl=10)
        if lease is not None:
            tokens.append(lease.token)
            assert granter.current("r") == lease
    assert tokens == sorted(set(tokens))


@given(st.lists(st.integers(1, 9), max_size=30))
def test_a_fence_never_goes_back(tokens: list[int]) -> None:
    fence = Fence()
    admitted = [token for token in tokens if fence.admits("r", token)]
    assert admitted == sorted(admitted)
    assert fence.highest("r") == max(tokens, default=0)
